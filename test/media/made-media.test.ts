import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imagePrices } from '../../src/core/media/image-prices.ts';
import { type MediaTables, mediaInput } from '../../src/core/media/made-media.ts';
import { exactUsd } from '../../src/core/money.ts';
import { readMediaRequest } from '../../src/input/requests/made-media.ts';
import { mediaEndpointOf } from '../../src/input/requests/media-endpoint.ts';
import { countTokens } from '../../src/tokens/index.ts';
import { instant, shipped } from '../table.ts';
import { jpeg, png } from './files.ts';
import { imageRules } from './rules.ts';

const tables = (seconds?: number): MediaTables => ({
  images: imageRules,
  at: instant('2026-11-22'),
  length: seconds === undefined ? undefined : { least: seconds, most: seconds },
  countText: countTokens,
});

function readAny(body: unknown) {
  const endpoint = mediaEndpointOf(body);
  return endpoint && readMediaRequest(body, endpoint);
}

function read(body: unknown) {
  const found = readAny(body);
  if (found?.kind !== 'request') throw new Error(found?.reason ?? 'no such request');
  return found.request;
}

const reasonOf = (body: unknown) => {
  const found = readAny(body);
  return found?.kind === 'bad' ? found.reason : 'read';
};

function input(body: unknown, model: string, seconds?: number) {
  const counted = mediaInput(read(body), shipped.names.get(model)?.model, tables(seconds));
  if ('basis' in counted) throw new Error(counted.reason);
  const [share] = counted.shares;
  if (!share) throw new Error('no share');
  return { ...counted, share };
}

const dataUrl = (mime: string, bytes: Uint8Array) =>
  `data:${mime};base64,${Buffer.from(bytes).toString('base64')}`;

describe('what a request is for', () => {
  it.each([
    ['image_generations', ['prompt', 'size'], undefined],
    ['image_generations', ['prompt', 'model'], 'gpt-image-2'],
    ['image_generations', ['prompt', 'model'], 'dall-e-3'],
    ['image_edits', ['prompt', 'image'], undefined],
    ['image_edits', ['prompt', 'images', 'mask'], 'gpt-image-1'],
    ['speech', ['input', 'voice'], undefined],
    ['speech', ['input', 'model'], 'tts-1'],
    ['transcriptions', ['file', 'model'], 'whisper-1'],
    ['transcriptions', ['file', 'model', 'prompt'], 'gpt-4o-transcribe'],
    [undefined, ['prompt', 'model'], 'davinci-002'],
    [undefined, ['prompt', 'size', 'seconds'], 'sora-2'],
    [undefined, ['input', 'model'], 'gpt-5.4'],
    [undefined, ['messages', 'model'], 'gpt-5.4'],
    [undefined, ['input', 'model'], 'ft:gpt-4o-mini-2024-07-18:acme:tts-script:abc'],
    [undefined, ['messages', 'model'], 'ft:gpt-4o-mini-2024-07-18:acme:transcribe:abc'],
    [undefined, ['messages', 'model'], 'whisper-1'],
  ])('is %s with %j of %s', (endpoint, keys, model) => {
    const request = Object.fromEntries(keys.map((key) => [key, key === 'model' ? model : 'x']));
    expect(mediaEndpointOf(request)).toBe(endpoint);
  });

  it('is Responses where the prompt is a stored one, whatever else is asked for', () => {
    expect(mediaEndpointOf({ prompt: { id: 'pmpt_1' }, background: true })).toBeUndefined();
  });
});

