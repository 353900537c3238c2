import { describe, expect, it } from 'vitest';
import { exactUsd } from '../src/core/money.ts';
import { totalOf } from '../src/core/price.ts';
import type { Usage } from '../src/core/usage.ts';
import { price, total, type usage } from './table.ts';

type Conditions = Parameters<typeof usage>[2];

/** What a usage costs, as people write it: an amount, a range, or why there is none. */
function cost(
  model: string,
  text: NonNullable<Usage['tokens']['text']>,
  more: Conditions = {},
): string {
  const { low, high, unpriced } = total(model, { text }, more);
  const [first] = unpriced;
  if (first?.item.cost.kind === 'unpriced') return first.item.cost.reason;
  return low === high ? exactUsd(low) : `${exactUsd(low)}..${exactUsd(high)}`;
}

const MILLION = 1_000_000;
/** A million tokens of many short requests. */
const short = { inputTokensPerRequest: { least: 0, most: 1000 } };

describe('images that a text model is shown', () => {
  const image = (model: string, tokens: object) => {
    const { low, unpriced } = total(model, { image: tokens });
    return unpriced.length > 0 ? 'unpriced' : exactUsd(low);
  };

  it('are billed as text, unless the model has a price for them', () => {
    expect(image('gpt-5.4', { input: MILLION / 10 })).toBe('0.25');
    expect(image('gpt-5.4', { cachedInput: MILLION / 10 })).toBe('0.025');
    expect(image('gpt-image-1', { input: MILLION })).toBe('10');
    expect(image('gpt-5.4', { output: 1 })).toBe('unpriced');
  });
});

describe('context band', () => {
  it('begins strictly above 272,000 input tokens and re-prices the whole request', () => {
    expect(cost('gpt-5.5', { input: 272_000, output: 1000 })).toBe('1.39');
    expect(cost('gpt-5.5', { input: 272_001, output: 1000 })).toBe('2.76501');
  });

  it('counts cached and written tokens in', () => {
    const cached = { input: 1, cachedInput: 271_999, output: 0 };
    expect(cost('gpt-5.5', cached)).toBe('0.1360045');
    expect(cost('gpt-5.5', { ...cached, cachedInput: 272_000 })).toBe('0.27201');
    const written = { input: 1, cacheWrite30m: 271_999 };
    expect(cost('gpt-6.1-terra', written)).toBe('0.33999975');
    expect(cost('gpt-6.1-terra', { ...written, cacheWrite30m: 272_000 })).toBe('0.680002');
  });

  it('is not in models without one, however long the request', () => {
    expect(cost('gpt-4.1', { input: MILLION })).toBe('2');
  });

  it('is unpriced where the tier has no long price', () => {
    const tokens = { input: 272_001, output: 1 };
    expect(cost('gpt-5.5', tokens, { tier: 'priority' })).toBe(
      'no price is published with priority processing above 272,000 input tokens',
    );
    expect(cost('gpt-5.5-pro', tokens, { tier: 'batch' })).toMatch(/above 272,000/);
    expect(cost('gpt-5.6-terra', tokens, { tier: 'priority' })).toBe('2.176044');
  });

  it('is a range on rows that do not tell how long their requests were', () => {
    const range = (least: number, most: number) =>
      cost('gpt-5.5', { input: 3 * MILLION }, { inputTokensPerRequest: { least, most } });
    expect(range(0, 272_000)).toBe('15');
    expect(range(0, 272_001)).toBe('15..30');
    expect(range(272_001, MILLION)).toBe('30');
  });
});

