import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  generationTable,
  type ImageGeneration,
  type ImageRequest,
  imageGeneration,
} from '../../src/core/media/image-generation.ts';
import { imageRules } from './rules.ts';

const ask = (model: string, request: Partial<ImageRequest> = {}) =>
  imageGeneration(imageRules, model, { promptTokens: 10, ...request });

function made(model: string, request: Partial<ImageRequest> = {}): ImageGeneration {
  const result = ask(model, request);
  if (result.basis !== 'generation') throw new Error(result.reason);
  return result;
}

const refusal = (model: string, request: Partial<ImageRequest>) => {
  const result = ask(model, request);
  return result.basis === 'rejected' ? result.reason : undefined;
};

describe('output tokens', () => {
  const table = {
    low: [272, 408, 400],
    medium: [1056, 1584, 1568],
    high: [4160, 6240, 6208],
  };
  it.each(['gpt-image-1', 'gpt-image-1-mini', 'gpt-image-1.5'])('of %s, as published', (model) => {
    const rows = generationTable(imageRules, model);
    for (const [quality, counts] of Object.entries(table)) {
      for (const [index, size] of ['1024x1024', '1024x1536', '1536x1024'].entries()) {
        const tokens = { low: counts[index], high: counts[index] };
        expect(rows).toContainEqual({ quality, size, tokens: expect.objectContaining(tokens) });
        expect(made(model, { quality, size }).imageOutput).toMatchObject(tokens);
      }
    }
    expect(rows).toHaveLength(9);
  });

  // What the calculator of OpenAI shows, what the API reported, and what was measured with them.
  it.each([
    ['gpt-image-2', 'low', '1024x1024', 196],
    ['gpt-image-2', 'medium', '1024x1024', 1756],
    ['gpt-image-2', 'low', '1536x864', 120],
    ['gpt-image-2', 'low', '2048x1152', 157],
    ['gpt-image-2', 'medium', '2048x1152', 1413],
    ['gpt-image-2', 'high', '2048x1152', 5650],
    ['gpt-image-2', 'high', '1024x1024', 7024],
    ['gpt-image-2', 'low', '1024x1536', 158],
    ['gpt-image-2', 'medium', '1536x1024', 1372],
    ['gpt-image-2', 'high', '1536x1024', 5488],
  ])('of %s, %s, %s: %i', (model, quality, size, tokens) => {
    expect(made(model, { quality, size }).imageOutput).toEqual({
      basis: 'exact',
      low: tokens,
      high: tokens,
      reasons: [],
    });
  });

  it.each([
    ['gpt-image-2.5-sunburst', 'low', '2048x1152', 157],
    ['gpt-image-2.5-sunburst', 'medium', '2048x1152', 367],
    ['gpt-image-2.5-sunburst', 'high', '2048x1152', 1413],
    ['gpt-image-2.5-sunburst', 'xhigh', '2048x1152', 2511],
    ['gpt-image-2.5-sunburst', 'max', '2048x1152', 5650],
    ['gpt-image-2.5-sunburst', 'max', '1024x1536', 5488],
    ['gpt-image-2.5-flare', 'medium', '1024x1536', 343],
  ])('of %s, %s, %s: %i, as an estimate', (model, quality, size, tokens) => {
    expect(made(model, { quality, size }).imageOutput).toMatchObject({
      basis: 'estimate',
      low: tokens,
      high: tokens,
      reasons: [expect.stringContaining('OpenAI publishes no count')],
    });
  });

  it('are a range from the cheapest to the dearest where the model chooses', () => {
    const auto = made('gpt-image-1');
    expect(auto.imageOutput).toMatchObject({ basis: 'estimate', low: 272, high: 6240 });
    expect(auto.imageOutput).toHaveProperty('reasons', [
      'quality auto can be any from low to high',
      'size auto can be any of 1024x1024, 1024x1536 or 1536x1024',
    ]);
    expect(made('gpt-image-1', { quality: 'auto', size: 'auto' })).toEqual(auto);
    const square = made('gpt-image-1', { size: '1024x1024' });
    expect(square.imageOutput).toMatchObject({ low: 272, high: 4160 });
  });

  it('are unknown, not none, for a model of which no count has been seen', () => {
    const { imageOutput, low, high } = made('gpt-image-2.6-sunburst', { quality: 'low' });
    expect(imageOutput).toMatchObject({ basis: 'unknown' });
    expect([low.image?.output, high.image?.output]).toEqual([null, null]);
    expect(low.text?.input).toBe(10);
  });

  it('multiply with the number of images, and partial images come on top', () => {
    const four = made('gpt-image-1', { quality: 'low', size: '1024x1024', n: 4 });
    expect(four.imageOutput).toMatchObject({ basis: 'exact', low: 1088, high: 1088 });
    expect(four.perImage).toMatchObject({ low: 272, high: 272 });
    const streamed = made('gpt-image-1', {
      quality: 'low',
      size: '1024x1024',
      partialImages: 3,
    });
    expect(streamed.imageOutput).toMatchObject({ basis: 'estimate', low: 272, high: 572 });
  });

  it('come with text from gpt-image-1.5 alone', () => {
    expect(made('gpt-image-1.5', { n: 2 }).textOutput).toMatchObject({ low: 143, high: 616 });
    expect(made('gpt-image-1').textOutput).toMatchObject({ basis: 'exact', low: 0, high: 0 });
  });
});

