import { describe, expect, it } from 'vitest';
import { countRequestTokens, instantOf, loadRates } from '../../src/index.ts';

const messages = [{ role: 'user', content: 'hello' }];
/** A GIF of one pixel. */
const PIXEL = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

describe('countRequestTokens', () => {
  it('counts what is sent, with the model that it names or another', async () => {
    const body = { model: 'gpt-4o', messages };
    expect((await countRequestTokens(body)).total).toEqual({
      ...{ basis: 'exact', low: 8, expected: 8, high: 8 },
    });
    expect((await countRequestTokens(body, { model: 'o3-mini' })).total.expected).toBe(7);
    const rates = await loadRates();
    const at = instantOf(new Date('2026-11-20T00:00:00Z'));
    expect((await countRequestTokens(body, { rates, at })).total.expected).toBe(8);
  });

  it('looks at the images that are sent along', async () => {
    const content = [{ type: 'image_url', image_url: { url: PIXEL } }];
    const body = { model: 'gpt-4o', messages: [{ role: 'user', content }] };
    expect((await countRequestTokens(body)).parts).toContainEqual({
      ...{ part: 'images', basis: 'exact', low: 255, expected: 255, high: 255, reasons: [] },
    });
  });

  it('says of an image that is cut off that it is', async () => {
    const content = [{ type: 'image_url', image_url: { url: PIXEL.slice(0, 30) } }];
    const body = { model: 'gpt-4o', messages: [{ role: 'user', content }] };
    const { parts, total } = await countRequestTokens(body);
    expect(total.basis).toBe('unknown');
    expect(parts.find(({ part }) => part === 'images')?.reasons[0]).toMatch(
      /^messages\[0\]\.content\[0\]: /,
    );
  });

  it.each([
    [{ hello: 'world' }, {}, /^not a request that is known; these are read: /],
    [{ messages }, {}, /^the request names no model; say which$/],
    [{ messages, model: 'gpt-4oo' }, {}, /^gpt-4oo: unknown model; did you mean gpt-4o\?$/],
    [{ input: 'a' }, { endpoint: 'chat_completions' as const }, /^messages is missing$/],
  ])('refuses %j', async (body, options, message) => {
    await expect(countRequestTokens(body, options)).rejects.toThrow(message);
  });
});
