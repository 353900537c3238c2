/** What exports say of the service tier, in the terms of this program. */
import { ANY_TIER, SYNCHRONOUS_TIERS, type UsageEntry } from '../../core/audit/entry.ts';
import { SERVICE_TIERS, type ServiceTier } from '../../core/usage.ts';
import { shown } from './values.ts';

const ALIASES: Readonly<Record<string, ServiceTier>> = { default: 'standard', fast: 'priority' };
/** What a request asks for, and not what it got. */
const UNDECIDED = 'auto';
/** Complimentary tokens for shared data: OpenAI's own name in its exports. */
const COMPLIMENTARY = 'incentivized-tier';

export type TierFacts = Pick<UsageEntry, 'tiers' | 'free'>;

/** Undefined stands for what the file does not tell; `column` is where the tier stands. */
export function tiersOf(
  serviceTier: string | undefined,
  batch: boolean | undefined,
  column = 'service_tier',
): TierFacts | { readonly problem: string } {
  const name = serviceTier?.toLowerCase();
  if (name === undefined || name === UNDECIDED) {
    const open = batch === undefined ? ANY_TIER : SYNCHRONOUS_TIERS;
    return { tiers: batch ? ['batch'] : open, free: false };
  }
  if (name === COMPLIMENTARY) return { tiers: [batch ? 'batch' : 'standard'], free: true };
  const tier = Object.hasOwn(ALIASES, name)
    ? ALIASES[name]
    : SERVICE_TIERS.find((each) => each === name);
  if (tier === undefined) {
    return { problem: `${column} names no known tier: ${shown(serviceTier ?? '')}` };
  }
  if (tier === 'standard') {
    // Exports write `default` on the rows of batches too: without a batch column, it may be either.
    if (batch === undefined) return { tiers: ['standard', 'batch'], free: false };
    return { tiers: [batch ? 'batch' : 'standard'], free: false };
  }
  if (batch !== undefined && batch !== (tier === 'batch')) {
    return { problem: `batch is ${batch}, but ${column} is ${tier}` };
  }
  return { tiers: [tier], free: false };
}
