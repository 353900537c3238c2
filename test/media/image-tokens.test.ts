import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ImageTokens, imageInputTokens } from '../../src/core/media/image-tokens.ts';
import { imageRules } from './rules.ts';

function image(model: string, width: number, height: number, detail?: string): ImageTokens {
  return imageInputTokens(imageRules, model, { width, height }, detail);
}

function unsized(model: string, detail?: string): ImageTokens {
  return imageInputTokens(imageRules, model, undefined, detail);
}

function range(tokens: ImageTokens): { low: number; high: number } {
  if (!('low' in tokens)) throw new Error(tokens.reason);
  return { low: tokens.low, high: tokens.high };
}

const sized = imageRules.models.flatMap((entry) => ('rule' in entry ? entry.ids : []));

describe('counts that the API reported', () => {
  // model, width, height, tokens: what it billed for the image in a request of public record.
  it.each([
    ['gpt-4o-2024-08-06', 100, 100, 255],
    ['gpt-4o-2024-08-06', 640, 480, 425],
    ['gpt-4o-2024-08-06', 3008, 2000, 1105],
    ['gpt-4o-2024-08-06', 2560, 1669, 1105],
    ['gpt-4-turbo', 2560, 1669, 1105],
    ['gpt-4o-mini', 1, 1, 8500],
    ['gpt-4o-mini', 640, 480, 14167],
    ['gpt-4o-mini', 2560, 1669, 36835],
    ['gpt-5', 640, 480, 350],
    ['gpt-4.1-mini', 640, 480, 488],
    ['gpt-4.1-nano', 540, 360, 503],
    ['gpt-5-mini', 640, 480, 361],
    ['o4-mini', 640, 480, 517],
  ])('%s %ix%i: %i, exactly', (model, width, height, tokens) => {
    for (const detail of [undefined, 'auto', 'high']) {
      expect(image(model, width, height, detail)).toMatchObject({
        basis: 'exact',
        low: tokens,
        high: tokens,
        reasons: [],
      });
    }
  });

  // The API added one token to some and none to others.
  it.each([
    ['gpt-5-nano', 640, 480, 451],
    ['gpt-5-nano', 128, 128, 24],
    ['gpt-5-nano', 2560, 1669, 2233],
  ])('%s %ix%i: %i, within a token', (model, width, height, tokens) => {
    const { low, high } = range(image(model, width, height));
    expect(low).toBeLessThanOrEqual(tokens);
    expect(high).toBeGreaterThanOrEqual(tokens);
    expect(high - low).toBe(1);
  });

  it('gives what a low level costs, whatever the size', () => {
    expect(image('gpt-4o-2024-08-06', 4096, 8192, 'low')).toMatchObject({ low: 85, high: 85 });
    expect(unsized('gpt-4o-2024-08-06', 'low')).toMatchObject({ basis: 'exact', low: 85 });
  });
});

describe('examples in the documentation of OpenAI', () => {
  it.each([
    ['gpt-4o-2024-08-06', 1024, 1024, { low: 765, high: 765 }, 4, [768, 768]],
    ['gpt-4o-2024-08-06', 2048, 4096, { low: 1105, high: 1105 }, 6, [768, 1536]],
    ['gpt-5.4', 1024, 1024, { low: 1229, high: 1230 }, 1024, [1024, 1024]],
    ['gpt-5.4', 2048, 2048, { low: 3000, high: 3001 }, 2500, [1600, 1600]],
    ['gpt-6-astra', 2048, 2048, { low: 3000, high: 3001 }, 2500, [1600, 1600]],
    ['gpt-5-mini', 1024, 1024, { low: 1230, high: 1230 }, 1024, [1024, 1024]],
    ['gpt-5-mini', 1800, 2400, { low: 1744, high: 1744 }, 1452, [1056, 1408]],
  ])('%s %ix%i at high detail', (model, width, height, tokens, units, [resizedTo, resizedBy]) => {
    const found = image(model, width, height, 'high');
    expect(found).toMatchObject(tokens);
    expect(found.steps).toMatchObject({
      level: 'high',
      units,
      resized: { width: resizedTo, height: resizedBy },
    });
  });
});

