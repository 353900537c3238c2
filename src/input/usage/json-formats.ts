import { anthropicLog } from './anthropic-log.ts';
import { batchObject } from './batch-object.ts';
import { batchOutput } from './batch-output.ts';
import { eventLog } from './event-log.ts';
import { fineTuningJob } from './fine-tuning-job.ts';
import type { JsonFormat } from './format.ts';
import { langfuse } from './langfuse.ts';
import { openAiCostsPage } from './openai-costs-page.ts';
import { openAiUsagePage } from './openai-usage-page.ts';
import { requestLog } from './request-log.ts';

/** A value is of the first that matches it: what is narrow comes before what is wide. */
export const JSON_FORMATS: readonly JsonFormat[] = [
  openAiUsagePage,
  openAiCostsPage,
  batchOutput,
  batchObject,
  fineTuningJob,
  eventLog,
  langfuse,
  anthropicLog,
  requestLog,
];
