import { describe, expect, it } from 'vitest';
import type { Row, UsageEntry } from '../../src/core/audit/entry.ts';
import { InputError } from '../../src/core/input-error.ts';
import { exactUsd } from '../../src/core/money.ts';
import { CSV_FORMATS } from '../../src/input/usage/csv-formats.ts';
import { mappedFormat } from '../../src/input/usage/mapped.ts';
import { instant } from '../table.ts';
import { rowsOf } from './rows.ts';

type Cells = Readonly<Record<string, string | number>>;

/** The row that is read from these cells. */
async function rowOf(cells: Cells, formats = CSV_FORMATS): Promise<Row> {
  const quoted = (values: readonly (string | number)[]) =>
    values.map((value) => `"${String(value).replaceAll('"', '""')}"`).join();
  const text = `${quoted(Object.keys(cells))}\n${quoted(Object.values(cells))}\n`;
  const { all } = await rowsOf(text, { formats });
  const [row] = all;
  if (!row) throw new TypeError('no row');
  return row;
}

async function entryOf(cells: Cells, formats = CSV_FORMATS): Promise<UsageEntry> {
  const row = await rowOf(cells, formats);
  if (row.kind !== 'usage') throw new TypeError(JSON.stringify(row));
  return row.entry;
}

async function reasonOf(cells: Cells, formats = CSV_FORMATS): Promise<string> {
  const row = await rowOf(cells, formats);
  return row.kind === 'bad' ? row.reason : row.kind;
}

const BUCKET = { start_time: '1790812800', end_time: '1790899200' };
const COMPLETION = {
  ...BUCKET,
  num_model_requests: 3,
  model: 'gpt-5-mini',
  batch: 'False',
  service_tier: 'default',
  input_tokens: 100,
  output_tokens: 50,
  input_cached_tokens: 30,
  input_cache_write_tokens: 20,
  input_uncached_tokens: 50,
};

describe('tokens of completions', () => {
  it.each<[string, Cells, UsageEntry['tokens']]>([
    [
      'are text when no column says otherwise',
      {},
      { text: { input: 50, cachedInput: 30, cacheWrite30m: 20, output: 50 } },
    ],
    [
      'are uncached when they are neither cached nor written',
      { input_uncached_tokens: '' },
      { text: { input: 50, cachedInput: 30, cacheWrite30m: 20, output: 50 } },
    ],
    [
      'are split by modality',
      {
        input_text_tokens: 35,
        input_audio_tokens: 10,
        input_image_tokens: 5,
        input_cached_text_tokens: 5,
        input_cached_audio_tokens: 6,
        input_cached_image_tokens: 7,
        output_text_tokens: 20,
        output_audio_tokens: 25,
        output_image_tokens: 5,
      },
      {
        // 30 cached tokens less 18 with a modality are text.
        text: { input: 35, cachedInput: 17, cacheWrite30m: 20, output: 20 },
        audio: { input: 10, cachedInput: 6, output: 25 },
        image: { input: 5, cachedInput: 7, output: 5 },
      },
    ],
    [
      'are written for 12 hours where the file says so',
      { input_cache_write_12h_tokens: 15 },
      { text: { input: 50, cachedInput: 30, cacheWrite30m: 5, cacheWrite12h: 15, output: 50 } },
    ],
    [
      'are written for 12 hours where they are not for 30 minutes',
      { input_cache_write_30m_tokens: 15 },
      { text: { input: 50, cachedInput: 30, cacheWrite30m: 15, cacheWrite12h: 5, output: 50 } },
    ],
    [
      'are none where all are zero',
      {
        input_tokens: 0,
        output_tokens: 0,
        input_cached_tokens: 0,
        input_cache_write_tokens: 0,
        input_uncached_tokens: 0,
      },
      {},
    ],
    [
      'need no cached tokens where all are uncached',
      { input_tokens: 50, input_cached_tokens: '', input_cache_write_tokens: '' },
      { text: { input: 50, output: 50 } },
    ],
  ])('%s', async (_, cells, tokens) => {
    expect((await entryOf({ ...COMPLETION, ...cells })).tokens).toEqual(tokens);
  });

  it.each<[Cells, string]>([
    [
      { input_cached_tokens: 81 },
      'cached and written tokens, 101, are more than input_tokens, 100',
    ],
    [
      { input_cached_tokens: 29 },
      'uncached, cached and written tokens are 99, but input_tokens is 100',
    ],
    [{ input_text_tokens: 49 }, 'text, audio and image input is 49, but the uncached input is 50'],
    [{ input_audio_tokens: 51 }, 'text, audio and image input is 51, but the uncached input is 50'],
    [
      { output_text_tokens: 30, output_audio_tokens: 21 },
      'text, audio and image tokens of output_tokens are 51, more than 50',
    ],
    [
      { input_cached_image_tokens: 31 },
      'text, audio and image tokens of input_cached_tokens are 31, more than 30',
    ],
    [
      { input_cache_write_12h_tokens: 21 },
      'tokens written for 30 minutes and 12 hours are 21, but input_cache_write_tokens is 20',
    ],
    [{ input_cached_tokens: '' }, 'input_cached_tokens is missing'],
    [{ input_tokens: '' }, 'input_tokens is missing'],
    [{ input_tokens: 'abc', output_tokens: 'def' }, 'input_tokens is not a whole number: "abc"'],
    [{ num_model_requests: -1 }, 'num_model_requests is negative: "-1"'],
    [{ end_time: 1_790_812_800 }, 'end_time is not after start_time'],
    [{ start_time: '' }, 'start_time is missing'],
    [{ service_tier: 'turbo' }, 'service_tier names no known tier: "turbo"'],
    [{ service_tier: 'constructor' }, 'service_tier names no known tier: "constructor"'],
    [{ batch: 'perhaps' }, 'batch is not true or false: "perhaps"'],
    [{ batch: 'True', service_tier: 'flex' }, 'batch is true, but service_tier is flex'],
    [{ service_tier: 'batch' }, 'batch is false, but service_tier is batch'],
  ])('that do not add up, or cells that cannot be read, are bad: %j', async (cells, reason) => {
    expect(await reasonOf({ ...COMPLETION, ...cells })).toBe(reason);
  });
});