describe('input', () => {
  it('counts a few tokens around the prompt', () => {
    expect(made('gpt-image-1').textInput).toMatchObject({ basis: 'estimate', low: 16, high: 16 });
    const unknown = made('gpt-image-1', { promptTokens: undefined });
    expect(unknown.textInput).toMatchObject({ basis: 'unknown' });
    expect(unknown.low.text?.input).toBeNull();
  });

  // What the API reported: one and two small images, and one of another shape.
  it.each([
    ['gpt-image-1', [[128, 128]], 194],
    [
      'gpt-image-1',
      [
        [128, 128],
        [128, 128],
      ],
      388,
    ],
    ['gpt-image-2', [[128, 128]], 64],
    ['gpt-image-2', [[525, 380]], 768],
    [
      'gpt-image-2',
      [
        [1024, 1024],
        [1024, 1024],
      ],
      2048,
    ],
  ] as [string, [number, number][], number][])('%s: %j are %i tokens', (model, images, tokens) => {
    const inputImages = images.map(([width, height]) => ({ width, height }));
    expect(made(model, { inputImages }).imageInput).toMatchObject({ low: tokens, high: tokens });
  });

  it('shrinks input images of gpt-image-1 to a short side of 512', () => {
    const inputImages = [{ width: 1536, height: 1024 }];
    expect(made('gpt-image-1', { inputImages }).imageInput).toMatchObject({ low: 65 + 2 * 129 });
  });

  it('adds to an image of high fidelity by its shape', () => {
    const tokens = (width: number, height: number) =>
      made('gpt-image-1', { inputFidelity: 'high', inputImages: [{ width, height }] }).imageInput;
    expect(tokens(512, 512)).toMatchObject({ basis: 'exact', low: 194 + 4160, high: 194 + 4160 });
    expect(tokens(512, 768)).toMatchObject({ low: 323 + 6240, high: 323 + 6240 });
    expect(tokens(768, 512)).toMatchObject({ low: 323 + 6240, high: 323 + 6240 });
    expect(tokens(512, 600)).toMatchObject({
      basis: 'estimate',
      low: 323 + 4160,
      high: 323 + 6240,
    });
  });

  it('leaves open whether a mask is billed', () => {
    const inputImages = [{ width: 128, height: 128 }];
    const { imageInput } = made('gpt-image-1', { inputImages, hasMask: true });
    expect(imageInput).toMatchObject({ basis: 'estimate', low: 194, high: 388 });
  });

  it('is a range where the size is not known, and unknown where the rule is not', () => {
    const inputImages = [undefined];
    expect(made('gpt-image-2', { inputImages }).imageInput).toMatchObject({ low: 1, high: 1024 });
    expect(made('gpt-image-2.5-flare', { inputImages }).imageInput).toMatchObject({
      basis: 'unknown',
    });
    expect(made('gpt-image-2.5-flare').imageInput).toMatchObject({ basis: 'exact', high: 0 });
  });
});

