import type { Quantity, Tokens } from '../usage.ts';
import { count, eitherOf } from '../wording.ts';
import {
  type GenerationOutput,
  type GenerationRule,
  generationRule,
  type ImageRules,
  type SizeLimits,
} from './image-rules.ts';
import { type ImageSize, imageInputTokens } from './image-tokens.ts';
import {
  addTokens,
  bounded,
  doubtsOf,
  type MediaTokens,
  NO_TOKENS,
  type Rejected,
  rejected,
  tokensAt,
} from './media-tokens.ts';

/** A request to make or to edit images, in the words of the API. What is left out is the default. */
export interface ImageRequest {
  readonly size?: string | undefined;
  readonly quality?: string | undefined;
  readonly n?: number | undefined;
  readonly partialImages?: number | undefined;
  readonly inputFidelity?: string | undefined;
  /** One entry an image; undefined where nobody knows its size. */
  readonly inputImages?: readonly (ImageSize | undefined)[] | undefined;
  readonly hasMask?: boolean | undefined;
  /** Text tokens of the prompt alone; undefined where they cannot be counted. */
  readonly promptTokens: number | undefined;
}

/** What such a request will be billed: all of its images together. */
export interface ImageGeneration {
  readonly basis: 'generation';
  readonly images: number;
  /** Output tokens of one finished image. */
  readonly perImage: MediaTokens;
  readonly textInput: MediaTokens;
  readonly imageInput: MediaTokens;
  /** Partial images included. */
  readonly imageOutput: MediaTokens;
  readonly textOutput: MediaTokens;
  /** Of models that are billed by the image and not by the token. */
  readonly quantities: readonly Quantity[];
  /** The fewest and the most tokens, ready to be priced. */
  readonly low: Tokens;
  readonly high: Tokens;
}

/**
 * @param model an id of the rate table, not an alias
 * @returns `rejected` for what the model does not offer, with a list of what it does
 */
export function imageGeneration(
  rules: ImageRules,
  model: string,
  request: ImageRequest,
): ImageGeneration | Rejected | { readonly basis: 'unknown'; readonly reason: string } {
  const rule = generationRule(rules, model);
  if (!rule) return { basis: 'unknown', reason: `no rule for images made by ${model}` };
  const { n = 1 } = request;
  const refusal = refusalOf(rule, model, request, n);
  if (refusal) return rejected(refusal);
  const perImage = outputTokens(rule, request.quality, request.size);
  const isByImage = rule.output.kind === 'image';
  const parts = {
    textInput: isByImage ? NO_TOKENS : textInput(rule, request),
    imageInput: isByImage ? NO_TOKENS : imageInput(rules, rule, model, request),
    imageOutput: addTokens([scaled(perImage, n), partialImages(rule, request, n)]),
    textOutput: textOutput(rule, n),
  };
  const refused = Object.values(parts).find(({ basis }) => basis === 'rejected');
  if (refused?.basis === 'rejected') return refused;
  return {
    basis: 'generation',
    images: n,
    perImage,
    ...parts,
    quantities: isByImage ? [imageQuantity(rule, request, n)] : [],
    low: usageTokens(parts, 'low'),
    high: usageTokens(parts, 'high'),
  };
}

/** Every quality and size that the model lists, with what one image of it takes. */
export function generationTable(
  rules: ImageRules,
  model: string,
): { quality: string; size: string; tokens: MediaTokens; quantity?: Quantity | undefined }[] {
  const rule = generationRule(rules, model);
  if (!rule) return [];
  return rule.qualities.flatMap((quality) =>
    rule.sizes.map((size) => ({
      quality,
      size,
      tokens: outputTokens(rule, quality, size),
      quantity:
        rule.output.kind === 'image' ? imageQuantity(rule, { quality, size }, 1) : undefined,
    })),
  );
}

type Parts = Pick<ImageGeneration, 'textInput' | 'imageInput' | 'imageOutput' | 'textOutput'>;

function usageTokens(parts: Parts, end: 'low' | 'high'): Tokens {
  return {
    text: { input: tokensAt(parts.textInput, end), output: tokensAt(parts.textOutput, end) },
    image: { input: tokensAt(parts.imageInput, end), output: tokensAt(parts.imageOutput, end) },
  };
}

