/** OpenAI's exports of what is not billed by the token: images, speech, transcription, tools. */
import type { Endpoint } from '../../core/audit/entry.ts';
import type { Unit } from '../../core/rates.ts';
import type { Instant } from '../../core/time.ts';
import type { Quantity } from '../../core/usage.ts';
import type { CsvFormat } from './format.ts';
import { BUCKET_COLUMNS, bucketOf, ownerOf } from './openai-bucket.ts';
import { type Cells, fail, needed, readRow } from './values.ts';

interface QuantityExport {
  readonly id: string;
  readonly title: string;
  readonly endpoint: Endpoint;
  /** The column that tells how much. */
  readonly column: string;
  /** A further one, without which the export is of something else. */
  readonly mark?: string;
  /** Of exports without a column `model`: the tool's id in the rate table. */
  readonly tool?: string;
  quantity(cells: Cells, bucket: { start: Instant; end: Instant }): Quantity;
}

function quantityFormat(of: QuantityExport): CsvFormat {
  return {
    id: of.id,
    title: of.title,
    required: [...BUCKET_COLUMNS, of.column, ...(of.mark === undefined ? [] : [of.mark])],
    without: ['amount_value', 'output_tokens'],
    read: (fields) =>
      readRow(fields, (cells) => {
        const { source } = cells;
        const bucket = bucketOf(cells);
        if (cells.areBlank([of.column, 'model', 'num_model_requests'])) {
          return { kind: 'empty', source, period: bucket };
        }
        const entry = {
          source,
          ...bucket,
          endpoint: of.endpoint,
          model: of.tool ?? cells.text('model'),
          tiers: ['standard'],
          free: false,
          ...ownerOf(cells),
          requests: cells.count('num_model_requests'),
          tokens: {},
          quantities: [of.quantity(cells, bucket)],
        } as const;
        return { kind: 'usage', entry };
      }),
  };
}

export const openaiImages = quantityFormat({
  id: 'openai-images-usage',
  title: 'OpenAI usage export (images)',
  endpoint: 'images',
  column: 'images',
  quantity: (cells) => ({ ...counted('image', 'images')(cells), size: cells.text('size') }),
});

export const openaiSpeech = quantityFormat({
  id: 'openai-speech-usage',
  title: 'OpenAI usage export (audio speech)',
  endpoint: 'speech',
  column: 'characters',
  quantity: counted('character', 'characters'),
});

export const openaiTranscription = quantityFormat({
  id: 'openai-transcription-usage',
  title: 'OpenAI usage export (audio transcription)',
  endpoint: 'transcription',
  column: 'seconds',
  quantity: (cells) => needed(cells.seconds('seconds'), 'seconds'),
});

export const openaiVectorStores = quantityFormat({
  id: 'openai-vector-stores-usage',
  title: 'OpenAI usage export (vector stores)',
  endpoint: 'vector_stores',
  column: 'usage_bytes',
  tool: 'file_search_storage',
  quantity: storage,
});

export const openaiCodeInterpreter = quantityFormat({
  id: 'openai-code-interpreter-usage',
  title: 'OpenAI usage export (code interpreter)',
  endpoint: 'code_interpreter',
  column: 'num_sessions',
  tool: 'container',
  quantity: counted('session20Minutes', 'num_sessions'),
});

export const openaiFileSearch = quantityFormat({
  id: 'openai-file-search-usage',
  title: 'OpenAI usage export (file search)',
  endpoint: 'file_search',
  column: 'num_requests',
  mark: 'vector_store_id',
  tool: 'file_search',
  quantity: counted('call', 'num_requests'),
});

export const openaiWebSearch = quantityFormat({
  id: 'openai-web-search-usage',
  title: 'OpenAI usage export (web search)',
  endpoint: 'web_search',
  column: 'num_requests',
  mark: 'context_level',
  tool: 'web_search_calls',
  quantity: counted('call', 'num_requests'),
});

function counted(unit: Unit, column: string): (cells: Cells) => Quantity {
  return (cells) => ({ unit, amount: needed(cells.count(column), column) });
}

const DAY_SECONDS = 86_400;

/** Bytes, for as long as the bucket lasts. */
function storage(cells: Cells, bucket: { start: Instant; end: Instant }): Quantity {
  const bytes = needed(cells.count('usage_bytes'), 'usage_bytes');
  const seconds = bucket.end - bucket.start;
  // In the longest unit that divides the bucket: bytes times seconds soon have too many digits.
  const unit = [DAY_SECONDS, 3600, 60].find((each) => seconds % each === 0) ?? 1;
  const amount = bytes * (seconds / unit);
  if (!Number.isSafeInteger(amount)) fail('usage_bytes is too large to be counted exactly');
  return { unit: 'gibibyteDay', amount, per: 2 ** 30 * (DAY_SECONDS / unit) };
}
