import { PERIODS, type PromptSettings } from '../core/budget/prompt-budget.ts';
import { countOf, type TextCalls } from '../core/budget/single-calls.ts';
import type { Prompt } from '../core/estimate/estimate.ts';
import { InputError } from '../core/input-error.ts';
import { type InputCount, textCount, unknownCount } from '../core/request/input-count.ts';
import { SERVICE_TIERS, type ServiceTier } from '../core/usage.ts';
import { parseJson } from './json-file.ts';

/** A prompt of an earlier report: how it was called, and how many tokens it had. */
export interface ReportedCall {
  /** Undefined in a report of `estimate`, which has no budgets. */
  readonly budget: string | undefined;
  readonly prompt: Prompt;
  readonly settings: PromptSettings;
}

/**
 * Reads the JSON report of an earlier `check`, `diff` or `estimate`. Its tokens count, and not its
 * amounts: these are priced anew, so that a change of prices is no change of the prompts.
 * @throws InputError when it is no such report
 */
export function readBaseReport(
  bytes: Uint8Array,
  file: string,
  regions: readonly string[],
): ReportedCall[] {
  const report = parseJson(bytes, file);
  const at = (path: string, message: string) =>
    new InputError([{ source: { file }, message: `${path}: ${message}` }]);
  if (!isRecord(report) || report.schemaVersion !== 1) {
    throw at('schemaVersion', 'this is no JSON report of openai-cost; write one with -f json=FILE');
  }
  const { command } = report;
  const isEstimate = command === 'estimate';
  const key = isEstimate ? 'byFile' : 'prompts';
  const list = report[key];
  if (!Array.isArray(list) || (command !== 'check' && command !== 'diff' && !isEstimate)) {
    throw at('command', 'only a report of check, diff or estimate can be compared with');
  }
  const seen = new Set<string>();
  return list.map((entry: unknown, index): ReportedCall => {
    const path = `${key}[${index}]`;
    if (!isRecord(entry)) throw at(path, 'must be an object');
    const call = isEstimate ? ofEstimate(report, entry, fail) : ofCheck(entry, fail);
    const { budget, prompt, settings } = call;
    if (!regions.includes(settings.region)) fail('region');
    const identity = JSON.stringify([budget, prompt.source.file, settings.models]);
    if (seen.has(identity)) throw at(path, 'is in this report twice; write the report anew');
    seen.add(identity);
    return call;

    function fail(name: string): never {
      throw at(
        `${path}.${name}`,
        'is not as this version can compare it; write the report anew with "check -f json=FILE"',
      );
    }
  });
}

type Fail = (name: string) => never;

function ofCheck(entry: Json, fail: Fail): ReportedCall {
  const output = entry.outputTokens;
  return {
    budget: text(entry, 'budget', fail),
    prompt: promptOf(text(entry, 'file', fail), countIn(entry, fail)),
    settings: {
      models: [text(entry, 'model', fail)],
      outputTokens:
        output === 'maximum' ? output : (optionalCount(entry, 'outputTokens', fail) ?? undefined),
      requests: optionalCount(entry, 'requests', fail) || fail('requests'),
      per: PERIODS.find((period) => period === entry.per) ?? fail('per'),
      tier: tierIn(entry, fail),
      region: text(entry, 'region', fail),
      cachedShare: shareIn(entry, 'cachedShare', fail),
      cacheWriteShare: shareIn(entry, 'cacheWriteShare', fail),
      limits: {},
      increase: {},
    },
  };
}

/** Its tokens are those of all calls. */
function ofEstimate(report: Json, entry: Json, fail: Fail): ReportedCall {
  const requests = (optionalCount(report, 'requests', fail) ?? 1) || fail('requests');
  const tokens = isRecord(entry.tokens) ? entry.tokens : undefined;
  // A budget has a share of cached tokens, and from a rounded share no number can be had back.
  if (tokens?.cachedInput || tokens?.cacheWrite) fail('tokens.cachedInput');
  const input = tokens && optionalCount(tokens, 'input', fail);
  if (input && input % requests !== 0) fail('tokens.input');
  const isOneCall = optionalCount(entry, 'requests', fail) === requests;
  const count = isOneCall ? textCount(input == null ? null : input / requests) : UNTOLD;
  return {
    budget: undefined,
    prompt: promptOf(text(entry, 'file', fail), count),
    settings: {
      models: [text(entry, 'model', fail)],
      outputTokens: optionalCount(report, 'outputTokens', fail) ?? undefined,
      requests,
      per: PERIODS.find((period) => period === report.per) ?? 'run',
      tier: tierIn(report, fail),
      region: text(report, 'region', fail),
      limits: {},
      increase: {},
    },
  };
}

function promptOf(file: string, count: InputCount): Prompt {
  return { source: { file }, bytes: 0, peculiarities: [], countInput: () => count };
}

function countIn(entry: Json, fail: Fail): InputCount {
  const { calls } = entry;
  if (optionalCount(entry, 'inputTokens', fail) === null) return textCount(null);
  if (calls === null) return UNTOLD;
  if (!isRecord(calls)) return fail('calls');
  const number = (name: keyof TextCalls) => optionalCount(calls, name, fail) ?? fail('calls');
  const [low, high, least] = [number('low'), number('high'), number('least')];
  const [longest, most] = [number('longest'), number('most')];
  return countOf({ calls: number('calls') || fail('calls'), low, high, least, longest, most });
}

/** Calls that are more than text, or are not priced alike. */
const UNTOLD = unknownCount(
  'its tokens in a report do not tell its cost; take a git ref as the base',
);

type Json = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(of: Json, name: string, fail: Fail): string {
  const value = of[name];
  return typeof value === 'string' ? value : fail(name);
}

function shareIn(
  of: Json,
  name: 'cachedShare' | 'cacheWriteShare',
  fail: Fail,
): number | undefined {
  const share = of[name];
  if (share === null || share === undefined) return undefined;
  return typeof share === 'number' && share >= 0 && share <= 1 ? share : fail(name);
}

function tierIn(of: Json, fail: Fail): ServiceTier {
  return SERVICE_TIERS.find((tier) => tier === of.tier) ?? fail('tier');
}

/** Null is what is not known. */
function optionalCount(of: Json, name: string, fail: Fail): number | null {
  const value = of[name];
  if (value === null || value === undefined) return null;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? value
    : fail(name);
}