describe('tiles', () => {
  const tiles = (width: number, height: number) => {
    const { low, high } = range(image('gpt-4o', width, height, 'high'));
    return [(low - 85) / 170, (high - 85) / 170];
  };

  it.each([
    [512, 512, 1],
    [513, 512, 2],
    [513, 513, 4],
    [200, 300, 1],
    [800, 400, 2],
    // The short side may have 768 pixels without being shrunk.
    [1024, 768, 2 * 2],
    [1025, 768, 3 * 2],
    // 4:3 in camera sizes comes to 1024 x 768 to the pixel.
    [4032, 3024, 2 * 2],
    [3264, 2448, 2 * 2],
    [2048, 512, 4],
    [2048, 513, 8],
    // Above 2048 it is shrunk, to 2048 x 511.75.
    [2049, 512, 4],
    [4096, 1024, 4],
    [4096, 1026, 8],
    [20_000, 1, 4],
  ])('%i x %i takes %i', (width, height, expected) => {
    expect(tiles(width, height)).toEqual([expected, expected]);
    expect(tiles(height, width)).toEqual([expected, expected]);
  });

  it('are a range where a fraction of a pixel decides', () => {
    // Shrunk to 1024.67 x 768.
    expect(tiles(1537, 1152)).toEqual([4, 6]);
    expect(image('gpt-4o', 1537, 1152)).toMatchObject({
      basis: 'estimate',
      reasons: [expect.stringContaining('row of tiles')],
    });
  });

  it('are at most those of the largest image', () => {
    expect(range(unsized('gpt-4o-mini'))).toEqual({ low: 8500, high: 2833 + 8 * 5667 });
  });
});

describe('patches', () => {
  it('are counted at the limit of a budget, and shrunk beyond it', () => {
    // 48 x 32 patches are 1,536.
    expect(image('o4-mini', 1536, 1024).steps).toMatchObject({ units: 1536 });
    const beyond = image('o4-mini', 1537, 1024).steps;
    expect(beyond?.units).toBeLessThan(1536);
    expect(beyond?.resized?.width).toBeLessThan(1537);
  });

  it('are rejected beyond 30,000 where nothing shrinks the image', () => {
    // 200 x 150 patches of 32 pixels.
    expect(image('gpt-6-astra', 6400, 4800)).toMatchObject({ low: 36_000, high: 36_001 });
    const rejected = image('gpt-6-astra', 6401, 4800);
    expect(rejected).toMatchObject({ basis: 'rejected' });
    expect(rejected).toHaveProperty('reason', expect.stringMatching(/30,150 patches.*30,000/));
    expect(image('gpt-6-astra', 6401, 4800, 'high')).toMatchObject({ basis: 'estimate' });
    expect(image('gpt-5.5', 6401, 4800)).toMatchObject({ basis: 'estimate' });
  });

  it('follow the level that auto means for the model', () => {
    const same = (model: string, level: string) =>
      expect(image(model, 3000, 2000, 'auto')).toEqual(image(model, 3000, 2000, level));
    same('gpt-6-astra', 'original');
    same('gpt-5.5', 'original');
    same('gpt-5.4', 'high');
    same('gpt-5-mini', 'high');
  });

  it('are a range where OpenAI has published two budgets', () => {
    const { low, high } = range(image('gpt-4.1-mini', 2048, 2048, 'high'));
    // 39 x 39 patches, or 64 x 64.
    expect(low).toBe(Math.ceil(39 * 39 * 1.62) + 1);
    expect(high).toBe(Math.ceil(64 * 64 * 1.62) + 1);
    expect(image('gpt-4.1-mini', 2048, 2048)).toHaveProperty(
      'reasons',
      expect.arrayContaining([expect.stringMatching(/1,536.*6,144/)]),
    );
    expect(image('gpt-4.1-mini', 1024, 1024)).toMatchObject({ basis: 'exact' });
  });

  it('shrink even the thinnest image to whole pixels', () => {
    expect(range(image('gpt-6-astra', 65_535, 33, 'high')).high).toBeLessThanOrEqual(3001);
    expect(range(image('gpt-5-mini', 2 ** 31 - 1, 1))).toEqual({ low: 78, high: 78 });
  });
});

