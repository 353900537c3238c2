import type { Evidence } from './media-tokens.ts';

/** How images become tokens: what `rates/images.json` says. */
export interface ImageRules {
  readonly version: string;
  readonly sources: Readonly<Record<string, ImageSource>>;
  readonly rules: Readonly<Record<string, ImageRule>>;
  readonly models: readonly ImageModels[];
  readonly generation: readonly GenerationRule[];
}

interface ImageSource {
  readonly title: string;
  /** The last day for which the source vouches. */
  readonly checked: string;
  readonly official?: boolean | undefined;
}

/**
 * What one image in a request costs. Where sources disagree, and no count that the API reported
 * decides between them, each is a reading of its own, and `open` says what they disagree on.
 */
export interface ImageRule {
  readonly readings: readonly Reading[];
  readonly open?: string | undefined;
}

export type Reading = TileReading | PatchReading;

/** Shrunk into a square, then to a short side; never enlarged. Covered with square tiles. */
export interface TileReading {
  readonly kind: 'tiles';
  /** Tokens of every image, and of each tile. */
  readonly base: number;
  readonly tile: number;
  /** Pixels. */
  readonly maxSide: number;
  readonly shortSide: number;
  readonly tileSide: number;
  readonly levels: Levels<TileLevel>;
}

/** Levels of detail by name; a name in place of a level is another name for that one. */
export type Levels<Level> = Readonly<Record<string, Level | string>>;

export interface TileLevel {
  /** Without them, an image of any size costs the base alone. */
  readonly tiles: boolean;
}

/** Shrunk into a square and under a number of patches; each patch costs the same. */
export interface PatchReading {
  readonly kind: 'patches';
  /** Pixels. */
  readonly patchSide: number;
  /** Tokens of a patch. */
  readonly multiplier: number;
  /** Tokens on top of the product rounded up: the fewest and the most that were seen. */
  readonly extra: readonly [number, number];
  readonly levels: Levels<PatchLevel>;
}

export interface PatchLevel {
  /** Pixels of the longer side. */
  readonly maxSide: number;
  /** More patches than that and the image is shrunk. */
  readonly maxPatches?: number | undefined;
  /** More patches than that and the request is rejected. */
  readonly rejectAbove?: number | undefined;
}

/** What is known of some models: a rule, that there is none, or that they take no images. */
export type ImageModels = { readonly ids: readonly string[] } & (
  | {
      readonly rule: string;
      readonly evidence: Evidence;
      readonly sources: readonly string[];
      readonly note?: string | undefined;
    }
  | { readonly unknown: string }
  | { readonly takesImages: false }
);

/** What an image model bills for the images that it makes. */
export interface GenerationRule {
  readonly ids: readonly string[];
  readonly evidence: Evidence;
  readonly sources: readonly string[];
  readonly note?: string | undefined;
  /** From the cheapest to the dearest. */
  readonly qualities: readonly string[];
  /** Those that OpenAI lists; `auto` picks one of them. */
  readonly sizes: readonly string[];
  /** What is meant where nothing is said. */
  readonly defaults: { readonly quality: string; readonly size: string };
  readonly output: GenerationOutput;
  /** Images in one request. */
  readonly maxImages: number;
  readonly partialImages?: { readonly most: number; readonly tokens: number } | undefined;
  /** Text tokens on top of those of the prompt. */
  readonly promptOverhead?: number | undefined;
  /** Text output tokens of an image, as the API reported them. */
  readonly textOutput?: readonly [number, number] | undefined;
  /** Image input tokens on top of the rule for input images, by `input_fidelity`. */
  readonly fidelity?:
    | {
        readonly default: string;
        readonly levels: Readonly<
          Record<string, { readonly square: number; readonly oblong: number }>
        >;
      }
    | undefined;
}

export type GenerationOutput =
  | {
      readonly kind: 'table';
      /** Tokens by quality and size. */
      readonly tokens: Readonly<Record<string, Readonly<Record<string, number>>>>;
    }
  | {
      readonly kind: 'formula';
      /** The `q` of each quality. */
      readonly q: Readonly<Record<string, number>>;
      readonly limits: SizeLimits;
    }
  /** Billed by the image, at the prices of the rate table. */
  | { readonly kind: 'image' }
  | { readonly kind: 'unknown'; readonly reason: string };

/** What sizes may be asked for, in pixels. */
export interface SizeLimits {
  readonly multipleOf: number;
  readonly maxSide: number;
  /** Longer side to shorter side. */
  readonly maxRatio: number;
  readonly minPixels: number;
  readonly maxPixels: number;
}

export function imageModels(rules: ImageRules, id: string): ImageModels | undefined {
  return rules.models.find(({ ids }) => ids.includes(id));
}

export function generationRule(rules: ImageRules, id: string): GenerationRule | undefined {
  return rules.generation.find(({ ids }) => ids.includes(id));
}
