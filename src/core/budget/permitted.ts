/** Which models, tiers and image qualities may be used, held against those that were. */

import type { Cell } from '../audit/ledger.ts';
import { grouped } from '../grouped.ts';
import { resolveModel } from '../names.ts';
import type { RateTable } from '../rates.ts';
import { matchesAny } from '../wildcard.ts';
import type { Check, Verdict } from './check.ts';
import type { Spend } from './usage-spends.ts';

/** Wildcards; a name has to match one of `allow`, where there is any, and none of `forbid`. */
export interface Permitted {
  readonly allow?: readonly string[] | undefined;
  readonly forbid?: readonly string[] | undefined;
}

/** What the usage of a budget may be. */
export interface Permissions {
  readonly models: Permitted;
  readonly tiers: Permitted;
  readonly imageQualities: Permitted;
}

/** Names that are not allowed, each once; where all are, one check that says so. */
export function judgePermissions(
  { name: budget, models, tiers, imageQualities }: Permissions & { readonly name: string },
  spends: readonly Spend[],
  missing: string | undefined,
  rates: RateTable,
): Check[] {
  // Of what a bill has beside usage, the usage tells more; but it may have models that are not there.
  const used = spends.filter(({ isBeside }) => !isBeside);
  const besides = spends.filter(({ isBeside, of }) => isBeside && of.model !== undefined);
  const daysOf = grouped([...used, ...besides], ({ of }) => of.model);
  const modelNames = (name: string) => {
    const ids = (daysOf.get(name) ?? []).map(({ day }) => resolveModel(rates, name, day).model?.id);
    // What a name stands for may change from one day to the next.
    return [...new Set(ids)].map((id) => (id === undefined ? [name] : [name, id]));
  };
  const tierNames = (name: string) =>
    name === FREE
      ? [FREE_NAMES]
      : [[name, ...(rates.serviceTiers.find(({ id }) => id === name)?.aliases ?? [])]];
  const isAsked = ({ allow, forbid }: Permitted) => allow !== undefined || forbid !== undefined;
  const about = { budget, missing };
  return [
    ...(isAsked(models)
      ? judgeNames(
          { ...about, limit: 'models' },
          [...new Set([...used, ...besides].map(({ of }) => of.model))].map(onlyOne),
          (name) => modelNames(name).every((names) => permits(models, names)),
        )
      : []),
    ...(isAsked(tiers)
      ? judgeNames(
          { ...about, limit: 'tiers' },
          used.map(({ cell }) => (cell?.free ? [FREE] : (cell?.tiers ?? []))),
          (name) => tierNames(name).every((names) => permits(tiers, names)),
        )
      : []),
    ...(isAsked(imageQualities)
      ? judgeNames(
          { ...about, limit: 'imageQualities' },
          used.flatMap(({ cell }) => (cell ? imageQualitiesIn(cell) : [[]])),
          (name) => permits(imageQualities, [name]),
        )
      : []),
  ];
}

const FREE = 'free';
/** Complimentary tokens, as reports and as OpenAI's exports name them. */
export const FREE_NAMES: readonly string[] = [FREE, 'incentivized-tier'];

/** For each kind of image, the quality that it had; none where the data does not tell. */
function imageQualitiesIn({ quantities, tokens }: Cell): string[][] {
  const images = quantities.filter(({ unit }) => unit === 'image');
  if (images.length > 0) return images.map(({ quality }) => onlyOne(quality));
  // Images that are billed by the token: of their quality nothing is told.
  return tokens.image?.output === undefined || tokens.image.output === 0 ? [] : [[]];
}

function onlyOne(name: string | undefined): string[] {
  return name === undefined ? [] : [name];
}

/** @param names all that it is known by */
function permits({ allow, forbid }: Permitted, names: readonly string[]): boolean {
  const isAmong = (patterns: readonly string[]) => names.some((name) => matchesAny(patterns, name));
  return (allow === undefined || isAmong(allow)) && !(forbid !== undefined && isAmong(forbid));
}

interface About {
  readonly budget: string;
  readonly limit: keyof typeof NOUNS;
  readonly missing: string | undefined;
}

const NOUNS = { models: 'model', tiers: 'tier', imageQualities: 'image quality' } as const;

/** @param used for each use, every name that it may have had; none where the data does not tell */
function judgeNames(
  { budget, limit, missing }: About,
  used: readonly (readonly string[])[],
  isAllowed: (name: string) => boolean,
): Check[] {
  const about = { budget, limit, allowed: undefined };
  const verdicts = new Map<string, Verdict>();
  if (missing !== undefined) verdicts.set('', { kind: 'undecided', reason: missing });
  for (const names of used) {
    if (names.length === 0) {
      verdicts.set('', { kind: 'undecided', reason: `the data does not tell its ${NOUNS[limit]}` });
    }
    const forbidden = names.filter((name) => !isAllowed(name));
    const sure = forbidden.length === names.length;
    for (const name of forbidden) {
      const earlier = verdicts.get(name);
      const isSure = sure || (earlier?.kind === 'exceeded' && earlier.sure);
      verdicts.set(name, { kind: 'exceeded', sure: isSure });
    }
  }
  if (verdicts.size === 0) {
    return [{ ...about, subject: 'everything', found: undefined, verdict: { kind: 'within' } }];
  }
  return [...verdicts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, verdict]) => ({
      ...about,
      subject: name || 'some of the usage',
      found: name ? { unit: 'name', name } : undefined,
      verdict,
    }));
}