describe('the tier', () => {
  const ANY = ['standard', 'batch', 'flex', 'priority'];
  it.each<[string | undefined, string | undefined, readonly string[], boolean]>([
    ['default', 'False', ['standard'], false],
    ['standard', 'FALSE', ['standard'], false],
    ['default', 'True', ['batch'], false],
    ['', 'True', ['batch'], false],
    ['batch', 'True', ['batch'], false],
    ['batch', '', ['batch'], false],
    ['flex', 'False', ['flex'], false],
    ['priority', 'False', ['priority'], false],
    ['fast', 'False', ['priority'], false],
    ['Scale', 'False', ['scale'], false],
    ['ultrafast', '', ['ultrafast'], false],
    ['incentivized-tier', 'False', ['standard'], true],
    ['incentivized-tier', 'True', ['batch'], true],
    ['', 'False', ['standard', 'flex', 'priority'], false],
    ['auto', 'False', ['standard', 'flex', 'priority'], false],
    ['', '', ANY, false],
    [undefined, undefined, ANY, false],
    ['default', undefined, ['standard', 'batch'], false],
  ])('%s with batch %s is %j', async (serviceTier, batch, tiers, free) => {
    const { service_tier: _, batch: __, ...rest } = COMPLETION;
    const entry = await entryOf({
      ...rest,
      ...(serviceTier === undefined ? {} : { service_tier: serviceTier }),
      ...(batch === undefined ? {} : { batch }),
    });
    expect({ tiers: entry.tiers, free: entry.free }).toEqual({ tiers, free });
  });
});

