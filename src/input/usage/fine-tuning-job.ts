import type { Row } from '../../core/audit/entry.ts';
import type { Source } from '../../core/source.ts';
import type { Instant } from '../../core/time.ts';
import type { JsonFormat } from './format.ts';
import { fieldOf, type JsonFields, rowFrom } from './json-fields.ts';
import { isListOf, listedOf, listPageOf } from './json-list.ts';

export const fineTuningJob: JsonFormat = {
  id: 'openai-fine-tuning-job',
  title: 'OpenAI fine-tuning jobs',
  matches: (value) => isListOf(value, 'fine_tuning.job'),
  read: (value, source) => listedOf(value, source, rowOf),
  page: listPageOf,
};

function rowOf(job: JsonFields, source: Source): Row {
  return rowFrom(source, () => {
    const trained = job.count('trained_tokens');
    const status = job.text('status');
    if (status === 'cancelled' && trained) {
      throw job.bad('trained_tokens', 'of a cancelled job may be billed or not: see the bill');
    }
    if (status !== 'succeeded') return { kind: 'empty', source };
    if (fieldOf(job.value('method'), 'type') === 'reinforcement') {
      throw job.bad('method', 'is reinforcement, billed by hours of training that no job tells');
    }
    if (trained === undefined) throw job.bad('trained_tokens', 'is missing');
    const model = job.text('model');
    if (model === undefined) throw job.bad('model', 'is missing');
    const start = job.instant('created_at');
    if (start === undefined) throw job.bad('created_at', 'is missing');
    const end = job.instant('finished_at') ?? start;
    return {
      kind: 'usage',
      entry: {
        source,
        start,
        end: Math.max(start + 1, end) as Instant,
        endpoint: 'fine_tuning',
        // The prices of training are those of the tuned model; a tuned one can be tuned again.
        model: model.startsWith('ft:') ? model : `ft:${model}`,
        tiers: ['standard'],
        free: false,
        project: undefined,
        apiKey: undefined,
        user: undefined,
        requests: undefined,
        tokens: {},
        // Epochs are in it already.
        quantities: [{ unit: 'trainingToken', amount: trained }],
        id: job.text('id'),
      },
    };
  });
}