describe('what cannot be counted', () => {
  it.each([
    [0, 100, /width is 0/],
    [100, -5, /height is -5/],
    [1.5, 100, /width is 1.5/],
    [Number.NaN, 100, /width is NaN/],
    [Number.POSITIVE_INFINITY, 100, /width is Infinity/],
    [100, 2 ** 31, /no image format holds more than 2,147,483,647/],
  ])('%d x %d is no image', (width, height, message) => {
    const found = image('gpt-4o', width, height);
    expect(found).toMatchObject({ basis: 'rejected' });
    expect(found).toHaveProperty('reason', expect.stringMatching(message));
  });

  it('names the levels that there are', () => {
    expect(image('gpt-4o', 10, 10, 'ultra')).toEqual({
      basis: 'rejected',
      reason: 'detail is ultra; use low, high or auto',
    });
    expect(image('gpt-5.4', 10, 10, 'ultra')).toHaveProperty(
      'reason',
      'detail is ultra; use low, high, original or auto',
    );
  });

  it('takes a level that the model is not documented to have for any of its own', () => {
    const found = image('gpt-4o', 1024, 1024, 'original');
    expect(found).toMatchObject({ basis: 'estimate', low: 85, high: 765 });
    expect(found).toHaveProperty('reasons', [expect.stringContaining('not documented')]);
  });

  it('is unknown, and not nothing, for models of which nobody knows the rule', () => {
    expect(image('gpt-realtime', 10, 10)).toMatchObject({ basis: 'unknown' });
    expect(image('gpt-9', 10, 10)).toEqual({
      basis: 'unknown',
      reason: 'no image rule for gpt-9',
    });
  });

  it('is rejected by models that take no images', () => {
    expect(image('o3-mini', 10, 10)).toMatchObject({
      basis: 'rejected',
      reason: 'o3-mini takes no images',
    });
  });

  it('is an estimate where no count of the API confirms the rule', () => {
    expect(image('gpt-4.1', 100, 100)).toMatchObject({ basis: 'estimate', low: 255, high: 255 });
    expect(image('gpt-6.2-sol', 100, 100)).toHaveProperty(
      'reasons',
      expect.arrayContaining([expect.stringContaining('taken from gpt-6-astra')]),
    );
  });
});

describe('laws', () => {
  const model = fc.constantFrom(...sized);
  const side = fc.oneof(
    fc.integer({ min: 1, max: 4096 }),
    fc.integer({ min: 1, max: 70_000 }),
    fc.constantFrom(32, 33, 512, 513, 768, 769, 1536, 2047, 2048, 2049, 6000, 6001, 65_535),
  );
  const detail = fc.constantFrom(undefined, 'low', 'high', 'auto', 'original');

  it('the least is never more than the most, and both are whole tokens', () => {
    fc.assert(
      fc.property(model, side, side, detail, (name, width, height, level) => {
        const found = image(name, width, height, level);
        if (!('low' in found)) return;
        expect(found.low).toBeGreaterThan(0);
        expect(found.low).toBeLessThanOrEqual(found.high);
        expect(Number.isInteger(found.low) && Number.isInteger(found.high)).toBe(true);
        expect(found.basis === 'exact').toBe(
          found.low === found.high && found.reasons.length === 0,
        );
      }),
    );
  });

  it('portrait and landscape cost the same', () => {
    fc.assert(
      fc.property(model, side, side, detail, (name, width, height, level) => {
        const [one, other] = [image(name, width, height, level), image(name, height, width, level)];
        if ('low' in one) expect(range(one)).toEqual(range(other));
        else expect(one).toEqual(other);
      }),
    );
  });

  it('every image lies in the range of an image whose size is not known', () => {
    fc.assert(
      fc.property(model, side, side, detail, (name, width, height, level) => {
        const found = image(name, width, height, level);
        if (!('low' in found)) return;
        const any = range(unsized(name, level));
        expect(found.low).toBeGreaterThanOrEqual(any.low);
        expect(found.high).toBeLessThanOrEqual(any.high);
      }),
    );
  });

  it('an image is never resized to a larger one', () => {
    fc.assert(
      fc.property(model, side, side, detail, (name, width, height, level) => {
        const { steps } = image(name, width, height, level);
        if (!steps?.resized) return;
        expect(steps.resized.width).toBeLessThanOrEqual(width);
        expect(steps.resized.height).toBeLessThanOrEqual(height);
        expect(Math.min(steps.resized.width, steps.resized.height)).toBeGreaterThan(0);
      }),
    );
  });

  it('an image that is nowhere shrunk never costs less than a smaller one', () => {
    const small = fc.integer({ min: 1, max: 512 });
    fc.assert(
      fc.property(model, small, small, small, small, (name, a, b, c, d) => {
        const [less, more] = [
          range(image(name, Math.min(a, c), Math.min(b, d))),
          range(image(name, Math.max(a, c), Math.max(b, d))),
        ];
        expect(less.low).toBeLessThanOrEqual(more.low);
        expect(less.high).toBeLessThanOrEqual(more.high);
      }),
    );
  });
});