describe('requests for images', () => {
  const asked = {
    model: 'gpt-image-2',
    prompt: 'A lighthouse',
    size: '1024x1024',
    quality: 'high',
  };

  it('are billed for every image, as the one of its quality and size', () => {
    const { share, made, parts } = input({ ...asked, n: 4 }, 'gpt-image-2');
    expect(share.low.image?.output).toBe(4 * 7024);
    expect(share).toMatchObject({ answers: 0, calls: 1, unknown: [], quantities: [] });
    expect(made).toMatchObject({ images: 4, basis: 'exact', low: 28096, high: 28096 });
    expect(made?.each.low).toEqual({ image: { output: 7024 } });
    expect(parts.map(({ part }) => part)).toEqual(['text']);
  });

  it('have partial images as a range, and auto as all that it can be', () => {
    const streamed = input({ ...asked, stream: true, partial_images: 3, n: 2 }, 'gpt-image-2');
    expect([streamed.share.low.image?.output, streamed.share.high.image?.output]).toEqual([
      14048,
      14048 + 600,
    ]);
    const auto = input({ prompt: 'A lighthouse', size: 'auto', quality: 'auto' }, 'gpt-image-2');
    expect(auto.made?.low).toBe(157);
    expect(auto.made?.high).toBe(14272);
    expect(auto.made?.reasons).toHaveLength(2);
  });

  it('are billed by the image where the model is', () => {
    const { share, made } = input(
      { model: 'dall-e-3', prompt: 'x', size: '1024x1792', quality: 'hd' },
      'dall-e-3',
    );
    expect(share.quantities).toEqual([
      { unit: 'image', amount: 1, quality: 'hd', size: '1024x1792' },
    ]);
    expect(made?.images).toBe(1);
  });

  it('have input images of which the size is read from their data', () => {
    const edit = (images: unknown) =>
      input(
        { model: 'gpt-image-1', prompt: 'x', images, size: '1024x1024', quality: 'low' },
        'gpt-image-1',
      ).share.low.image?.input;
    const small = dataUrl('image/png', png(128, 128));
    expect(edit([{ image_url: small }])).toBe(194);
    expect(edit([small, { image_url: { url: small } }])).toBe(388);
    expect(edit(Buffer.from(png(128, 128)).toString('base64').padEnd(80, '='))).toBe(194);
    const large = input(
      {
        model: 'gpt-image-1',
        prompt: 'x',
        image: dataUrl('image/jpeg', jpeg(1024, 1024)),
        input_fidelity: 'high',
      },
      'gpt-image-1',
    );
    expect(large.share.low.image?.input).toBe(194 + 4160);
  });

  it('have input images of a size that nobody knows as a range', () => {
    const { share } = input(
      {
        model: 'gpt-image-1',
        prompt: 'x',
        images: [{ file_id: 'file-1' }, 'https://example.com/a.png'],
      },
      'gpt-image-1',
    );
    expect(share.low.image?.input ?? 0).toBeLessThan(share.high.image?.input ?? 0);
  });

  it('may have a mask, which is billed as an image or not at all', () => {
    const body = { model: 'gpt-image-1', prompt: 'x', image: dataUrl('image/png', png(128, 128)) };
    const { share } = input({ ...body, mask: { file_id: 'file-1' } }, 'gpt-image-1');
    expect([share.low.image?.input, share.high.image?.input]).toEqual([194, 388]);
  });

  it.each([
    ['prompt is missing', { model: 'gpt-image-2', prompt: '', size: '1024x1024' }],
    ['n is -1, which is no whole number from 0 to 2^53', { ...asked, n: -1 }],
    ['n is no number', { ...asked, n: '2' }],
    ['size is no text', { ...asked, size: [1024, 1024] }],
    ['image is neither a text nor an object with an image_url', { ...asked, image: 7 }],
    [
      'images[1].image_url is missing; give a data URL, a URL or a file_id',
      {
        ...asked,
        images: [{ file_id: 'a' }, {}],
      },
    ],
    [
      'image is a data URL without base64; the API takes data:image/png;base64,...',
      {
        ...asked,
        image: 'data:image/png,abc',
      },
    ],
    [
      'images[0] is a PNG image that is cut off or damaged before its size',
      {
        ...asked,
        images: [dataUrl('image/png', png(64, 64).subarray(0, 12))],
      },
    ],
  ])('cannot be read: %s', (reason, body) => {
    expect(reasonOf(body)).toBe(reason);
  });

  it.each([
    [
      'gpt-image-1.5 has no size 512x512; use 1024x1024, 1024x1536, 1536x1024 or auto',
      'gpt-image-1.5',
      { size: '512x512' },
    ],
    [
      'gpt-image-2 has no quality max; use low, medium, high or auto',
      'gpt-image-2',
      { quality: 'max' },
    ],
    ['n is 0; gpt-image-2 makes 1 to 10 images a request', 'gpt-image-2', { n: 0 }],
    ['n is 2; dall-e-3 makes one image a request', 'dall-e-3', { n: 2 }],
    ['tts-1 speaks no text; name another model with --model', undefined, {}],
  ])('are refused: %s', (reason, model, more) => {
    const body =
      model === undefined
        ? { model: 'gpt-4o-mini', input: 'x', voice: 'alloy' }
        : { model, prompt: 'x', ...more };
    const id = model ?? 'gpt-4o-mini';
    const counted = mediaInput(read(body), shipped.names.get(id)?.model, tables());
    expect(counted).toEqual({ basis: 'rejected', reason: reason.replace('tts-1', id) });
  });

  it('are unknown for a model that the rate table does not know', () => {
    const counted = mediaInput(read(asked), undefined, tables());
    expect(counted).toMatchObject({ total: { expected: null }, shares: [{ answers: 0 }] });
  });
});

