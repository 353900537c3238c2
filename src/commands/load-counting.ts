import { Repeats } from '../core/estimate/repeats.ts';
import type { ImageSize } from '../core/media/image-tokens.ts';
import { resolveModel } from '../core/names.ts';
import { Beginnings } from '../core/prefix/beginnings.ts';
import type { RateTable } from '../core/rates.ts';
import type { FramingTable } from '../core/request/framing.ts';
import type { Filling } from '../core/request/template.ts';
import type { Instant } from '../core/time.ts';
import { keyOf } from '../input/digest.ts';
import type { Counting } from '../input/sendables/kind.ts';
import type { Io } from '../io.ts';
import { countTokens } from '../tokens/index.ts';
import { loadImageRules } from './load-shipped.ts';
import { requestCounter } from './request-counter.ts';

export interface Wanted {
  readonly rates: RateTable;
  readonly framing: FramingTable;
  readonly at: Instant;
  /** Models that somebody has named. */
  readonly named: readonly string[] | undefined;
  /** Those that are meant where nobody names any. */
  readonly compared: readonly string[];
  /** Those that are asked for in any case. */
  readonly besides?: readonly string[] | undefined;
  readonly filling: Filling | undefined;
  readonly imageSize?: ImageSize | undefined;
  readonly keepsContent?: boolean;
  /** Of speech that is expected, or of audio that does not tell. */
  readonly audioSeconds?: number | undefined;
}

/** What it takes to count requests and files of them. */
export async function loadCounting(
  io: Pick<Io, 'readFile' | 'packageFile'>,
  {
    rates,
    framing,
    at,
    named,
    compared,
    besides = [],
    filling,
    imageSize,
    audioSeconds,
    keepsContent = false,
  }: Wanted,
): Promise<Counting> {
  const images = await loadImageRules(io);
  const counter = requestCounter(framing, images);
  const modelsOf = (names: readonly string[]) =>
    names.map((name) => resolveModel(rates, name, at).model);
  return {
    rates,
    at,
    models: named && modelsOf(named),
    compared: modelsOf(compared),
    besides: modelsOf(besides),
    across: { repeats: new Repeats(), beginnings: new Beginnings(counter, keyOf) },
    counter,
    images,
    filling,
    imageSize,
    keepsContent,
    audioSeconds,
    used: new Set(),
    countText: countTokens,
  };
}
