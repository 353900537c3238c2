import type { CsvFormat } from './format.ts';

/** What OpenAI exports, of usage and of costs alike, when there is nothing to export. */
export const openaiNoData: CsvFormat = {
  id: 'openai-no-data',
  title: 'OpenAI export without data',
  required: ['start_time', 'end_time', 'start_time_iso', 'end_time_iso'],
  exact: true,
  explanation:
    'OpenAI writes these four columns when there was no usage in the period; check the dates, the organization and the project, and export again',
  read: ({ source }) => ({ kind: 'empty', source }),
};