describe('date', () => {
  it('changes the price from one second to the next', () => {
    const o3 = (at: string) => cost('o3', { input: MILLION, output: MILLION }, { at });
    expect(o3('2025-06-09T23:59:59')).toBe('50');
    expect(o3('2025-06-10')).toBe('10');
    const terra = (at: string) => cost('gpt-5.6-terra', { input: MILLION }, { ...short, at });
    expect(terra('2026-07-29T23:59:59')).toBe('2.5');
    expect(terra('2026-07-30')).toBe('2');
    const alias = (at: string) => cost('gpt-4o', { input: MILLION }, { at });
    expect(alias('2024-10-08T23:59:59')).toBe('5');
    expect(alias('2024-10-09')).toBe('2.5');
  });

  it('takes future prices from their day on', () => {
    const ultrafast = (at: string) =>
      cost('gpt-6.2-sol', { input: MILLION }, { ...short, at, tier: 'ultrafast' });
    expect(ultrafast('2027-02-28T23:59:59')).toBe('6');
    expect(ultrafast('2027-03-01')).toBe('12');
  });

  it('before the first and after the last price is unpriced', () => {
    expect(cost('gpt-6-luna', { input: 1 }, { at: '2026-09-21T23:59:59' })).toBe(
      'no price is known before 2026-09-22',
    );
    expect(cost('gpt-6-luna', { input: MILLION }, { ...short, at: '2026-09-22' })).toBe('0.1');
    expect(cost('chatgpt-4o-latest', { input: MILLION }, { at: '2026-02-16T23:59:59' })).toBe('5');
    expect(cost('chatgpt-4o-latest', { input: 1 }, { at: '2026-02-17' })).toBe(
      'no price is known on 2026-02-17',
    );
  });

  it('free until a day is free, not unpriced', () => {
    const at = (day: string) => cost('gpt-rosalind-research', { input: MILLION }, { at: day });
    expect(at('2026-10-04T23:59:59')).toBe('0');
    expect(at('2026-10-05')).toBe('5');
  });

  it('after a promise has run out leaves the price open', () => {
    const sol = (at: string) =>
      cost('gpt-5.6-sol', { input: MILLION, output: MILLION }, { ...short, at });
    expect(sol('2026-08-20T23:59:59')).toBe('35');
    expect(sol('2026-08-21')).toBe('24');
    expect(sol('2026-11-21T23:59:59')).toBe('24');
    expect(sol('2026-11-22')).toBe('24..35');
  });
});

describe('service tier', () => {
  const millionEach = { input: MILLION, cachedInput: MILLION, output: MILLION };
  it('has a price of its own, by no uniform factor', () => {
    const priority: [string, string][] = [
      ['gpt-4o-2024-05-13', '43.75'],
      ['gpt-4o', '23.375'],
      ['gpt-4o-mini', '1.375'],
      ['o4-mini', '10.5'],
      ['gpt-5-mini', '4.095'],
      ['gpt-4.1', '18.375'],
      ['gpt-5.5', '88.75'],
    ];
    for (const [model, usd] of priority) {
      expect(cost(model, millionEach, { ...short, tier: 'priority' }), model).toBe(usd);
    }
  });

  it('batch may be no cheaper', () => {
    expect(cost('gpt-3.5-turbo-1106', { input: MILLION }, { tier: 'batch' })).toBe('1');
    expect(cost('gpt-3.5-turbo-0125', { input: MILLION }, { tier: 'batch' })).toBe('0.25');
  });

  it('is unpriced where the model does not have it', () => {
    expect(cost('gpt-6.2-sol', { input: 1 }, { tier: 'flex' })).toBe('no flex price is published');
    expect(cost('gpt-5.5', { input: 1 }, { tier: 'scale' })).toBe('no scale price is published');
    expect(cost('gpt-5.4-nano', { input: 1 }, { tier: 'priority' })).toMatch(/no priority price/);
  });

  it('background windows cost 30 % and 40 % less', () => {
    expect(cost('gpt-6.2-sol', { output: MILLION }, { tier: 'background-2h' })).toBe('7');
    expect(cost('gpt-6.2-sol', { output: MILLION }, { tier: 'background-8h' })).toBe('6');
    expect(cost('gpt-6-sol', { output: 1 }, { tier: 'background-2h' })).toMatch(/no background-2h/);
  });
});

describe('cached input', () => {
  const cached = { cachedInput: MILLION };
  it('costs as much as input where there is no discount', () => {
    expect(cost('gpt-5.5-pro', cached, short)).toBe('30');
    expect(cost('gpt-4o-2024-05-13', cached)).toBe('5');
  });

  it('is a range up to input where no price is published, and never free', () => {
    expect(cost('gpt-4.1', cached, { tier: 'batch' })).toBe('0.25..1');
    expect(cost('gpt-4o', cached, { tier: 'batch' })).toBe('0.625..1.25');
    expect(cost('o1-pro', cached)).toBe('0..150');
  });

  it('printed with two decimals may be the exact half', () => {
    expect(cost('gpt-5.4', cached, { ...short, tier: 'batch' })).toBe('0.125..0.13');
    expect(cost('o4-mini', cached, { tier: 'flex' })).toBe('0.1375..0.138');
  });
});

describe('cache writes', () => {
  it('have a price by how long they last', () => {
    expect(cost('gpt-6.1-terra', { cacheWrite30m: MILLION }, short)).toBe('1.25');
    expect(cost('gpt-6.1-terra', { cacheWrite12h: MILLION }, short)).toBe('2.5');
    expect(cost('gpt-6.1-sol', { cacheWrite12h: MILLION }, short)).toBe(
      'no price for cache write (12 h) is published with standard processing',
    );
  });

  it('are unpriced in models that have none, and ordinary input where OpenAI says so', () => {
    expect(cost('gpt-4.1', { cacheWrite30m: 1 })).toMatch(/no price for cache write/);
    expect(cost('gpt-rosalind-research', { cacheWrite30m: MILLION })).toBe('5');
  });
});

