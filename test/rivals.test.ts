import { describe, expect, it } from 'vitest';
import { run } from './run.ts';

/** The mistakes that other tools make, each with usage that would show it here. */

const COLUMNS = [
  ...['start_time', 'end_time', 'num_model_requests', 'model', 'batch', 'service_tier'],
  ...['input_tokens', 'output_tokens', 'input_cached_tokens', 'input_cache_write_tokens'],
  ...['input_uncached_tokens', 'input_audio_tokens', 'output_audio_tokens', 'output_image_tokens'],
  ...['input_text_tokens', 'output_text_tokens'],
] as const;
type Cells = Partial<Record<(typeof COLUMNS)[number], string | number>>;

const OCTOBER = 1_790_812_800;
const MILLION = 1_000_000;

/** A row with as many uncached and text tokens as its sums leave. */
function row(cells: Cells): string {
  const all: Cells = { start_time: OCTOBER, end_time: OCTOBER + 86_400, num_model_requests: 1 };
  const numbers = (name: keyof Cells) => Number(cells[name] ?? 0);
  const uncached =
    numbers('input_tokens') - numbers('input_cached_tokens') - numbers('input_cache_write_tokens');
  const derived: Cells = {
    batch: 'False',
    service_tier: 'default',
    input_tokens: 0,
    output_tokens: 0,
    input_uncached_tokens: uncached,
    input_text_tokens: uncached - numbers('input_audio_tokens'),
    output_text_tokens:
      numbers('output_tokens') - numbers('output_audio_tokens') - numbers('output_image_tokens'),
  };
  const merged = { ...all, ...derived, ...cells };
  return COLUMNS.map((name) => merged[name] ?? 0).join(',');
}

/** What rows cost: an amount, a range, or why there is none. */
async function cost(...rows: readonly Cells[]): Promise<string> {
  const csv = [COLUMNS.join(','), ...rows.map(row)].join('\n');
  const { out } = await run(['audit', '-', '-f', 'json'], { stdin: Buffer.from(csv) });
  const { total, unpriced, bad } = JSON.parse(out);
  if (bad.length > 0) return `bad: ${bad[0].reason}`;
  if (unpriced.length > 0) return `unpriced: ${unpriced[0].reason}`;
  return total.usd ?? `${total.usdLow}..${total.usdHigh}`;
}

describe('not one of the mistakes of others:', () => {
  it.each<[string, Cells, string]>([
    [
      'cached tokens counted on top of the input',
      { model: 'gpt-4o-mini', input_tokens: MILLION, input_cached_tokens: 400_000 },
      '0.12',
    ],
    [
      'cached tokens free where no discount is published',
      { model: 'gpt-4', input_tokens: MILLION, input_cached_tokens: MILLION },
      '0..30',
    ],
    [
      'cache writes ignored',
      { model: 'gpt-5.6-terra', input_tokens: 200_000, input_cache_write_tokens: 200_000 },
      '0.5',
    ],
    [
      'the long band only above the threshold',
      { model: 'gpt-5.5', input_tokens: 300_000, output_tokens: 1000 },
      '3.045',
    ],
    ['the threshold off by one: at it', { model: 'gpt-5.5', input_tokens: 272_000 }, '1.36'],
    ['the threshold off by one: above it', { model: 'gpt-5.5', input_tokens: 272_001 }, '2.72001'],
    [
      'the long band applied to a sum of short requests',
      { model: 'gpt-5.4', input_tokens: 3 * MILLION, num_model_requests: 1000 },
      '7.5..15',
    ],
    ['batch ignored', { model: 'gpt-4o-mini', input_tokens: MILLION, batch: 'True' }, '0.075'],
    [
      'flex ignored',
      { model: 'gpt-5-mini', input_tokens: MILLION, service_tier: 'flex', num_model_requests: 9 },
      '0.125',
    ],
    [
      'priority ignored',
      { model: 'gpt-4o-mini', input_tokens: MILLION, service_tier: 'priority' },
      '0.25',
    ],
    [
      'batch and long context not together',
      { model: 'gpt-5.5', input_tokens: 300_000, batch: 'True' },
      '1.5',
    ],
    [
      'audio priced as text',
      {
        model: 'gpt-audio',
        input_tokens: MILLION,
        input_audio_tokens: MILLION,
        output_tokens: MILLION,
        output_audio_tokens: MILLION,
      },
      '96',
    ],
    [
      'images priced as text',
      { model: 'gpt-image-1', output_tokens: 1056, output_image_tokens: 1056 },
      '0.04224',
    ],
    [
      'a tuned model priced as its base',
      { model: 'ft:gpt-4o-mini-2024-07-18:acme:team:x1', input_tokens: MILLION },
      '0.3',
    ],
    ['the date of a snapshot dropped', { model: 'gpt-4o-2024-05-13', input_tokens: MILLION }, '5'],
    [
      'a model priced by the beginning of its name',
      { model: 'gpt-4o-mini-turbo', input_tokens: MILLION },
      'unpriced: unknown model; did you mean gpt-4o-mini-tts?',
    ],
    [
      'complimentary tokens billed',
      { model: 'gpt-4.1', input_tokens: MILLION, service_tier: 'incentivized-tier' },
      '0',
    ],
    [
      'a tier that nobody knows taken for standard',
      { model: 'gpt-4.1', input_tokens: MILLION, service_tier: 'warp' },
      'bad: service_tier names no known tier: "warp"',
    ],
    [
      'negative numbers accepted',
      { model: 'gpt-4.1', input_tokens: 10, output_tokens: -5 },
      'bad: output_tokens is negative: "-5"',
    ],
    [
      'what is no number accepted',
      { model: 'gpt-4.1', input_tokens: 10, output_tokens: 'NaN' },
      'bad: output_tokens is not a whole number: "NaN"',
    ],
    [
      'more cached than input accepted',
      {
        model: 'gpt-4.1',
        input_tokens: 10,
        input_cached_tokens: 11,
        input_uncached_tokens: 0,
        input_text_tokens: 0,
      },
      'bad: cached and written tokens, 11, are more than input_tokens, 10',
    ],
  ])('%s', async (_, cells, expected) => {
    expect(await cost(cells)).toBe(expected);
  });

  it('rows that are alike taken for the same', async () => {
    const twice: Cells = { model: 'gpt-4o-mini', input_tokens: MILLION };
    expect(await cost(twice, twice)).toBe('0.3');
  });

  it('reasoning added to the output, of which it is part', async () => {
    const response = {
      object: 'response',
      id: 'resp_1',
      created_at: OCTOBER,
      status: 'completed',
      model: 'gpt-5-2025-08-07',
      service_tier: 'default',
      usage: {
        input_tokens: 1000,
        output_tokens: 1000,
        output_tokens_details: { reasoning_tokens: 900 },
        total_tokens: 2000,
      },
    };
    const stdin = Buffer.from(JSON.stringify(response));
    const { out } = await run(['audit', '-', '-f', 'json'], { stdin });
    expect(JSON.parse(out).total.usd).toBe('0.01125');
  });

  it('a report that does not tell with which prices it was made', async () => {
    const stdin = Buffer.from([COLUMNS.join(','), row({ model: 'gpt-4o' })].join('\n'));
    const { out } = await run(['audit', '-', '-f', 'json'], { stdin });
    expect(JSON.parse(out).rates.sha256).toMatch(/^[0-9a-f]{64}$/);
  });
});
