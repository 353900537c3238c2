import type { AuditFacts } from '../core/report.ts';
import { badRows } from './audit/bad-rows.ts';
import { batch } from './audit/batch.ts';
import { billRates } from './audit/bill-rates.ts';
import { budget } from './audit/budget.ts';
import { cacheable } from './audit/cacheable.ts';
import { coarse } from './audit/coarse.ts';
import { dearModels } from './audit/dear-models.ts';
import { fineTuning } from './audit/fine-tuning.ts';
import { imageQuality } from './audit/image-quality.ts';
import { jump } from './audit/jump.ts';
import { longContext } from './audit/long-context.ts';
import { notFound } from './audit/not-found.ts';
import { openPrice } from './audit/open-price.ts';
import { otherCurrency } from './audit/other-currency.ts';
import { overlap } from './audit/overlap.ts';
import { reconciliation } from './audit/reconciliation.ts';
import { savingsTogether } from './audit/savings-together.ts';
import { shutDown } from './audit/shut-down.ts';
import { tokensPerRequest } from './audit/tokens-per-request.ts';
import { unattributed } from './audit/unattributed.ts';
import { unpriced } from './audit/unpriced.ts';
import type { Rule } from './rule.ts';
import { staleRates } from './stale-rates.ts';

/** What needs attention in what was used and billed. */
export const AUDIT_RULES: readonly Rule<AuditFacts>[] = [
  budget,
  reconciliation,
  billRates,
  badRows,
  unattributed,
  notFound,
  otherCurrency,
  unpriced,
  openPrice,
  overlap,
  coarse,
  shutDown,
  jump,
  longContext,
  tokensPerRequest,
  cacheable,
  imageQuality,
  batch,
  fineTuning,
  dearModels,
  savingsTogether,
  staleRates,
];
