/** The CSV formats that are recognised by their header: the first that fits is it. */
import type { CsvFormat } from './format.ts';
import { litellm } from './litellm.ts';
import { openaiActivity } from './openai-activity.ts';
import { openaiCompletions } from './openai-completions.ts';
import { openaiCosts } from './openai-costs.ts';
import { openaiCostsLegacy } from './openai-costs-legacy.ts';
import { openaiEmbeddings } from './openai-embeddings.ts';
import { openaiNoData } from './openai-no-data.ts';
import {
  openaiCodeInterpreter,
  openaiFileSearch,
  openaiImages,
  openaiSpeech,
  openaiTranscription,
  openaiVectorStores,
  openaiWebSearch,
} from './openai-quantities.ts';
import { openrouter, openrouterDaily } from './openrouter.ts';
import { anthropicConsole, deepseek } from './other-vendors.ts';

export const CSV_FORMATS: readonly CsvFormat[] = [
  openaiNoData,
  openaiCosts,
  openaiCompletions,
  openaiImages,
  openaiSpeech,
  openaiTranscription,
  openaiVectorStores,
  openaiCodeInterpreter,
  openaiFileSearch,
  openaiWebSearch,
  openaiEmbeddings,
  openaiActivity,
  openaiCostsLegacy,
  openrouter,
  openrouterDaily,
  litellm,
  anthropicConsole,
  deepseek,
];
