import type { Cell } from '../../core/audit/ledger.ts';
import { type PriceGroup, type Saving, type Step, sumOfSavings } from '../../core/audit/savings.ts';
import { addRanges, NOTHING, type Range } from '../../core/money.ts';
import type { AuditFacts } from '../../core/report.ts';
import { count, usd, usdRange } from '../../core/wording.ts';
import { listed, type Rule } from '../rule.ts';
import { remembered, rowsBehind, type WhatIf, whatIf } from './what-if.ts';

/** The next lower quality, as OpenAI calls them. */
const LOWER: ReadonlyMap<string | undefined, string> = new Map([
  ['hd', 'standard'],
  ['high', 'medium'],
  ['medium', 'low'],
]);

/** A lower quality costs a fraction, and often serves as well. */
export const imageQuality: Rule<AuditFacts> = {
  id: 'image-quality',
  severity: 'note',
  *check(facts, limits) {
    for (const [model, savings] of lowerQuality(facts, limits).savings) {
      const saving = sumOfSavings(savings);
      const kinds = kindsOf(savings);
      const isByImage = kinds.length > 0;
      yield {
        message: isByImage
          ? `${model}: ${usdRange(saving)} less with the same images one quality lower: ${listed(kinds)}`
          : `${model}: up to ${usd(saving.high)} less with images one quality lower: ${savings.map(({ group }) => tokensOf(group)).join(', ')} are as many as those of a higher quality take; the data does not tell quality and size`,
        saving,
        certainty: isByImage ? 'sure' : 'possible',
        rows: rowsBehind(savings),
      };
    }
  },
};

/** The same images, each one quality lower, where there is one. */
export const lowerQuality = remembered((facts, limits): WhatIf => {
  const step: Step = {
    rule: 'image-quality',
    isSure: ({ cell }) => cell.quantities.length > 0,
    change: (cell, group) =>
      group.cell.quantities.length > 0
        ? withLowerQuality(cell)
        : withFewerTokens(facts, cell, group),
  };
  return whatIf(facts, limits, step);
});

function withLowerQuality(cell: Cell): Cell | undefined {
  const isHigh = cell.quantities.some(
    ({ unit, quality }) => unit === 'image' && LOWER.has(quality),
  );
  if (!isHigh) return undefined;
  const quantities = cell.quantities.map((quantity) =>
    quantity.unit === 'image'
      ? { ...quantity, quality: LOWER.get(quantity.quality) ?? quantity.quality }
      : quantity,
  );
  return { ...cell, quantities };
}

/** Images billed by the token show their quality by how many they take. */
function withFewerTokens(facts: AuditFacts, cell: Cell, group: PriceGroup): Cell | undefined {
  const output = cell.tokens.image?.output ?? 0;
  const perRequest = imageTokensPerRequest(group);
  const sizes = facts.rates.imageOutputTokens.find(({ models }) => models.includes(group.model.id));
  if (!sizes || perRequest === undefined) return undefined;
  const least = (quality: string | undefined) =>
    Math.min(
      ...sizes.tokens.filter((each) => each.quality === quality).map(({ tokens }) => tokens),
    );
  const quality = ['high', 'medium'].find((each) => perRequest >= least(each));
  if (quality === undefined) return undefined;
  const lower = Math.ceil((output * least(LOWER.get(quality))) / least(quality));
  return { ...cell, tokens: { ...cell.tokens, image: { ...cell.tokens.image, output: lower } } };
}

function imageTokensPerRequest({ cell }: PriceGroup): number | undefined {
  if (cell.requestsUnknown > 0 || cell.requests === 0) return undefined;
  return (cell.tokens.image?.output ?? 0) / cell.requests;
}

function tokensOf(group: PriceGroup): string {
  return `${count(Math.round(imageTokensPerRequest(group) ?? 0))} output tokens per request`;
}

/** Such as `100 hd 1024x1024 images for $8.00`. */
function kindsOf(savings: readonly Saving[]): string[] {
  const kinds = new Map<string, { amount: number; cost: Range }>();
  for (const { group } of savings) {
    for (const { line } of group.members) {
      for (const { quantity, cost } of line.quantities ?? []) {
        if (quantity.unit !== 'image' || cost.kind === 'unpriced') continue;
        const kind = [quantity.quality, quantity.size].filter(Boolean).join(' ');
        const known = kinds.get(kind) ?? { amount: 0, cost: NOTHING };
        const range = cost.kind === 'priced' ? { low: cost.amount, high: cost.amount } : cost;
        kinds.set(kind, {
          amount: known.amount + quantity.amount,
          cost: addRanges(known.cost, range),
        });
      }
    }
  }
  return [...kinds].map(
    ([kind, { amount, cost }]) => `${count(amount)} ${kind} images for ${usdRange(cost)}`,
  );
}
