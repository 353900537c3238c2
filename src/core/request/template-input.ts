/** What a template is billed for as input: one call for each set of values. */

import type { Model } from '../rates.ts';
import type { Tokens } from '../usage.ts';
import { count } from '../wording.ts';
import type { CallShare, InputCount } from './input-count.ts';
import { InputFold } from './input-fold.ts';
import type { Count, CountedPart } from './tally.ts';
import type { Filling, Placeholder, Values } from './template.ts';

/** What is sent in one run. */
export interface Run {
  readonly count: InputCount;
  /** As often as they stand in it. */
  readonly unfilled: readonly Placeholder[];
}

export function templateInput(
  filling: Filling,
  model: Model | undefined,
  runWith: (values: Values) => Run,
): InputCount {
  const [only = new Map(), ...others] = filling.runs;
  // What one run makes, such as images, is not lost in a sum.
  if (others.length === 0) return withUnfilled(runWith(only), filling);
  const fold = new InputFold(model);
  for (const values of filling.runs) fold.add(withUnfilled(runWith(values), filling));
  const folded = fold.end();
  if (!folded) throw new RangeError('a template without a run');
  return folded;
}

const AS_TEXT = {
  options: '--template none',
  configuration: '"template": "none" in openai-cost.json',
} as const;
const REMEDIES = {
  options: (name: string) => `--var ${name}=TEXT, --var-tokens ${name}=500 or --template none`,
  configuration: () => 'vars, varTokens or "template": "none" in openai-cost.json',
} as const;

/** A placeholder that is not filled is taken for as many tokens as were given; else it is unknown. */
function withUnfilled(
  { count: input, unfilled }: Run,
  { tokens: given, from }: Filling,
): InputCount {
  if (unfilled.length === 0) return input;
  const unknown = new Set<string>();
  const taken = new Set<string>();
  let more = 0;
  for (const { name, written } of unfilled) {
    const tokens = given.get(name);
    if (tokens === undefined) {
      unknown.add(
        name === written
          ? `what ${written} leads to is not known (${AS_TEXT[from]} takes it for text)`
          : `${written} is not filled in (${REMEDIES[from](name)})`,
      );
    } else {
      taken.add(`${written} is taken for ${count(tokens)} tokens`);
      more += tokens;
    }
  }
  const isUnknown = unknown.size > 0;
  return {
    ...input,
    shares: input.shares.map((share) => shareWith(share, more, [...unknown])),
    total: countWith(input.total, more, isUnknown),
    parts: input.parts.map((part): CountedPart => {
      if (part.part !== 'text') return part;
      const reasons = [...part.reasons, ...taken, ...unknown];
      return { ...countWith(part, more, isUnknown), part: part.part, reasons };
    }),
  };
}

function shareWith(share: CallShare, more: number, unknown: readonly string[]): CallShare {
  const { least, most } = share.inputTokensPerRequest;
  return {
    ...share,
    low: tokensWith(share.low, more),
    high: tokensWith(share.high, more),
    unknown: [...share.unknown, ...unknown],
    inputTokensPerRequest: { least: least + more, most: most + more },
  };
}

function tokensWith(tokens: Tokens, more: number): Tokens {
  const { text } = tokens;
  if (text?.input === null || text?.input === undefined) return tokens;
  return { ...tokens, text: { ...text, input: text.input + more } };
}

/** At best an estimate: where the text is put in, tokens may grow together. */
function countWith({ basis, low, expected, high }: Count, more: number, isUnknown: boolean): Count {
  const isKnown = !isUnknown && expected !== null && high !== null;
  return {
    basis: isKnown ? (basis === 'unknown' ? basis : 'estimate') : 'unknown',
    low: low + more,
    expected: isKnown ? expected + more : null,
    high: isKnown ? high + more : null,
  };
}
