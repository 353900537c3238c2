import type { EstimateFacts } from '../core/report.ts';
import { assumedEncoding } from './assumed-encoding.ts';
import { badLines } from './bad-lines.ts';
import { batchFile } from './batch-file.ts';
import { budget } from './budget.ts';
import { contextWindow } from './context-window.ts';
import { derivedPrice } from './derived-price.ts';
import { duplicates } from './duplicates.ts';
import { longContext } from './long-context.ts';
import { onlineCount } from './online-count.ts';
import { openPrice } from './open-price.ts';
import { outputLimit } from './output-limit.ts';
import { promptText } from './prompt-text.ts';
import { reasoning } from './reasoning.ts';
import type { Rule } from './rule.ts';
import { sharedPrefix } from './shared-prefix.ts';
import { shutDown } from './shut-down.ts';
import { staleRates } from './stale-rates.ts';
import { unknownStart } from './unknown-start.ts';
import { unreadable } from './unreadable.ts';
import { unusedValues } from './unused-values.ts';

/** What is worth telling about an estimate. */
export const ESTIMATE_RULES: readonly Rule<EstimateFacts>[] = [
  budget,
  contextWindow,
  unreadable,
  batchFile,
  badLines,
  duplicates,
  sharedPrefix,
  shutDown,
  longContext,
  promptText,
  onlineCount,
  outputLimit,
  reasoning,
  openPrice,
  derivedPrice,
  unknownStart,
  assumedEncoding,
  unusedValues,
  staleRates,
];