describe('speech and transcriptions', () => {
  it('are billed by characters, not by UTF-16 units', () => {
    const { share } = input({ model: 'tts-1', input: 'Grüße 🎂', voice: 'alloy' }, 'tts-1');
    expect(share.quantities).toEqual([{ unit: 'character', amount: 7 }]);
  });

  it('are billed by tokens of the text, and of speech of a length that somebody says', () => {
    const body = {
      model: 'gpt-4o-mini-tts',
      input: 'Hello there',
      instructions: ' Loud',
      voice: 'a',
    };
    expect(input(body, 'gpt-4o-mini-tts').share.unknown.join()).toContain('--audio-seconds');
    const { share } = input(body, 'gpt-4o-mini-tts', 2.5);
    expect(share).toMatchObject({ unknown: [], low: { audio: { output: 50 } } });
    expect(share.low.text?.input).toBe(3);
  });

  it('are billed by the second', () => {
    const body = { model: 'whisper-1', file: 'call.mp3' };
    expect(input(body, 'whisper-1', 90).share.quantities).toEqual([
      { unit: 'second', amount: 90_000, per: 1_000 },
    ]);
    expect(input(body, 'whisper-1').share.unknown.join()).toContain('--audio-seconds');
  });

  it('leave the transcript open, like any answer', () => {
    const { share } = input({ model: 'gpt-4o-transcribe', file: 'a.mp3' }, 'gpt-4o-transcribe', 90);
    expect(share).toMatchObject({ answers: 1, unknown: [], low: { audio: { input: 900 } } });
  });
});

