import { InputError } from '../core/input-error.ts';
import { nearestNames } from '../core/names.ts';
import { SEVERITIES, type Severity } from '../core/report.ts';
import type { Wishes } from '../rules/index.ts';
import { DEFAULT_LIMITS, LIMITS, type LimitName, type Limits } from '../rules/limits.ts';
import { pairIn } from './pair.ts';

const CHOICES: readonly string[] = ['off', ...SEVERITIES];

/**
 * What `--rule jump=off --rule cacheable=error` ask for.
 * @throws InputError for a rule or a severity that there is none of
 */
export function wishesFrom(texts: readonly string[], ids: readonly string[]): Wishes {
  return new Map(
    texts.map((text): [string, Severity | 'off'] => {
      const [id, value] = pairIn('--rule', text);
      const choice = value.trim();
      if (!ids.includes(id)) throw unknown('rule', id, ids);
      if (!CHOICES.includes(choice)) {
        throw new InputError(`--rule ${text}: must be one of ${CHOICES.join(', ')}`);
      }
      return [id, choice as Severity | 'off'];
    }),
  );
}

/**
 * The limits with what `--limit jump.times=5` sets.
 * @throws InputError for a limit that there is none of, or what is no number
 */
export function limitsFrom(texts: readonly string[]): Limits {
  const limits: Record<LimitName, number> = { ...DEFAULT_LIMITS };
  for (const text of texts) {
    const [name, written] = pairIn('--limit', text);
    const value = written.trim();
    if (!Object.hasOwn(LIMITS, name)) throw unknown('limit', name, Object.keys(LIMITS));
    if (!/^\d+(\.\d+)?$/.test(value)) {
      throw new InputError(`--limit ${text}: must be a number such as 5 or 0.2`);
    }
    limits[name as LimitName] = Number(value);
  }
  return limits;
}

function unknown(what: string, name: string, known: readonly string[]): InputError {
  const near = nearestNames(known, name);
  const hint = near.length > 0 ? `; did you mean ${near.join(', ')}?` : '';
  return new InputError(`there is no ${what} "${name}"${hint}; known are ${known.join(', ')}`);
}
