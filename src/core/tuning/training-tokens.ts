/** Counts what a fine-tuning file will be billed for each time that it is gone through. */

import type { Encoding } from '../encodings.ts';
import { type CountedModel, type FramingTable, framingOf } from '../request/framing.ts';
import { type ConversationRequest, type Item, textOf } from '../request/request.ts';
import type { RequestCounter } from '../request/request-tokens.ts';
import type { RequestTokens } from '../request/tally.ts';
import { count } from '../wording.ts';
import type { ExampleLimit, FineTuningRules } from './fine-tuning-rules.ts';

/** An example that can be counted: one conversation, or one with each of two answers. */
export type Conversations = readonly [ConversationRequest, ...ConversationRequest[]];

/** Of one run through all examples. */
export interface EpochTokens {
  readonly low: number;
  /** Null where nobody can say how many there are at most. */
  readonly high: number | null;
  /** Why it is not exact, each a clause of its own. */
  readonly reasons: readonly string[];
  /** The first reasons why nobody can say how many there are at most. */
  readonly unknown: readonly string[];
  /** Examples that are longer than the model takes; where the limit is open, than it may take. */
  readonly truncated: number;
  /** Tokens of the longest example. */
  readonly longest: number;
  /** Of all examples together: what a call with such a prompt would send, and have as its answer. */
  readonly prompts: number;
  readonly answers: number;
}

/** What counting rests on. */
export interface TrainingTables {
  readonly examples: ExampleCounter;
  readonly framing: FramingTable;
  readonly rules: FineTuningRules;
}

interface CountedExample {
  /** Of each of its conversations. */
  readonly counts: readonly RequestTokens[];
  /** Tokens of what the first of them ends with, if that is an answer. */
  readonly answer: number;
}

/** Counts an example once for all models that count it alike, if they come one after another. */
export class ExampleCounter {
  readonly #counter: RequestCounter;
  readonly #framing: FramingTable;
  readonly #countText: (text: string, encoding: Encoding) => number;
  #last: Conversations | undefined;
  readonly #known = new Map<string, CountedExample>();

  constructor(
    counter: RequestCounter,
    framing: FramingTable,
    countText: (text: string, encoding: Encoding) => number,
  ) {
    this.#counter = counter;
    this.#framing = framing;
    this.#countText = countText;
  }

  count(conversations: Conversations, model: CountedModel): CountedExample {
    if (conversations !== this.#last) this.#known.clear();
    this.#last = conversations;
    const key = this.#keyOf(conversations, model);
    const counted = this.#known.get(key) ?? this.#count(conversations, model);
    this.#known.set(key, counted);
    return counted;
  }

  #count(conversations: Conversations, model: CountedModel): CountedExample {
    const text = answerText(conversations[0].items.at(-1));
    const { encoding } = model;
    return {
      counts: conversations.map((each) => this.#counter.count(each, model)),
      answer: encoding === null || text === '' ? 0 : this.#countText(text, encoding),
    };
  }

  /** Models of a family differ in images, and doubts name the model that they are about. */
  #keyOf(conversations: Conversations, { id, encoding, isEncodingKnown }: CountedModel): string {
    const framing = framingOf(this.#framing, id);
    const isAlike = framing.kind === 'messages' && framing.isSeen && isEncodingKnown;
    return isAlike && !conversations.some(hasMedia) ? `${encoding} ${framing.family.id}` : id;
  }
}

function hasMedia({ items }: ConversationRequest): boolean {
  return items.some((item) => 'parts' in item && item.parts.some(({ kind }) => kind !== 'text'));
}

const TWICE =
  'how a pair of answers is billed is not published: from one of them after the input, to both of them after an input each';

/** Adds up the examples of a file for one model. */
export class TrainingTally {
  readonly #tables: TrainingTables;
  readonly #model: CountedModel;
  readonly #limit: ExampleLimit | undefined;
  /** Tokens of the answer that a request begins; training begins none. */
  readonly #priming: number;
  readonly #overhead: number;
  readonly #reasons = new Set<string>();
  readonly #unknown = new Set<string>();
  #low = 0;
  #high: number | null = 0;
  #truncated = 0;
  #longest = 0;
  #prompts = 0;
  #answers = 0;

  /** @param model the one to be tuned, as the rate table has it */
  constructor(model: CountedModel, limit: ExampleLimit | undefined, tables: TrainingTables) {
    const framing = framingOf(tables.framing, model.id);
    this.#tables = tables;
    this.#model = model;
    this.#limit = limit;
    const messages = framing.kind === 'messages' ? framing.family.messages : undefined;
    this.#priming = messages?.priming ?? 0;
    this.#overhead = messages ? messages.each + 1 : 0;
    this.#reasons.add(tables.rules.exampleTokens.evidence);
  }

  add(conversations: Conversations): void {
    const { counts, answer } = this.#tables.examples.count(conversations, this.#model);
    const ends = counts.map((each) => this.#cut(this.#trained(each)));
    if (counts.length > 1) this.#reasons.add(TWICE);
    if (ends.some(({ isCut }) => isCut)) this.#truncated++;
    this.#low += Math.min(...ends.map(({ low }) => low));
    for (const { high } of ends) {
      this.#high = this.#high === null || high === null ? null : this.#high + high;
    }
    // What the example is as a call: its last answer, and all that comes before it.
    const before = (counts[0]?.total.low ?? 0) - answer - (answer > 0 ? this.#overhead : 0);
    this.#answers += answer;
    this.#prompts += Math.max(0, before);
  }

  end(): EpochTokens {
    return {
      low: this.#low,
      high: this.#high,
      reasons: [...this.#reasons],
      unknown: [...this.#unknown],
      truncated: this.#truncated,
      longest: this.#longest,
      prompts: this.#prompts,
      answers: this.#answers,
    };
  }

  #trained({ total, parts }: RequestTokens) {
    for (const { basis, reasons } of parts) {
      const all = basis === 'unknown' ? this.#unknown : this.#reasons;
      if (basis !== 'exact') for (const reason of reasons) addTo(all, reason);
    }
    const [least, most] = this.#tables.rules.exampleTokens.tokens;
    return {
      low: Math.max(0, total.low - this.#priming) + least,
      high: total.high === null ? null : Math.max(0, total.high - this.#priming) + most,
    };
  }

  #cut({ low, high }: { low: number; high: number | null }) {
    this.#longest = Math.max(this.#longest, high ?? low);
    if (!this.#limit) return { low, high, isCut: false };
    const [least, most] = this.#limit.maxTokens;
    return {
      low: Math.min(low, least),
      high: high === null ? null : Math.min(high, most),
      isCut: (high ?? low) > least,
    };
  }
}

/** Every example may have reasons of its own, so not all of them are kept. */
const MOST_REASONS = 5;

function addTo(reasons: Set<string>, reason: string): void {
  if (reasons.size < MOST_REASONS) reasons.add(reason);
}

function answerText(item: Item | undefined): string {
  if (item?.kind === 'message') return item.role === 'assistant' ? textOf(item.parts) : '';
  if (item?.kind !== 'calls') return '';
  return item.calls.map(({ name, arguments: text }) => name + text).join('');
}

export function limitText({ maxTokens: [least, most] }: ExampleLimit): string {
  return least === most ? count(least) : `${count(least)} to ${count(most)}`;
}