describe('anything at all', () => {
  const key = fc.constantFrom(
    ...['model', 'prompt', 'size', 'quality', 'n', 'image', 'images', 'mask', 'partial_images'],
    ...['input', 'voice', 'file', 'instructions', 'input_fidelity', 'image_url', 'file_id', 'url'],
  );
  const value = fc.oneof(
    fc.constantFrom('gpt-image-2', 'gpt-image-1', 'dall-e-3', 'tts-1', 'whisper-1', 'auto', 'high'),
    fc.constantFrom('1024x1024', '0x0', '99999x1', 'data:image/png;base64,iVBORw0KGgo=', ''),
    fc.jsonValue({ maxDepth: 2 }),
    fc.dictionary(key, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 }),
  );

  it('is counted, refused or said to be wrong', () => {
    fc.assert(
      fc.property(fc.dictionary(key, value, { maxKeys: 8 }), (body) => {
        const found = readAny(body);
        if (found?.kind !== 'request') return;
        for (const id of [
          'gpt-image-2',
          'gpt-image-1',
          'dall-e-3',
          'tts-1',
          'whisper-1',
          'gpt-5.4',
        ]) {
          const counted = mediaInput(found.request, shipped.names.get(id)?.model, tables());
          if ('basis' in counted) expect(counted.reason).not.toBe('');
          else expect(counted.shares).toHaveLength(1);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('prices of images', () => {
  const at = instant('2026-11-22');
  const prices = (models: string[] | undefined, more: object = {}) =>
    imagePrices(
      { models, size: undefined, quality: undefined, at, tier: 'standard', ...more },
      shipped,
      imageRules,
    );
  const usd = (model: string, quality: string, size: string) => {
    const [found, ...others] = prices([model], { quality, size });
    expect(others).toEqual([]);
    return exactUsd(found?.cost.low ?? expect.fail('no price'));
  };

  /** What OpenAI prints beside what the tokens come to, which it rounds up by up to a percent. */
  const printed = (model: string) => {
    const version = shipped.names.get(model)?.model.prices.at(-1);
    const units = version?.units.filter(({ estimate, tier }) => estimate && tier !== 'batch') ?? [];
    return units.map(({ quality = '', size = '', usd: price }) => ({
      printed: Number(price),
      computed: Number(usd(model, quality, size)),
    }));
  };

  it.each(['gpt-image-1', 'gpt-image-1.5', 'gpt-image-2'])(
    'of %s are those that OpenAI prints',
    (model) => {
      const found = printed(model);
      expect(found).toHaveLength(9);
      for (const each of found) {
        const off = Math.abs(each.printed - each.computed);
        expect(off).toBeLessThanOrEqual(Math.max(0.001, 0.01 * each.printed));
      }
    },
  );

  it('of gpt-image-1-mini are not what OpenAI prints, and say so', () => {
    for (const each of printed('gpt-image-1-mini')) {
      expect(each.printed - each.computed).toBeGreaterThan(0.0015);
      expect(each.printed - each.computed).toBeLessThan(0.0035);
    }
    const [found] = prices(['gpt-image-1-mini']);
    expect(found?.tokens).toMatchObject({ basis: 'estimate' });
    expect(JSON.stringify(found?.tokens)).toContain('prints prices per image');
  });

  it('of models billed by the image are their prices', () => {
    expect(usd('dall-e-3', 'hd', '1792x1024')).toBe('0.12');
    expect(usd('dall-e-2', 'standard', '256x256')).toBe('0.016');
  });

  it('leave out what is shut down, unless it is named', () => {
    const models = new Set(prices(undefined).map(({ model }) => model));
    expect(models.has('gpt-image-2')).toBe(true);
    expect(models.has('gpt-image-1')).toBe(false);
    expect(models.has('dall-e-3')).toBe(false);
    expect(prices(['gpt-image-1'])).toHaveLength(9);
  });

  it('leave out models without what is asked for, unless they are named', () => {
    expect(new Set(prices(undefined, { quality: 'xhigh' }).map(({ model }) => model))).toEqual(
      new Set(
        ['sunburst', 'flare'].flatMap((each) => [`gpt-image-2.5-${each}`, `gpt-image-2.6-${each}`]),
      ),
    );
    expect(() => prices(['gpt-image-2'], { quality: 'xhigh' })).toThrow('use low, medium, high');
  });

  it('say of models that nobody has counted that they do not know', () => {
    const [found] = prices(['gpt-image-2.6-flare'], { size: '1024x1024' });
    expect(found?.tokens.basis).toBe('unknown');
    expect(found?.cost.unpriced).not.toEqual([]);
  });

  it('hold for sizes that are in no list', () => {
    expect(prices(['gpt-image-2'], { size: '1536x864' }).map(({ tokens }) => tokens)).toMatchObject(
      [{ low: 120, high: 120 }, {}, {}],
    );
  });
});