/** What the model does not offer, and what it does. */
function refusalOf(
  rule: GenerationRule,
  model: string,
  request: ImageRequest,
  n: number,
): string | undefined {
  const { quality, size, partialImages = 0, inputFidelity } = request;
  if (!isWhole(n, 1, rule.maxImages)) {
    const most = rule.maxImages === 1 ? 'one image' : `1 to ${rule.maxImages} images`;
    return `n is ${n}; ${model} makes ${most} a request`;
  }
  // Of a model whose images cost nobody knows what, neither is it known what it offers.
  if (rule.output.kind === 'unknown') return undefined;
  const most = rule.partialImages?.most ?? 0;
  if (!isWhole(partialImages, 0, most)) {
    const sends = most === 0 ? 'sends none' : `sends 0 to ${most}`;
    return `partial_images is ${partialImages}; ${model} ${sends}`;
  }
  if (!isAuto(quality) && !rule.qualities.includes(quality)) {
    return `${model} has no quality ${quality}; use ${eitherOf([...rule.qualities, 'auto'])}`;
  }
  const wrongSize = isAuto(size) ? undefined : sizeProblem(rule, model, size);
  if (wrongSize) return wrongSize;
  if (inputFidelity === undefined) return undefined;
  if (!rule.fidelity) return `${model} does not take input_fidelity; leave it out`;
  if (inputFidelity in rule.fidelity.levels) return undefined;
  return `${model} has no input_fidelity ${inputFidelity}; use ${eitherOf(Object.keys(rule.fidelity.levels))}`;
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function isAuto(choice: string | undefined): choice is undefined {
  return choice === undefined || choice === 'auto';
}

function sizeProblem(rule: GenerationRule, model: string, size: string): string | undefined {
  if (rule.output.kind !== 'formula') {
    if (rule.sizes.includes(size)) return undefined;
    return `${model} has no size ${size}; use ${eitherOf([...rule.sizes, 'auto'])}`;
  }
  const pixels = parseSize(size);
  const limits = rule.output.limits;
  if (pixels && isWithin(pixels, limits)) return undefined;
  return `${model} has no size ${size}; use auto, or WIDTHxHEIGHT in multiples of ${limits.multipleOf}, neither above ${count(limits.maxSide)}, at most ${limits.maxRatio}:1, with ${count(limits.minPixels)} to ${count(limits.maxPixels)} pixels`;
}

function parseSize(size: string): ImageSize | undefined {
  const [, width, height] = /^(\d{1,5})x(\d{1,5})$/.exec(size) ?? [];
  return width && height ? { width: Number(width), height: Number(height) } : undefined;
}

function isWithin({ width, height }: ImageSize, limits: SizeLimits): boolean {
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  return (
    width % limits.multipleOf === 0 &&
    height % limits.multipleOf === 0 &&
    long <= limits.maxSide &&
    long <= limits.maxRatio * short &&
    width * height >= limits.minPixels &&
    width * height <= limits.maxPixels
  );
}

/** Of one image. `auto` can be any of the qualities or sizes that the model lists. */
function outputTokens(
  rule: GenerationRule,
  quality: string | undefined,
  size: string | undefined,
): MediaTokens {
  const { output } = rule;
  if (output.kind === 'unknown') return { basis: 'unknown', reason: output.reason };
  if (output.kind === 'image') return NO_TOKENS;
  const reasons = doubtsOf(rule.evidence, rule.note);
  if (isAuto(quality)) {
    reasons.push(`quality auto can be any from ${rule.qualities[0]} to ${rule.qualities.at(-1)}`);
  }
  if (isAuto(size)) reasons.push(`size auto can be any of ${eitherOf(rule.sizes)}`);
  const counts = (isAuto(quality) ? rule.qualities : [quality]).flatMap((eachQuality) =>
    (isAuto(size) ? rule.sizes : [size]).map((eachSize) => tokensOf(output, eachQuality, eachSize)),
  );
  return bounded(Math.min(...counts), Math.max(...counts), reasons);
}

/** Constants of the formula that reproduces OpenAI's own calculator for gpt-image-2. */
const PIXELS_ADDED = 2_000_000;
const PIXELS_DIVIDED = 4_000_000;

function tokensOf(
  output: Extract<GenerationOutput, { kind: 'table' | 'formula' }>,
  quality: string,
  size: string,
): number {
  if (output.kind === 'table') {
    const tokens = output.tokens[quality]?.[size];
    if (tokens === undefined) throw new RangeError(`no tokens for ${quality} ${size}`);
    return tokens;
  }
  const q = output.q[quality];
  const pixels = parseSize(size);
  if (q === undefined || !pixels) throw new RangeError(`no tokens for ${quality} ${size}`);
  const { width, height } = pixels;
  const s = Math.round((q * Math.min(width, height)) / Math.max(width, height));
  return Math.ceil((q * s * (PIXELS_ADDED + width * height)) / PIXELS_DIVIDED);
}

function scaled(tokens: MediaTokens, times: number): MediaTokens {
  if (!('low' in tokens)) return tokens;
  return { ...tokens, low: tokens.low * times, high: tokens.high * times };
}

function partialImages(rule: GenerationRule, request: ImageRequest, n: number): MediaTokens {
  const { partialImages: wanted = 0 } = request;
  const most = wanted * n * (rule.partialImages?.tokens ?? 0);
  if (most === 0) return NO_TOKENS;
  return bounded(0, most, [
    `${rule.partialImages?.tokens} tokens for each partial image; fewer come than asked for where the image is made quickly`,
  ]);
}

function textInput(rule: GenerationRule, { promptTokens }: ImageRequest): MediaTokens {
  if (promptTokens === undefined) {
    return { basis: 'unknown', reason: 'the tokens of the prompt are not known' };
  }
  const { promptOverhead = 0 } = rule;
  const reasons = ['the text around a prompt was seen to take a few tokens; not documented'];
  return bounded(promptTokens + promptOverhead, promptTokens + promptOverhead, reasons);
}

function textOutput({ textOutput: seen }: GenerationRule, n: number): MediaTokens {
  if (!seen) return NO_TOKENS;
  const [fewest, most] = seen;
  return bounded(fewest, most * n, [
    `an image came with ${fewest} to ${most} text tokens in what the API reported; not documented`,
  ]);
}

function imageInput(
  rules: ImageRules,
  rule: GenerationRule,
  model: string,
  request: ImageRequest,
): MediaTokens {
  const { inputImages = [], inputFidelity, hasMask = false } = request;
  const images = inputImages.map((size) => {
    const tokens = imageInputTokens(rules, model, size, undefined);
    return addTokens([tokens, fidelityTokens(rule, inputFidelity, size)]);
  });
  const [first] = images;
  if (!hasMask || !first) return addTokens(images);
  return addTokens([...images, maskTokens(first)]);
}

/** A mask has the size of the first image; whether it is billed like one, nobody says. */
function maskTokens(first: MediaTokens): MediaTokens {
  if (!('low' in first)) return first;
  return bounded(0, first.high, ['whether the mask is billed as an image is not documented']);
}

/** From this ratio of its sides on, an image is as oblong as the oblong sizes that models make. */
const OBLONG_RATIO = 1.5;

function fidelityTokens(
  { fidelity }: GenerationRule,
  wanted: string | undefined,
  size: ImageSize | undefined,
): MediaTokens {
  const extra = fidelity?.levels[wanted ?? fidelity.default];
  if (!extra) return NO_TOKENS;
  if (extra.square === extra.oblong) return bounded(extra.square, extra.oblong, []);
  if (!size) return bounded(extra.square, extra.oblong, ['the size of the image is not known']);
  const ratio = Math.max(size.width, size.height) / Math.min(size.width, size.height);
  if (ratio === 1) return bounded(extra.square, extra.square, []);
  if (ratio >= OBLONG_RATIO) return bounded(extra.oblong, extra.oblong, []);
  return bounded(extra.square, extra.oblong, [
    'from which shape on an image counts as portrait or landscape is not documented',
  ]);
}

function imageQuantity(
  { defaults }: GenerationRule,
  { quality, size }: Pick<ImageRequest, 'quality' | 'size'>,
  n: number,
): Quantity {
  return {
    unit: 'image',
    amount: n,
    quality: isAuto(quality) ? defaults.quality : quality,
    size: isAuto(size) ? defaults.size : size,
  };
}
