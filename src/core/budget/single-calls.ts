/** The calls that a prompt holds, one by one as far as that can be told. */
import type { Prompt, PromptEstimate } from '../estimate/estimate.ts';
import { type CallShare, type InputCount, longestCall } from '../request/input-count.ts';
import type { Count } from '../request/tally.ts';
import type { Tokens } from '../usage.ts';

/** What holds several calls as prompts of one call each: of calls that are priced alike, the longest. */
export function singleCalls({ prompt, input: { shares } }: PromptEstimate): Prompt[] {
  if (shares.length === 1 && shares[0]?.calls === 1) return [];
  return shares.map((share) => ({
    ...prompt,
    countRepeats: undefined,
    countInput: () => ({ shares: [longestIn(share)], total: UNTOLD, parts: [] }),
  }));
}

/** Nobody asks for the tokens of these. */
const UNTOLD: Count = { basis: 'unknown', low: 0, expected: null, high: null };

/** Of calls that are not text alone, nobody can say which is the dearest: it may be all of the cost. */
function longestIn(share: CallShare): CallShare {
  const { calls, answers, inputTokensPerRequest, longest } = share;
  if (calls === 1) return share;
  if (!isText(share)) return { ...share, low: {} };
  const { least, most } = inputTokensPerRequest;
  const low = longest?.tokens ?? least;
  return {
    ...share,
    ...{ calls: 1, low: { text: { input: low } }, high: { text: { input: most } } },
    inputTokensPerRequest: { least: low, most },
    // As many as one call can have, where each of the others has one.
    answers: Math.max(answers - calls + 1, Math.min(answers, 1)),
  };
}

/** Whether its tokens are those of text that is sent, and all are known. */
function isText({ low, high, quantities }: CallShare): boolean {
  const isInput = (tokens: Tokens) =>
    Object.keys(tokens).every((modality) => modality === 'text') &&
    Object.keys(tokens.text ?? {}).every((kind) => kind === 'input') &&
    tokens.text?.input !== null;
  return quantities.length === 0 && isInput(low) && isInput(high);
}

/** Calls of text that are priced alike, by their input tokens: of all of them, and of one. */
export interface TextCalls {
  readonly calls: number;
  readonly low: number;
  readonly high: number;
  readonly least: number;
  readonly most: number;
  readonly longest: number;
}

/** What a prompt comes to by such numbers; undefined where they do not price it. */
export function textCallsOf({ shares }: InputCount): TextCalls | undefined {
  const [share] = shares;
  if (!share || shares.length > 1 || !isText(share)) return undefined;
  const { calls, answers, unknown, inputTokensPerRequest, low, high } = share;
  if (answers !== calls || unknown.length > 0) return undefined;
  return {
    calls,
    ...{ low: low.text?.input ?? 0, high: high.text?.input ?? 0, ...inputTokensPerRequest },
    longest: longestCall({ shares }).tokens,
  };
}

export function countOf({ calls, low, high, least, most, longest }: TextCalls): InputCount {
  const share: CallShare = {
    calls,
    ...{ low: { text: { input: low } }, high: { text: { input: high } } },
    ...{ quantities: [], unknown: [], answers: calls, maxOutputTokens: undefined },
    inputTokensPerRequest: { least, most },
    longest: { tokens: longest, source: undefined },
  };
  const basis = low === high ? 'exact' : 'estimate';
  return { shares: [share], total: { basis, low, expected: high, high }, parts: [] };
}

/** Tokens of the longest call; all but the fewest are null where not all is known. */
export function longestOf({
  shares,
  total,
}: Pick<InputCount, 'shares' | 'total'>): Pick<Count, 'low' | 'expected' | 'high'> {
  if (shares.length === 1 && shares[0]?.calls === 1) return total;
  const most = Math.max(...shares.map(({ inputTokensPerRequest }) => inputTokensPerRequest.most));
  const high = total.high === null ? null : most;
  return { low: longestCall({ shares }).tokens, expected: high, high };
}
