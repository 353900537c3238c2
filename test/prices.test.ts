import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { exactUsd } from '../src/core/money.ts';
import { totalOf } from '../src/core/price.ts';
import { type Band, type Cell, holdsAt, type PriceVersion } from '../src/core/rates.ts';
import { formatInstant, type Instant } from '../src/core/time.ts';
import type { Modality, ServiceTier, TokenKind } from '../src/core/usage.ts';
import { instant, price, shipped } from './table.ts';

/**
 * Every price that was researched, one a line, written down apart from the table. Whoever changes
 * the past of the table by mistake meets it here.
 */
interface Fact {
  readonly what: 'token' | 'shared' | 'unit' | 'tool';
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly tier: ServiceTier;
  readonly band_or_quality: string;
  readonly modality_or_size: string;
  readonly kind_or_unit: string;
  readonly usd: string;
}

const facts: Fact[] = parse(readFileSync(new URL('prices.csv', import.meta.url)), {
  columns: true,
});
const DAY = instant('2026-11-20');

function versionOf(fact: Fact): PriceVersion {
  const subject =
    fact.what === 'tool'
      ? shipped.tools.find(({ id }) => id === fact.id)
      : shipped.names.get(fact.id)?.model;
  const at = fact.from === '' ? DAY : instant(fact.from);
  const version = subject?.prices.find((candidate) =>
    fact.from === '' && fact.to !== '' ? candidate.to === instant(fact.to) : holdsAt(candidate, at),
  );
  if (!version) throw new Error(`nothing in the table for ${JSON.stringify(fact)}`);
  return version;
}

function cellOf(fact: Fact): Cell | undefined {
  const version = versionOf(fact);
  const rates = fact.what === 'shared' ? version.alternatives[0]?.tokens : version.tokens;
  const modality = fact.modality_or_size as Modality;
  const kind = fact.kind_or_unit as TokenKind;
  return rates?.[fact.tier]?.[fact.band_or_quality as Band]?.[modality]?.[kind];
}

describe('every researched price', () => {
  it('is a whole list', () => {
    expect(facts.length).toBe(1224);
  });

  it('by the token stands in the table', () => {
    for (const fact of facts.filter(({ what }) => what === 'token' || what === 'shared')) {
      const cell = cellOf(fact);
      expect(typeof cell === 'object' && cell.usdPerMillion, JSON.stringify(fact)).toBe(fact.usd);
    }
  });

  it('holds from its day to its day', () => {
    const day = (end: Instant | null) => (end === null ? '' : formatInstant(end));
    for (const fact of facts.filter(({ what, from }) => what === 'token' && from !== '')) {
      const { from, to } = versionOf(fact);
      expect([day(from), day(to)], JSON.stringify(fact)).toEqual([fact.from, fact.to]);
    }
  });

  it('by the token is what a million tokens cost', () => {
    for (const fact of facts.filter(({ what }) => what === 'token')) {
      const { from, to } = versionOf(fact);
      const least = fact.band_or_quality === 'long' ? 272_001 : 0;
      const line = price(
        fact.id,
        { [fact.modality_or_size]: { [fact.kind_or_unit]: 1_000_000 } },
        {
          tier: fact.tier,
          at: formatInstant(from ?? (to === null ? DAY : ((to - 1) as Instant))),
          inputTokensPerRequest: { least, most: least },
        },
      );
      const { low, high, unpriced } = totalOf([line]);
      expect(unpriced, JSON.stringify(fact)).toEqual([]);
      // One of the two ends: a rounded or conditional price is a range.
      expect([exactUsd(low), exactUsd(high)], JSON.stringify(fact)).toContain(fact.usd);
    }
  });

  it('by anything else stands in the table', () => {
    for (const fact of facts.filter(({ what }) => what === 'unit' || what === 'tool')) {
      const found = versionOf(fact).units.filter(
        ({ unit, per, tier, quality = '', size = '' }) =>
          `${unit}/${per}` === fact.kind_or_unit &&
          tier === fact.tier &&
          quality === fact.band_or_quality &&
          size === fact.modality_or_size,
      );
      expect(
        found.map(({ usd }) => usd),
        JSON.stringify(fact),
      ).toEqual([fact.usd]);
    }
  });
});