describe('what the file does not tell', () => {
  it('is undefined, and never zero', async () => {
    const entry = await entryOf({ ...COMPLETION, model: '', num_model_requests: '' });
    expect(entry.model).toBeUndefined();
    expect(entry.requests).toBeUndefined();
    expect(entry.project).toBeUndefined();
  });

  it('of an embedding is whether it was a batch', async () => {
    const cells = {
      ...BUCKET,
      num_model_requests: 1,
      model: 'text-embedding-3-small',
      input_tokens: 5,
    };
    expect((await entryOf(cells)).tiers).toEqual(['standard', 'batch']);
    expect((await entryOf({ ...cells, batch: 'False' })).tiers).toEqual(['standard']);
    expect((await entryOf({ ...cells, batch: 'True' })).tiers).toEqual(['batch']);
  });

  it('is empty only where nothing else is there', async () => {
    const images = { ...BUCKET, num_model_requests: '', model: '', images: '', size: '' };
    expect(await reasonOf(images)).toBe('empty');
    expect(await reasonOf({ ...images, model: 'dall-e-3' })).toBe('images is missing');
    expect(await reasonOf({ ...BUCKET, amount_value: '', amount_currency: 'usd' })).toBe('empty');
    expect(await reasonOf({ ...BUCKET, amount_value: '1', amount_currency: '' })).toBe(
      'amount_currency is missing',
    );
  });
});

describe('storage', () => {
  const quantity = async (cells: Cells) =>
    (await entryOf({ ...BUCKET, usage_bytes: 1000, ...cells })).quantities[0];
  it('is bytes for the time of the bucket, exactly', async () => {
    const gibibyte = 2 ** 30;
    expect(await quantity({ end_time: 1_790_812_800 + 2 * 86_400 })).toEqual({
      unit: 'gibibyteDay',
      amount: 2000,
      per: gibibyte,
    });
    expect(await quantity({ end_time: 1_790_812_860 })).toEqual({
      unit: 'gibibyteDay',
      amount: 1000,
      per: gibibyte * 1440,
    });
    expect(await quantity({ end_time: 1_790_812_801 })).toEqual({
      unit: 'gibibyteDay',
      amount: 1000,
      per: gibibyte * 86_400,
    });
    expect(await reasonOf({ ...BUCKET, end_time: 1_790_812_801 + 7, usage_bytes: 2 ** 52 })).toBe(
      'usage_bytes is too large to be counted exactly',
    );
  });
});

describe('activity', () => {
  const cells = {
    timestamp: 1_701_302_400,
    usage_type: 'text',
    model: 'gpt-4-1106-preview',
    n_context_tokens_total: 100,
    n_generated_tokens_total: 10,
  };
  it('has only tiers that there were at the time', async () => {
    const tiersAt = async (day: string) =>
      (await entryOf({ ...cells, timestamp: day })).tiers.length;
    expect(await tiersAt('2024-04-14')).toBe(1);
    expect(await tiersAt('2024-04-15')).toBe(2);
    expect(await tiersAt('2025-04-16')).toBe(2);
    expect(await tiersAt('2025-04-17')).toBe(4);
  });

  it('with more cached than context tokens, or with nothing at all, is bad', async () => {
    expect(await reasonOf({ ...cells, n_cached_context_tokens_total: 101 })).toBe(
      'n_cached_context_tokens_total, 101, is more than n_context_tokens_total, 100',
    );
    expect(
      await reasonOf({ ...cells, n_context_tokens_total: '', n_generated_tokens_total: '' }),
    ).toBe('neither tokens nor images, characters or seconds');
  });

  it('is of the endpoint that its model and columns tell', async () => {
    const endpoint = async (more: Cells) => (await entryOf({ ...cells, ...more })).endpoint;
    expect(await endpoint({})).toBe('completions');
    expect(await endpoint({ model: 'text-embedding-ada-002' })).toBe('embeddings');
    expect(await endpoint({ model: 'text-moderation-007' })).toBe('moderations');
    expect(await endpoint({ num_seconds: 12 })).toBe('transcription');
    expect(await endpoint({ num_seconds: 0, num_images: '' })).toBe('completions');
    expect((await entryOf({ ...cells, num_seconds: '12.5' })).quantities).toEqual([
      { unit: 'second', amount: 12_500_000, per: 1_000_000 },
    ]);
  });
});

