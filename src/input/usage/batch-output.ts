import type { JsonFormat } from './format.ts';
import { BadField, fieldOf, isObject, rowFrom } from './json-fields.ts';
import { hasFailed, unwrapped } from './request-entry.ts';
import { isResponse, responseRows } from './request-log.ts';

/** A line of a batch's output file or error file. */
export const batchOutput: JsonFormat = {
  id: 'openai-batch-output',
  title: 'OpenAI Batch output',
  matches: (value) =>
    typeof fieldOf(value, 'custom_id') === 'string' &&
    isObject(value) &&
    Object.hasOwn(value, 'response'),
  read: (value, source) => {
    const logged = unwrapped(value, isResponse);
    if (logged) return responseRows(logged, source, ['batch']);
    const any = unwrapped(value, isObject);
    const isError = fieldOf(value, 'error') !== undefined || (any && hasFailed(any));
    if (isError) return [{ kind: 'empty', source }];
    return [
      rowFrom(source, () => {
        throw new BadField('response.body is no response that is known, and error is null');
      }),
    ];
  },
};
