/** Counts what a fine-tuning file will be billed for each time that it is gone through. */

import type { ExampleLimit, FineTuningRules } from './fine-tuning-rules.ts';
import { type CountedModel, type FramingTable, framingOf } from './framing.ts';
import { type ConversationRequest, type Item, textOf } from './request.ts';
import type { RequestCounter } from './request-tokens.ts';
import type { RequestTokens } from './tally.ts';
import { count } from './wording.ts';

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
  readonly counter: RequestCounter;
  readonly framing: FramingTable;
  readonly rules: FineTuningRules;
  countText(text: string, encoding: NonNullable<CountedModel['encoding']>): number;
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
    const counts = conversations.map((each) => this.#tables.counter.count(each, this.#model));
    const ends = counts.map((each) => this.#cut(this.#trained(each)));
    if (counts.length > 1) this.#reasons.add(TWICE);
    this.#low += Math.min(...ends.map(({ low }) => low));
    for (const { high } of ends) {
      this.#high = this.#high === null || high === null ? null : this.#high + high;
    }
    this.#addCall(conversations[0], counts[0]);
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
    if (!this.#limit) return { low, high };
    const [least, most] = this.#limit.maxTokens;
    if ((high ?? low) > least) this.#truncated++;
    return { low: Math.min(low, least), high: high === null ? null : Math.min(high, most) };
  }

  /** What the example is as a call: its last answer, and all that comes before it. */
  #addCall({ items }: ConversationRequest, counted: RequestTokens | undefined): void {
    const { encoding } = this.#model;
    const last = items.at(-1);
    if (!counted || encoding === null || !last) return;
    const answer = this.#tables.countText(answerText(last), encoding);
    const isAnswer = answerText(last) !== '';
    this.#answers += answer;
    this.#prompts += Math.max(0, counted.total.low - answer - (isAnswer ? this.#overhead : 0));
  }
}

/** Every example may have reasons of its own, so not all of them are kept. */
const MOST_REASONS = 5;

function addTo(reasons: Set<string>, reason: string): void {
  if (reasons.size < MOST_REASONS) reasons.add(reason);
}

function answerText(item: Item): string {
  if (item.kind === 'message') return item.role === 'assistant' ? textOf(item.parts) : '';
  if (item.kind !== 'calls') return '';
  return item.calls.map(({ name, arguments: text }) => name + text).join('');
}

export function limitText({ maxTokens: [least, most] }: ExampleLimit): string {
  return least === most ? count(least) : `${count(least)} to ${count(most)}`;
}