describe('logs of gateways', () => {
  const generation = {
    generation_id: 'gen-1',
    created_at: '2026-10-01 00:00:01.5',
    cost_total: '-0.000001',
    tokens_prompt: 100,
    tokens_completion: 10,
    model_permaslug: 'openai/gpt-4o',
  };
  it('price OpenAI as OpenAI, and nobody else', async () => {
    expect((await entryOf(generation)).model).toBe('gpt-4o');
    expect((await entryOf({ ...generation, model_permaslug: 'azure/gpt-4o' })).model).toBe(
      'azure/gpt-4o',
    );
    expect(exactUsd((await entryOf(generation)).recorded ?? (0n as never))).toBe('-0.000001');
    expect(await reasonOf({ ...generation, tokens_cached: 101 })).toBe(
      'tokens_cached, 101, is more than tokens_prompt, 100',
    );
  });

  it('do not know how much of the input was cached or written, unless they say it', async () => {
    const input = async (cells: Cells) =>
      (await entryOf({ ...generation, tokens_prompt: 1024, ...cells })).tokens.text?.input;
    expect(await input({ tokens_cached: 24 })).toBe(1000);
    expect(await input({ tokens_cached: 24, cost_cache: '-0.1' })).toBe(1000);
    expect(await input({ tokens_cached: 24, cost_cache: '0.1' })).toBeNull();
    expect(await input({})).toBeNull();
    expect(await input({ tokens_prompt: 1023 })).toBe(1023);
    expect(await input({ model_permaslug: 'anthropic/claude-opus-5' })).toBe(1024);
  });

  it('by day do not know what was cached', async () => {
    const day = { Date: '2026-05-12 00:00:00', Slug: 'openai/gpt-4o', Usage: '1.5', Requests: 2 };
    const cells = { ...day, 'Prompt Tokens': 100, 'Completion Tokens': 5 };
    expect((await entryOf(cells)).tokens).toEqual({ text: { input: null, output: 5 } });
    expect((await entryOf({ ...cells, 'Prompt Tokens': 0 })).tokens).toEqual({
      text: { output: 5 },
    });
  });

  const spend = {
    request_id: 'r1',
    call_type: 'acompletion',
    spend: '1e-05',
    prompt_tokens: 2000,
    completion_tokens: 100,
    startTime: '2026-10-01 00:00:01',
    model: 'openai/gpt-4o-mini',
    custom_llm_provider: 'openai',
    cache_hit: 'False',
    status: 'success',
    metadata: '{}',
    response: '{}',
  };
  const usage = (details: object) => JSON.stringify({ usage_object: details });

  it('of LiteLLM have the details in JSON', async () => {
    const metadata = usage({
      prompt_tokens_details: { cached_tokens: 1000, audio_tokens: 100, cache_write_tokens: 50 },
      completion_tokens_details: { audio_tokens: 40 },
    });
    expect((await entryOf({ ...spend, metadata })).tokens).toEqual({
      text: { input: 850, cachedInput: 1000, cacheWrite30m: 50, output: 60 },
      audio: { input: 100, output: 40 },
    });
    const response = '{"usage": {"prompt_tokens_details": null}}';
    expect((await entryOf({ ...spend, response })).tokens).toEqual({
      text: { input: 2000, output: 100 },
    });
  });

  it('without details do not know what was cached of a long prompt', async () => {
    expect((await entryOf(spend)).tokens).toEqual({ text: { input: null, output: 100 } });
    expect((await entryOf({ ...spend, metadata: '{"cut off' })).tokens.text?.input).toBeNull();
    expect((await entryOf({ ...spend, prompt_tokens: 1023 })).tokens.text?.input).toBe(1023);
    expect((await entryOf({ ...spend, prompt_tokens: 1024 })).tokens.text?.input).toBeNull();
  });

  it('that contradict themselves are bad', async () => {
    const metadata = usage({ prompt_tokens_details: { cached_tokens: 2001 } });
    expect(await reasonOf({ ...spend, metadata })).toBe(
      'cached, written and audio tokens, 2001, are more than prompt_tokens, 2000',
    );
    const text = usage({ prompt_tokens_details: { cached_tokens: '7' } });
    expect(await reasonOf({ ...spend, metadata: text })).toBe(
      'cached_tokens is not a whole number',
    );
  });

  it('know what is free, what failed, and what they did not count', async () => {
    expect((await entryOf({ ...spend, cache_hit: 'True' })).free).toBe(true);
    expect((await entryOf({ ...spend, cache_hit: 'None' })).free).toBe(false);
    const none = { ...spend, prompt_tokens: 0, completion_tokens: 0 };
    expect(await reasonOf({ ...none, status: 'failure' })).toBe('empty');
    expect((await entryOf({ ...none, call_type: 'aimage_generation' })).tokens).toEqual({
      image: { output: null },
    });
    expect((await entryOf({ ...spend, custom_llm_provider: 'azure', model: 'gpt-4o' })).model).toBe(
      'azure/gpt-4o',
    );
    expect((await entryOf(spend)).model).toBe('gpt-4o-mini');
  });
});

