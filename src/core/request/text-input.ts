/** How a plain text is counted: as it is, or as the message that it is sent in. */
import type { Encoding } from '../encodings.ts';
import type { TextForm } from './choices.ts';
import { type CountedModel, countedModel, type FramingTable, framingOf } from './framing.ts';
import { type CountInput, textCount } from './input-count.ts';
import type { ConversationRequest } from './request.ts';
import { RequestCounter } from './request-tokens.ts';
import { type Count, type CountedPart, Tally } from './tally.ts';

/** `countText` is asked only for encodings of models that the text is counted for. */
export function textInput(
  countText: (encoding: Encoding) => number | null,
  form: TextForm,
  framing: FramingTable,
): CountInput {
  return (model) => {
    const encoding = model?.encoding ?? null;
    const tokens = encoding === null ? null : countText(encoding);
    if (!model || tokens === null) return textCount(tokens);
    if (form !== 'chat' || framingOf(framing, model.id).kind !== 'messages') {
      return textCount(tokens, ...textAlone(tokens, countedModel(model)));
    }
    const counter = new RequestCounter({
      framing,
      countText: () => tokens,
      countMedia: () => ({ basis: 'unknown', reason: 'a text has none' }),
    });
    const { total, parts } = counter.count(ONE_MESSAGE, countedModel(model));
    return textCount(tokens, total, parts);
  };
}

/** Only as sure as the tokenizer. */
function textAlone(
  tokens: number,
  { id, encoding, isEncodingKnown }: CountedModel,
): [Count, CountedPart[]] {
  const tally = new Tally();
  tally.add('text', tokens);
  if (!isEncodingKnown) {
    tally.doubt('text', [0, 0], `the tokenizer of ${id} is assumed to be ${encoding}`);
  }
  const { total, parts } = tally.end();
  return [total, [...parts]];
}

/** What a plain text is sent as. */
export function messageOf(text: string): ConversationRequest {
  const parts = [{ kind: 'text' as const, text }];
  return { ...NO_MESSAGE, items: [{ kind: 'message', role: 'user', name: undefined, parts }] };
}

const NO_MESSAGE: ConversationRequest = {
  kind: 'conversation',
  source: { file: '' },
  endpoint: 'chat_completions',
  model: undefined,
  serviceTier: undefined,
  maxOutputTokens: undefined,
  answers: 1,
  items: [],
  tools: [],
  toolChoice: { kind: 'auto' },
  parallelToolCalls: undefined,
  format: { kind: 'text' },
  reasoningEffort: undefined,
  reasoningMode: undefined,
  elsewhere: [],
  besides: [],
  cacheKey: undefined,
};

/** Its text is never looked at: how many tokens it has is known. */
const ONE_MESSAGE = messageOf('text');