describe('modality', () => {
  it('keeps text, audio and image apart', () => {
    const tokens = {
      text: { input: MILLION, output: MILLION },
      audio: { input: MILLION, output: MILLION },
      image: { input: MILLION },
    };
    expect(exactUsd(total('gpt-realtime-2', tokens).high)).toBe('129');
    expect(exactUsd(total('gpt-image-1', { image: { output: MILLION } }).high)).toBe('40');
  });

  it('without a price is unpriced', () => {
    const [item] = price('gpt-5.5', { audio: { input: 1 } }).items;
    expect(item?.cost).toEqual({
      kind: 'unpriced',
      reason: 'no price for audio tokens is published with standard processing',
    });
  });

  it('is not tokens at all in models billed by something else', () => {
    expect(cost('whisper-1', { input: 1 })).toBe('billed per minute, not by the token');
    expect(cost('tts-1', { input: 1 })).toBe('billed per 1,000,000 characters, not by the token');
  });
});

describe('region', () => {
  const eu = { ...short, region: 'eu' };

  it('raises the price of models since gpt-5.4 by a tenth', () => {
    expect(cost('gpt-5.4', { input: MILLION }, eu)).toBe('2.75');
    expect(cost('gpt-5.4', { input: MILLION }, { ...eu, tier: 'batch' })).toBe('1.375');
    expect(cost('gpt-5.4', { input: MILLION }, short)).toBe('2.5');
    expect(cost('gpt-5.2', { input: MILLION }, eu)).toBe('1.75');
  });

  it('is a range where nobody says', () => {
    expect(cost('chat-latest', { input: MILLION }, eu)).toBe('5..5.5');
  });

  it('does not offer every tier', () => {
    expect(cost('gpt-6-sol', { input: 1 }, { ...eu, tier: 'priority' })).toBe(
      'priority processing is not offered in region eu',
    );
    expect(cost('gpt-5.5', { input: MILLION }, { ...eu, tier: 'priority' })).toBe('13.75');
    expect(
      cost('gpt-6-sol', { input: MILLION }, { ...short, region: 'us', tier: 'priority' }),
    ).toBe('4.4');
  });
});

describe('names', () => {
  it('a snapshot keeps its price when the alias has another', () => {
    expect(cost('gpt-4o', { input: MILLION })).toBe('2.5');
    expect(cost('gpt-4o-2024-05-13', { input: MILLION })).toBe('5');
    expect(cost('gpt-4o-2024-08-06', { input: MILLION })).toBe('2.5');
  });

  it('fine-tuned models have prices of their own', () => {
    const ft = (base: string, more?: Conditions) =>
      cost(`ft:${base}:a::b`, { input: MILLION }, more);
    expect(ft('gpt-4o-2024-08-06')).toBe('3.75');
    expect(ft('gpt-4o-2024-08-06', { tier: 'batch' })).toBe('2.225');
    expect(ft('davinci-002')).toBe('12');
    expect(ft('o4-mini-2025-04-16')).toBe('2..4');
    expect(cost('ft:babbage-002:a::b', { output: MILLION }, { tier: 'batch' })).toBe('0.9');
  });

  it('an unknown model is unpriced, even with nothing to price', () => {
    expect(cost('gpt-nope', { input: 5 })).toBe('unknown model');
    expect(cost('gpt-nope', {})).toBe('unknown model');
    expect(cost('gpt-oss-120b', { input: 5 })).toMatch(/^open weights/);
  });

  it('tokens that nobody can count are unpriced unless they are free', () => {
    expect(cost('gpt-5.5', { input: null })).toBe('its tokenizer is not known');
    expect(cost('omni-moderation-latest', { input: null })).toBe('0');
  });
});

describe('totals', () => {
  it('add up exactly and remember what they lack', () => {
    const lines = [
      price('gpt-5.5', { text: { input: 3, output: 7 } }),
      price('gpt-nope', { text: { input: 3 } }),
      price('gpt-4.1', { text: { cachedInput: 4 } }, { tier: 'batch' }),
    ];
    const { low, high, unpriced } = totalOf(lines);
    expect([exactUsd(low), exactUsd(high)]).toEqual(['0.000226', '0.000229']);
    expect(unpriced.map(({ line }) => line.usage.model)).toEqual(['gpt-nope']);
  });
});
