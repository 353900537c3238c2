import { count, eitherOf } from '../wording.ts';
import { DETAILS } from './image-detail.ts';
import {
  type ImageRules,
  imageModels,
  type Levels,
  type PatchLevel,
  type PatchReading,
  type Reading,
  type TileLevel,
  type TileReading,
} from './image-rules.ts';
import { bounded, doubtsOf, type MediaTokens, rejected } from './media-tokens.ts';

/** Pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** How a count came about, for whoever wants it explained. */
export interface ImageSteps {
  /** The rule's name in `rates/images.json`. */
  readonly rule: string;
  /** The level of detail that was counted at, such as `high` where `auto` was asked for. */
  readonly level: string;
  /** Undefined where the size does not matter or is not known. */
  readonly resized?: ImageSize | undefined;
  /** Of the reading with the most tokens. */
  readonly unit?: 'tiles' | 'patches' | undefined;
  readonly units?: number | undefined;
}

export type ImageTokens = MediaTokens & { readonly steps?: ImageSteps | undefined };

/** What no image format can hold. */
const MAX_SIDE = 2 ** 31 - 1;

/**
 * The input tokens of one image of a request. Portrait and landscape cost the same, so it does not
 * matter whether the API turns an image as its EXIF data says.
 *
 * @param model an id of the rate table, not an alias
 * @param size undefined where nobody knows: then the range of all sizes
 * @param detail as in the request; undefined is `auto`
 */
export function imageInputTokens(
  rules: ImageRules,
  model: string,
  size: ImageSize | undefined,
  detail: string | undefined,
): ImageTokens {
  const known = imageModels(rules, model);
  if (known === undefined) return { basis: 'unknown', reason: `no image rule for ${model}` };
  if ('takesImages' in known) return rejected(`${model} takes no images`);
  if ('unknown' in known) return { basis: 'unknown', reason: known.unknown };
  const impossible = size && impossibleSize(size);
  if (impossible) return rejected(impossible);
  const rule = rules.rules[known.rule];
  if (!rule) return { basis: 'unknown', reason: `no image rule ${known.rule}` };
  const doubts = doubtsOf(known.evidence, known.note);
  const counts: Count[] = [];
  const levelNames = [...new Set(rule.readings.flatMap(({ levels }) => Object.keys(levels)))];
  const wanted = levelsFor(levelNames, detail);
  if (wanted.length === 0) {
    return rejected(`detail is ${detail}; use ${eitherOf(levelNames)}`);
  }
  if (wanted.length > 1) {
    doubts.push(`detail ${detail} is not documented for ${model}, only ${eitherOf(levelNames)}`);
  }
  for (const level of wanted) {
    for (const reading of rule.readings) {
      const counted = countReading(reading, level, size);
      if (!counted) continue;
      if ('reason' in counted) return rejected(counted.reason);
      counts.push(counted);
    }
  }
  return summed(counts, known.rule, rule.open, doubts, size);
}

interface Count {
  readonly level: string;
  readonly low: number;
  readonly high: number;
  readonly reasons: readonly string[];
  readonly resized?: ImageSize | undefined;
  readonly unit?: 'tiles' | 'patches' | undefined;
  readonly units?: number | undefined;
}

const KNOWN: readonly string[] = DETAILS;

/** A level that this model does not have may do what any of its own do. */
function levelsFor(names: readonly string[], detail = 'auto'): readonly string[] {
  if (names.includes(detail)) return [detail];
  return KNOWN.includes(detail) ? names : [];
}

function summed(
  counts: readonly Count[],
  rule: string,
  open: string | undefined,
  doubts: readonly string[],
  size: ImageSize | undefined,
): ImageTokens {
  let [least, most] = [counts[0] as Count, counts[0] as Count];
  for (const counted of counts) {
    if (counted.low < least.low) least = counted;
    if (counted.high > most.high) most = counted;
  }
  const reasons = [...new Set([...doubts, ...counts.flatMap((counted) => counted.reasons)])];
  const readingsDiffer = counts.some(({ low, high }) => low !== least.low || high !== most.high);
  if (open && readingsDiffer && size) reasons.push(open);
  return {
    ...bounded(least.low, most.high, reasons),
    steps: {
      rule,
      level: most.level,
      resized: most.resized,
      unit: most.unit,
      units: most.units,
    },
  };
}

function impossibleSize({ width, height }: ImageSize): string | undefined {
  for (const [name, side] of Object.entries({ width, height })) {
    if (!Number.isInteger(side) || side < 1) {
      return `${name} is ${side}; it must be a whole number of pixels, at least 1`;
    }
    if (side > MAX_SIDE) {
      return `${name} is ${side} pixels; no image format holds more than ${count(MAX_SIDE)}`;
    }
  }
  return undefined;
}

type Refusal = { readonly reason: string };

/** Undefined where the reading does not have the level. */
function countReading(
  reading: Reading,
  name: string,
  size: ImageSize | undefined,
): Count | Refusal | undefined {
  if (reading.kind === 'tiles') {
    const level = levelOf(reading.levels, name);
    return level && { ...countTiles(reading, level.limits, size), level: level.name };
  }
  const level = levelOf(reading.levels, name);
  if (!level) return undefined;
  const counted = size
    ? countPatches(reading, level.limits, size)
    : allPatches(reading, level.limits);
  return { ...counted, level: level.name };
}

function levelOf<Level>(levels: Levels<Level>, name: string) {
  const level = levels[name];
  if (typeof level !== 'string') return level && { name, limits: level };
  const meant = levels[level];
  if (meant === undefined || typeof meant === 'string') {
    throw new RangeError(`detail ${name} means ${level}, which is no level`);
  }
  return { name: level, limits: meant };
}