describe('models that are billed by the image', () => {
  it('have quantities and no tokens', () => {
    const { quantities, low, high } = made('dall-e-3', { quality: 'hd', size: '1024x1792' });
    expect(quantities).toEqual([{ unit: 'image', amount: 1, quality: 'hd', size: '1024x1792' }]);
    expect(low).toEqual(high);
    expect(Object.values(high).flatMap((kinds) => Object.values(kinds))).toEqual([0, 0, 0, 0]);
    expect(made('dall-e-2', { n: 3 }).quantities).toEqual([
      { unit: 'image', amount: 3, quality: 'standard', size: '1024x1024' },
    ]);
    expect(generationTable(imageRules, 'dall-e-3')).toHaveLength(6);
  });
});

describe('what a model does not offer is refused, with what it does', () => {
  it.each([
    [
      'gpt-image-1',
      { quality: 'hd' },
      'gpt-image-1 has no quality hd; use low, medium, high or auto',
    ],
    [
      'gpt-image-2',
      { quality: 'max' },
      'gpt-image-2 has no quality max; use low, medium, high or auto',
    ],
    [
      'gpt-image-1',
      { size: '512x512' },
      'gpt-image-1 has no size 512x512; use 1024x1024, 1024x1536, 1536x1024 or auto',
    ],
    ['gpt-image-1', { n: 0 }, 'n is 0; gpt-image-1 makes 1 to 10 images a request'],
    ['gpt-image-1', { n: 11 }, 'n is 11; gpt-image-1 makes 1 to 10 images a request'],
    ['gpt-image-1', { n: 1.5 }, 'n is 1.5; gpt-image-1 makes 1 to 10 images a request'],
    ['dall-e-3', { n: 2 }, 'n is 2; dall-e-3 makes one image a request'],
    ['gpt-image-1', { partialImages: 4 }, 'partial_images is 4; gpt-image-1 sends 0 to 3'],
    ['dall-e-3', { partialImages: 1 }, 'partial_images is 1; dall-e-3 sends none'],
    [
      'gpt-image-2',
      { inputFidelity: 'high' },
      'gpt-image-2 does not take input_fidelity; leave it out',
    ],
    [
      'gpt-image-1',
      { inputFidelity: 'medium' },
      'gpt-image-1 has no input_fidelity medium; use low or high',
    ],
    [
      'gpt-image-1',
      { inputImages: [{ width: 0, height: 5 }] },
      'width is 0; it must be a whole number of pixels, at least 1',
    ],
  ] as [string, Partial<ImageRequest>, string][])('%s %j', (model, request, message) => {
    expect(refusal(model, request)).toBe(message);
  });

  // Each limit on sizes, from both sides.
  it.each([
    ['1024x1024', true],
    ['1024x1025', false],
    ['3840x2160', true],
    ['3856x2160', false],
    ['3840x1280', true],
    ['3840x1264', false],
    ['1024x640', true],
    ['1024x624', false],
    ['2880x2880', true],
    ['2896x2880', false],
    ['0x0', false],
    ['-16x64', false],
    ['1e3x1024', false],
    ['99999999999999999999x16', false],
    ['big', false],
  ])('gpt-image-2 makes %s: %s', (size, isMade) => {
    expect(refusal('gpt-image-2', { size }) === undefined).toBe(isMade);
  });

  it('is unknown for a model that makes no images', () => {
    expect(ask('gpt-4o')).toMatchObject({ basis: 'unknown' });
  });
});

describe('laws', () => {
  const model = fc.constantFrom(...imageRules.generation.flatMap(({ ids }) => ids));
  it('the least is never more than the most; more images never cost less', () => {
    const choice = fc.constantFrom(undefined, 'auto', 'low', 'medium', 'high', 'standard');
    const size = fc.constantFrom(undefined, 'auto', '1024x1024', '1024x1536', '1536x1024');
    fc.assert(
      fc.property(
        model,
        choice,
        size,
        fc.integer({ min: 1, max: 9 }),
        (name, quality, wanted, n) => {
          const [fewer, more] = [n, n + 1].map((each) =>
            ask(name, { quality, size: wanted, n: each }),
          );
          if (fewer?.basis !== 'generation' || more?.basis !== 'generation') return;
          if (!('low' in fewer.imageOutput) || !('low' in more.imageOutput)) return;
          expect(fewer.imageOutput.low).toBeLessThanOrEqual(fewer.imageOutput.high);
          expect(fewer.imageOutput.high).toBeLessThanOrEqual(more.imageOutput.high);
        },
      ),
    );
  });
});
