import { holdsAt, type Model, type RateTable } from './rates.ts';
import { dayOf, type Instant } from './time.ts';

export type Resolution =
  | { readonly model: Model }
  | { readonly model?: undefined; readonly reason: string };

/**
 * The model that a name means on a certain day. A name counts whole: an id, a listed snapshot or
 * alias, or `ft:<base>:...`. Never a prefix, never a name without its date: a wrong guess would
 * be a wrong price.
 */
export function resolveModel(table: RateTable, name: string, at: Instant): Resolution {
  const known = table.names.get(name) ?? table.names.get(fineTunedBase(name) ?? '');
  if (known && holdsAt(known, at)) return { model: known.model };
  if (known) return { reason: `not a name of ${known.model.id} on ${dayOf(at)}` };
  const base = fineTunedBase(name);
  if (base) {
    return { reason: `no price is published for models fine-tuned from ${base.slice(3)}` };
  }
  const near = nearestNames(table.names.keys(), name);
  const hint = near.length > 0 ? `; did you mean ${near.join(', ')}?` : '';
  return { reason: `unknown model${hint}` };
}

/** `ft:gpt-4o-mini-2024-07-18:acme::abc` is priced as `ft:gpt-4o-mini-2024-07-18`. */
function fineTunedBase(name: string): string | undefined {
  const [prefix, base] = name.split(':');
  return prefix === 'ft' && base ? `ft:${base}` : undefined;
}

/** At most three known names, all equally near, that somebody who typed this may have meant. */
export function nearestNames(known: Iterable<string>, name: string): string[] {
  const wanted = name.toLowerCase();
  // One slip for every four characters is a typing error; more is another name.
  const limit = Math.max(2, Math.floor(wanted.length / 4));
  let least = limit;
  let nearest: string[] = [];
  for (const candidate of known) {
    const distance = editDistance(wanted, candidate.toLowerCase(), limit);
    if (distance < least) nearest = [];
    if (distance <= least) nearest.push(candidate);
    least = Math.min(least, distance);
  }
  return nearest.sort().slice(0, 3);
}

/** Insertions, deletions and replacements from one text to the other; any number above `limit` is just "more". */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