type Counted = Omit<Count, 'level'>;

const SIZE_UNKNOWN = 'the size of the image is not known; give its width and height';
const ON_THE_EDGE =
  'how the API rounds the resized image, which nobody documents, decides on a row';

function countTiles(reading: TileReading, level: TileLevel, size: ImageSize | undefined): Counted {
  const { base, tile, tileSide, maxSide, shortSide } = reading;
  if (!level.tiles) return { low: base, high: base, reasons: [] };
  if (!size) {
    const most = Math.ceil(maxSide / tileSide) * Math.ceil(shortSide / tileSide);
    return { low: base + tile, high: base + most * tile, reasons: [SIZE_UNKNOWN] };
  }
  const sides = tileSides(reading, size);
  // The API's own rounding is not documented: a fraction of a pixel may count as a tile or not.
  const most = tilesAlong(sides.long, tileSide) * tilesAlong(sides.short, tileSide);
  const long = wholePixels(sides.long);
  const short = wholePixels(sides.short);
  const least = Math.ceil(long / tileSide) * Math.ceil(short / tileSide);
  const isWide = size.width >= size.height;
  return {
    low: base + least * tile,
    high: base + most * tile,
    reasons: least === most ? [] : [`${ON_THE_EDGE} of tiles`],
    resized: isWide ? { width: long, height: short } : { width: short, height: long },
    unit: 'tiles',
    units: most,
  };
}

/** A length in pixels as a quotient of whole numbers: floats would tip 1024 over into a tile more. */
interface Length {
  readonly over: number;
  readonly under: number;
}

function tileSides({ maxSide, shortSide }: TileReading, size: ImageSize) {
  const longer = Math.max(size.width, size.height);
  const shorter = Math.min(size.width, size.height);
  let long: Length = { over: longer, under: 1 };
  let short: Length = { over: shorter, under: 1 };
  if (longer > maxSide) {
    long = { over: maxSide, under: 1 };
    short = { over: shorter * maxSide, under: longer };
  }
  if (short.over > shortSide * short.under) {
    long = { over: long.over * shortSide * short.under, under: short.over };
    short = { over: shortSide, under: 1 };
  }
  return { long, short };
}

function tilesAlong({ over, under }: Length, tileSide: number): number {
  const rest = over % (under * tileSide);
  return (over - rest) / (under * tileSide) + (rest > 0 ? 1 : 0);
}

function wholePixels({ over, under }: Length): number {
  return Math.max(1, (over - (over % under)) / under);
}

/** The least and the most that any size can come to. */
function allPatches(reading: PatchReading, { maxSide, maxPatches, rejectAbove }: PatchLevel) {
  const inSquare = Math.ceil(maxSide / reading.patchSide) ** 2;
  const most = Math.min(inSquare, maxPatches ?? inSquare, rejectAbove ?? inSquare);
  const low = patchTokens(reading, 1) + reading.extra[0];
  const high = patchTokens(reading, most) + reading.extra[1];
  return { low, high, reasons: [SIZE_UNKNOWN] };
}

/** In floats, like the API: 300 patches at 1.62 are 486.00000000000006, so 487 tokens. */
function patchTokens({ multiplier }: PatchReading, patches: number): number {
  return Math.ceil(patches * multiplier);
}

function countPatches(
  reading: PatchReading,
  level: PatchLevel,
  size: ImageSize,
): Counted | Refusal {
  const rounded = fitPatches(reading, level, size, Math.round);
  const floored = fitPatches(reading, level, size, Math.floor);
  const least = Math.min(rounded.patches, floored.patches);
  const most = Math.max(rounded.patches, floored.patches);
  const { rejectAbove = least } = level;
  if (least > rejectAbove) {
    return {
      reason: `the image takes ${count(least)} patches, and the API rejects more than ${count(rejectAbove)}; make it smaller, or ask for less detail`,
    };
  }
  const [fewest, highest] = reading.extra;
  return {
    low: patchTokens(reading, least) + fewest,
    high: patchTokens(reading, most) + highest,
    reasons: [
      ...(fewest === highest ? [] : ['the API adds up to one token, and not always']),
      ...(least === most ? [] : [`${ON_THE_EDGE} of patches`]),
    ],
    resized: rounded.size,
    unit: 'patches',
    units: most,
  };
}

/** As OpenAI's guide to images describes it, in the order of its formula. */
function fitPatches(
  { patchSide }: PatchReading,
  { maxSide, maxPatches }: PatchLevel,
  size: ImageSize,
  round: (pixels: number) => number,
): { patches: number; size: ImageSize } {
  const patchesOf = (pixels: ImageSize) =>
    Math.ceil(pixels.width / patchSide) * Math.ceil(pixels.height / patchSide);
  const longer = Math.max(size.width, size.height);
  const inSquare = (side: number) =>
    longer > maxSide ? Math.max(1, round((side * maxSide) / longer)) : side;
  const [width, height] = [inSquare(size.width), inSquare(size.height)];
  const patches = patchesOf({ width, height });
  if (maxPatches === undefined || patches <= maxPatches) {
    return { patches, size: { width, height } };
  }
  const shrink = Math.sqrt((patchSide ** 2 * maxPatches) / (width * height));
  const across = (width * shrink) / patchSide;
  const down = (height * shrink) / patchSide;
  const adjusted = shrink * Math.min(Math.floor(across) / across, Math.floor(down) / down);
  const shrunk = {
    width: Math.max(1, Math.floor(width * adjusted)),
    height: Math.max(1, Math.floor(height * adjusted)),
  };
  return { patches: Math.min(maxPatches, patchesOf(shrunk)), size: shrunk };
}
