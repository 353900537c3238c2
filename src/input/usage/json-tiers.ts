import { ANY_TIER, SYNCHRONOUS_TIERS } from '../../core/audit/entry.ts';
import type { ServiceTier } from '../../core/usage.ts';
import type { JsonFields } from './json-fields.ts';

/** What `service_tier` can say, and what it is called here. */
const TIERS: Readonly<Record<string, readonly ServiceTier[]>> = {
  default: ['standard'],
  standard: ['standard'],
  flex: ['flex'],
  priority: ['priority'],
  // The name of `priority` since July 2026.
  fast: ['priority'],
  scale: ['scale'],
  ultrafast: ['ultrafast'],
  batch: ['batch'],
  'background-2h': ['background-2h'],
  'background-8h': ['background-8h'],
  // It says that the project's setting decided, and not how.
  auto: SYNCHRONOUS_TIERS,
};

/** Tokens that OpenAI gives away to those who share their data. */
const FREE_TIER = 'incentivized-tier';

/** The tiers that an aggregated row can have had, by its fields `service_tier` and `batch`. */
export function tiersOfBucket(fields: JsonFields): {
  tiers: readonly ServiceTier[];
  free: boolean;
} {
  const batch = fields.flag('batch');
  const named = fields.text('service_tier');
  const free = named === FREE_TIER;
  if (batch) return { tiers: ['batch'], free };
  if (named === undefined) return { tiers: batch === false ? SYNCHRONOUS_TIERS : ANY_TIER, free };
  const tiers: readonly ServiceTier[] = free ? ['standard'] : tiersNamed(fields, named);
  // A batch runs at the default tier, and is told apart by `batch` alone.
  const mayBeBatch = batch === undefined && (named === 'default' || named === 'auto');
  return { tiers: [...tiers, ...(mayBeBatch ? (['batch'] as const) : [])], free };
}

/** The tiers that a single request can have had, by what its response says. */
export function tiersOfRequest(fields: JsonFields): readonly ServiceTier[] {
  const named = fields.text('service_tier');
  return named === undefined ? SYNCHRONOUS_TIERS : tiersNamed(fields, named);
}

function tiersNamed(fields: JsonFields, name: string): readonly ServiceTier[] {
  const tiers = Object.hasOwn(TIERS, name) ? TIERS[name] : undefined;
  if (!tiers) {
    throw fields.bad('service_tier', 'is not known: use a newer version of openai-cost');
  }
  return tiers;
}
