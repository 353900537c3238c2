import { parseUsd, unitPrice } from '../core/money.ts';
import type { RateFile, RateFileModel, RateFilePrice, RateFileTokens } from './rate-file.ts';

/** Something wrong in a rate table file. */
export interface RateProblem {
  /** A JSON path such as `models[3].prices[0].to`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

/** What a file of the right form can still get wrong: names, dates, sources and amounts. */
export function* senseProblems(file: RateFile): Generator<RateProblem> {
  yield* namingProblems(file);
  for (const [index, entry] of file.models.entries()) {
    const path = `models[${index}]`;
    if (entry.prices.length === 0 && !entry.noPrice) {
      yield { path, message: `${entry.id} has no price; say why in "noPrice"` };
    }
    if (entry.encoding !== null && !entry.encodingBasis) {
      yield { path, message: `${entry.id} has an encoding; say who says so in "encodingBasis"` };
    }
    if (entry.encoding === null && hasTokenPrice(entry)) {
      yield { path, message: `${entry.id} is billed by the token, so it needs an "encoding"` };
    }
    for (const source of entry.requestLimits?.sources ?? []) {
      if (file.sources[source]) continue;
      yield { path: `${path}.requestLimits`, message: `there is no source ${source}` };
    }
    for (const tool of entry.callsTools ?? []) {
      if (file.tools.some(({ id }) => id === tool)) continue;
      yield { path: `${path}.callsTools`, message: `there is no tool ${tool}` };
    }
    yield* priceProblems(file, entry.prices, `${path}.prices`, entry.regionalUplift);
    yield* completenessProblems(entry, path);
  }
  for (const [index, tool] of file.tools.entries()) {
    yield* priceProblems(file, tool.prices, `tools[${index}].prices`, 'none');
  }
}

function hasTokenPrice(entry: RateFileModel): boolean {
  return entry.prices.some((version) =>
    [...cellsOf(version.tokens ?? {})].some(({ cell }) => cell !== '0' && parseUsd(cell)),
  );
}

function* namingProblems(file: RateFile): Generator<RateProblem> {
  const owners = new Map<string, string>();
  const ids = new Set(file.models.map(({ id }) => id));
  for (const [index, entry] of file.models.entries()) {
    const path = `models[${index}]`;
    const aliases = entry.aliases?.map((alias) => alias.name) ?? [];
    for (const known of [entry.id, ...(entry.snapshots ?? []), ...aliases]) {
      const owner = owners.get(known);
      if (owner) yield { path, message: `the name ${known} already belongs to ${owner}` };
      owners.set(known, entry.id);
    }
    for (const [at, { model: target }] of (entry.standsFor ?? []).entries()) {
      if (!ids.has(target)) {
        yield { path: `${path}.standsFor[${at}]`, message: `there is no model ${target}` };
      }
    }
    for (const known of Object.keys(entry.shutdown ?? {})) {
      if (![entry.id, ...(entry.snapshots ?? []), ...aliases].includes(known)) {
        yield { path: `${path}.shutdown`, message: `${known} is not a name of ${entry.id}` };
      }
    }
  }
  for (const [index, { id }] of file.tools.entries()) {
    const owner = owners.get(id);
    if (owner)
      yield { path: `tools[${index}]`, message: `the name ${id} already belongs to ${owner}` };
    owners.set(id, id);
  }
  const listed = [
    ...file.regions.flatMap(({ unavailable }) => unavailable?.flatMap((x) => x.models) ?? []),
    ...file.imageOutputTokens.flatMap((table) => table.models),
  ];
  for (const known of listed) {
    if (!owners.has(known)) yield { path: '', message: `there is no model ${known}` };
  }
}

function* priceProblems(
  file: RateFile,
  prices: readonly RateFilePrice[],
  path: string,
  uplift: string,
): Generator<RateProblem> {
  for (const [index, version] of prices.entries()) {
    const here = `${path}[${index}]`;
    yield* dateProblems(version, prices[index + 1], here);
    const named = [...version.sources, ...Object.values(version.confirmedBy ?? {}).flat()];
    for (const source of named) {
      if (!file.sources[source]) yield { path: here, message: `there is no source ${source}` };
    }
    if (!version.tokens && !version.units) {
      yield { path: here, message: 'has neither "tokens" nor "units"' };
    }
    yield* amountProblems(version, prices[index - 1], here, uplift);
    yield* pointerProblems(version, here);
  }
}

function* dateProblems(
  version: RateFilePrice,
  next: RateFilePrice | undefined,
  path: string,
): Generator<RateProblem> {
  if (version.from !== null && version.to !== null && version.from >= version.to) {
    yield { path, message: `ends (${version.to}) before it begins (${version.from})` };
  }
  if (!next) return;
  if (next.from === null) {
    yield { path, message: 'is followed by a price without a beginning; sort by "from"' };
  } else if (version.to === null || version.to > next.from) {
    yield { path, message: `overlaps the next price, which begins on ${next.from}; set "to"` };
  } else if (version.to < next.from) {
    yield { path, message: `leaves a gap from ${version.to} to ${next.from}` };
  }
}

/**
 * Between gpt-5-nano's cached input ($0.0025) and o1-pro's output ($600) lies every price so far,
 * and $0.02 is the least for standard input. What is far outside is a slip of the unit: a price
 * per thousand written as one per million, or cents for dollars.
 */
const PLAUSIBLE_USD_PER_MILLION = { least: 0.001, leastStandardInput: 0.01, most: 2_000 };
/** No price change yet was by more than a factor of 5; none within a version by more than 133. */
const PLAUSIBLE_CHANGE = 20;
const PLAUSIBLE_SPREAD = 300;

function* amountProblems(
  version: RateFilePrice,
  before: RateFilePrice | undefined,
  path: string,
  uplift: string,
): Generator<RateProblem> {
  const factors = uplift === 'none' ? [] : [uplift === 'unknown' ? '1.1' : uplift];
  const standard = standardInput(version);
  const earlier = standardInput(before);
  for (const { path: at, cell } of cellsOf(version.tokens ?? {})) {
    const here = `${path}.tokens.${at}`;
    if (parseUsd(cell) === undefined || Number(cell) === 0) continue;
    if (unitPrice(cell, 1_000_000, factors) === undefined) {
      yield { path: here, message: `$${cell} is finer than the money unit` };
    }
    const isStandardInput = at === 'standard.short.text.input';
    const { least, leastStandardInput, most } = PLAUSIBLE_USD_PER_MILLION;
    if (Number(cell) < (isStandardInput ? leastStandardInput : least) || Number(cell) > most) {
      yield { path: here, message: `$${cell} per million tokens is implausible; check the unit` };
    } else if (standard && isFarFrom(Number(cell), standard, PLAUSIBLE_SPREAD)) {
      const beside = `beside the standard input price of $${standard}; check the unit`;
      yield { path: here, message: `$${cell} is implausible ${beside}` };
    } else if (isStandardInput && earlier && isFarFrom(Number(cell), earlier, PLAUSIBLE_CHANGE)) {
      yield { path: here, message: `$${cell} is implausible after $${earlier}; check the unit` };
    }
  }
  for (const [index, { usd: value, per }] of (version.units ?? []).entries()) {
    if (unitPrice(value, per) === undefined) {
      yield { path: `${path}.units[${index}]`, message: `$${value} is finer than the money unit` };
    }
  }
}

function standardInput(version: RateFilePrice | undefined): number | undefined {
  const cell = Number(version?.tokens?.standard?.short?.text?.input);
  return cell > 0 ? cell : undefined;
}

function isFarFrom(a: number, b: number, factor: number): boolean {
  return a > b * factor || b > a * factor;
}

/** What "derived" and "rounded" point to must be there. */
function* pointerProblems(version: RateFilePrice, path: string): Generator<RateProblem> {
  const cells = [...cellsOf(version.tokens ?? {})].map((entry) => entry.path);
  const pointers = [
    ...(version.derived?.flatMap((entry) => entry.cells) ?? []),
    ...Object.keys(version.rounded ?? {}),
    ...Object.keys(version.confirmedBy ?? {}),
  ];
  for (const pointer of pointers) {
    if (!cells.some((known) => known === pointer || known.startsWith(`${pointer}.`))) {
      yield { path, message: `there is no price ${pointer} to point to` };
    }
  }
}

/** Absence must be written down: a reader cannot tell "unpublished" from "forgotten". */
function* completenessProblems(entry: RateFileModel, path: string): Generator<RateProblem> {
  const cachesInput = ['text', 'realtime', 'audio', 'image', 'fine-tuned'].includes(entry.kind);
  for (const [index, version] of entry.prices.entries()) {
    for (const [tierName, bands] of Object.entries(version.tokens ?? {})) {
      for (const [band, modalities] of Object.entries(bands)) {
        for (const [modality, cells] of Object.entries(modalities)) {
          const at = `${path}.prices[${index}].tokens.${tierName}.${band}.${modality}`;
          if (band === 'long' && entry.longContextAbove === undefined) {
            yield { path: at, message: 'is a long band, but the model has no "longContextAbove"' };
          }
          if (cachesInput && cells.input !== undefined && cells.cachedInput === undefined) {
            yield { path: at, message: 'says nothing of "cachedInput"; write "unpublished"' };
          }
          if (entry.kind === 'text' && cells.output === undefined) {
            yield { path: at, message: 'says nothing of "output"; write "unpublished"' };
          }
        }
      }
    }
  }
}

function* cellsOf(rates: RateFileTokens): Generator<{ path: string; cell: string }> {
  for (const [tierName, bands] of Object.entries(rates)) {
    for (const [band, modalities] of Object.entries(bands)) {
      for (const [modality, cells] of Object.entries(modalities)) {
        for (const [kind, value] of Object.entries(cells)) {
          yield { path: `${tierName}.${band}.${modality}.${kind}`, cell: value };
        }
      }
    }
  }
}