describe('--map', () => {
  const cells = { day: '2026-10-01', Name: 'gpt-4o', In: 100, out: 10, hit: 40, 'cost, USD': 1 };
  const mapped = (spec: string) => [mappedFormat(spec)];

  it('reads any file by the columns that it names', async () => {
    const entry = await entryOf(
      cells,
      mapped('model=name, input=IN,output=out,cached=hit,time=day'),
    );
    expect(entry).toMatchObject({
      model: 'gpt-4o',
      start: instant('2026-10-01'),
      end: instant('2026-10-02'),
      tokens: { text: { input: 60, cachedInput: 40, output: 10 } },
      requests: undefined,
    });
    expect(entry.tiers).toHaveLength(4);
    const apart = mapped(
      'model=name,input=in,output=none,cached=hit,time=day,input-includes-cached=no',
    );
    expect((await entryOf(cells, apart)).tokens).toEqual({ text: { input: 100, cachedInput: 40 } });
  });

  it('takes a moment for a second, and files without a time as told', async () => {
    const all = mapped('model=name,input=in,output=none,time=day');
    const moment = await entryOf({ ...cells, day: '1790812800123' }, all);
    expect([moment.start, moment.end]).toEqual([1_790_812_800, 1_790_812_801]);
    const at = instant('2026-11-20');
    const told = await entryOf(cells, [mappedFormat('model=name,input=in,output=none', at)]);
    expect(told.start).toBe(at);
  });

  it('says what is wrong with a row', async () => {
    const all = mapped('model=name,input=in,output=none,cached=hit,time=day,tier=t,batch=b');
    const row = { ...cells, t: '', b: '' };
    expect(await reasonOf({ ...row, In: 39 }, all)).toBe(
      'cached and written tokens, 40, are more than the input, 39; if it does not include them, say input-includes-cached=no',
    );
    expect(await reasonOf({ ...row, In: '' }, all)).toBe('in is missing');
    expect(await reasonOf({ ...row, day: '' }, all)).toBe('day is missing');
    expect(await reasonOf({ ...row, t: 'turbo' }, all)).toBe('t names no known tier: "turbo"');
  });

  it('names a column that the file does not have', async () => {
    await expect(
      rowOf(cells, mapped('model=name,input=tokens,output=none,time=day')),
    ).rejects.toThrow(/nearest is the CSV with the columns of --map, of which tokens is missing/);
  });

  it.each([
    ['', /"" names no column/],
    ['model', /"model" names no column/],
    ['model=', /"model=" names no column/],
    ['model=a,tokens=b', /"tokens" is not known.*input= input tokens/],
    ['model=a,model=b', /model= is there twice/],
    ['input=a,time=b', /model= is missing/],
    ['model=a,time=b', /input= or output= is missing/],
    ['model=a,input=b,output=c', /time= is missing/],
    ['model=a,input=b,time=c', /output= is missing.*output=none/],
    ['model=a,output=b,time=c', /input= is missing.*input=none/],
    ['model=a,input=none,output=none,time=c', /input= or output= is missing/],
    [
      'model=a,input=b,output=none,time=c,input-includes-cached=perhaps',
      /input-includes-cached is yes or no/,
    ],
    ['model=a,constructor=b', /"constructor" is not known/],
  ])('refuses %j', (spec, message) => {
    expect(() => mappedFormat(spec)).toThrow(InputError);
    expect(() => mappedFormat(spec)).toThrow(message);
  });
});
