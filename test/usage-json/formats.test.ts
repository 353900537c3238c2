import { describe, expect, it } from 'vitest';
import { ANY_TIER, SYNCHRONOUS_TIERS } from '../../src/core/audit/entry.ts';
import { parseUsd } from '../../src/core/money.ts';
import { billedOf, readText, readValues, reasonOf, sample, usageOf } from './read.ts';

const CHAT = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1790812801,
  model: 'gpt-4o-2024-08-06',
  service_tier: 'default',
};
const RESPONSE = { ...CHAT, id: 'resp_1', object: 'response', created_at: 1790812801 };

function page(object: string, result: object, more: object = {}) {
  const results = [{ object: `organization.${object}.result`, ...result }];
  return {
    object: 'page',
    data: [{ object: 'bucket', start_time: 1790812800, end_time: 1790899200, results }],
    has_more: false,
    ...more,
  };
}

describe('Usage API', () => {
  it('takes cached and written tokens out of the input, by modality', async () => {
    const { rows, formats, pages } = await readText(
      sample('openai_api_usage_completions_page.json'),
    );
    expect(formats).toEqual(['openai-usage-api']);
    expect(rows.map(({ kind }) => kind)).toEqual(['usage', 'empty']);
    expect(pages[0]?.page.missing).toContain('page=page_AAAAAGdGxdEiJdKOAAAAAGcqsYA=');
    expect(rows[0]).toMatchObject({
      entry: {
        start: 1790812800,
        end: 1790899200,
        endpoint: 'completions',
        model: 'gpt-4o-mini-2024-07-18',
        tiers: ['standard'],
        free: false,
        project: 'proj_abc',
        apiKey: 'key_abc',
        user: 'user-abc',
        requests: 5,
        tokens: {
          text: { input: 2500, cachedInput: 1500, cacheWrite30m: 200, output: 800 },
          audio: { input: 300, cachedInput: 100, output: 100 },
          image: { input: 200, cachedInput: 200, output: 100 },
        },
      },
    });
  });

  it.each([
    ['embeddings', { input_tokens: 9 }, { endpoint: 'embeddings', tokens: { text: { input: 9 } } }],
    ['moderations', { input_tokens: 9 }, { endpoint: 'moderations' }],
    [
      'images',
      { images: 3, size: '1024x1024' },
      { endpoint: 'images', quantities: [{ unit: 'image', amount: 3, size: '1024x1024' }] },
    ],
    [
      'audio_speeches',
      { characters: 7 },
      { endpoint: 'speech', quantities: [{ unit: 'character', amount: 7 }] },
    ],
    [
      'audio_transcriptions',
      { seconds: 8 },
      { endpoint: 'transcription', quantities: [{ unit: 'second', amount: 8 }] },
    ],
    [
      'audio_transcriptions',
      { seconds: 8.25 },
      { quantities: [{ unit: 'second', amount: 8_250_000, per: 1_000_000 }] },
    ],
    [
      'vector_stores',
      { usage_bytes: 5 },
      {
        endpoint: 'vector_stores',
        model: 'file_search_storage',
        quantities: [{ unit: 'gibibyteDay', amount: 5, per: 1024 ** 3 }],
      },
    ],
    [
      'code_interpreter_sessions',
      { num_sessions: 2 },
      {
        endpoint: 'code_interpreter',
        model: 'container',
        quantities: [{ unit: 'session20Minutes', amount: 2 }],
      },
    ],
    [
      'file_search_calls',
      { num_requests: 2 },
      { model: 'file_search', requests: 2, quantities: [{ unit: 'call', amount: 2 }] },
    ],
    [
      'web_search_calls',
      { num_requests: 4, num_model_requests: 3, context_level: 'low' },
      {
        model: 'web_search_calls',
        requests: 3,
        quantities: [{ unit: 'call', amount: 4 }],
      },
    ],
  ])('reads %s', async (kind, result, expected) => {
    expect(await usageOf(page(`usage.${kind}`, result))).toMatchObject(expected);
  });

  it.each([
    [null, null, ANY_TIER, false],
    [false, null, SYNCHRONOUS_TIERS, false],
    [true, 'default', ['batch'], false],
    [false, 'default', ['standard'], false],
    [null, 'default', ['standard', 'batch'], false],
    [null, 'priority', ['priority'], false],
    [false, 'incentivized-tier', ['standard'], true],
  ])(
    'knows no more of the tier than batch %s and service_tier %s tell',
    async (batch, service_tier, tiers, free) => {
      const result = { input_tokens: 1, output_tokens: 1, batch, service_tier };
      expect(await usageOf(page('usage.completions', result))).toMatchObject({ tiers, free });
    },
  );

  it.each([
    [{ input_tokens: -5, output_tokens: 0 }, 'data[0].results[0].input_tokens is -5'],
    [{ input_tokens: 1.5, output_tokens: 0 }, 'input_tokens is 1.5'],
    [{ input_tokens: 2 ** 53, output_tokens: 0 }, 'input_tokens is 9007199254740992'],
    [{ input_tokens: 'NaN', output_tokens: 0 }, 'input_tokens is no number'],
    [{ output_tokens: 0 }, 'input_tokens is missing'],
    [{ input_tokens: 5, input_cached_tokens: 6, output_tokens: 0 }, 'input_uncached_tokens'],
    [{ input_tokens: 5, input_uncached_tokens: 4, output_tokens: 0 }, 'is not the sum'],
    [{ input_tokens: 1, output_tokens: 0, service_tier: 'warp' }, 'service_tier is not known'],
  ])('calls %j bad', async (result, reason) => {
    expect(await reasonOf(page('usage.completions', result))).toContain(reason);
  });

  it('names results of an unknown kind', async () => {
    expect(await reasonOf(page('usage.dreams', { dreams: 1 }))).toContain('not known');
  });
});

describe('Costs API', () => {
  it('reads amounts that are numbers or text', async () => {
    const { rows, formats } = await readText(sample('openai_api_costs_page.json'));
    expect(formats).toEqual(['openai-costs-api']);
    expect(rows.map((row) => (row.kind === 'billed' ? row.entry.amount : row.kind))).toEqual([
      parseUsd('0.06'),
      parseUsd('12.50'),
      'empty',
    ]);
    expect(rows[0]).toMatchObject({
      entry: {
        currency: 'usd',
        lineItem: 'gpt-4o-2024-08-06, input',
        project: 'proj_abc',
        quantity: '24000',
        quantityUnit: 'tokens',
      },
    });
  });

  it('keeps all digits of text', async () => {
    const amount = { value: '0.003400000000000000000000000000000000', currency: 'USD' };
    expect(await billedOf(page('costs', { amount }))).toMatchObject({
      amount: parseUsd('0.0034'),
      currency: 'usd',
    });
  });

  it('calls an amount without value or currency bad', async () => {
    expect(await reasonOf(page('costs', {}))).toContain('amount is missing');
    expect(await reasonOf(page('costs', { amount: { value: 'x', currency: 'usd' } }))).toContain(
      'amount.value is no amount',
    );
    expect(await reasonOf(page('costs', { amount: { value: 1 } }))).toContain(
      'currency is missing',
    );
  });
});

describe('log of responses', () => {
  it('reads the samples', async () => {
    const { rows } = await readText(
      sample('chat_completions_log.jsonl') + sample('responses_log.jsonl'),
    );
    expect(rows).toMatchObject([
      {
        entry: {
          id: 'chatcmpl-abc123',
          tokens: { text: { input: 86, cachedInput: 1920, output: 300 } },
        },
      },
      { entry: { tiers: ['standard'], requests: 1, tokens: { text: { input: 24, output: 15 } } } },
      { entry: { model: 'gpt-5-2025-08-07', tokens: { text: { input: 328, output: 1052 } } } },
    ]);
  });

  it('splits audio, cached and written tokens', async () => {
    const usage = {
      prompt_tokens: 100,
      completion_tokens: 50,
      prompt_tokens_details: { audio_tokens: 40 },
      completion_tokens_details: { audio_tokens: 20, reasoning_tokens: 10 },
    };
    expect((await usageOf({ ...CHAT, usage })).tokens).toEqual({
      text: { input: 60, output: 30 },
      audio: { input: 40, output: 20 },
    });
    const written = {
      input_tokens: 100,
      input_tokens_details: {
        cached_tokens: 30,
        cache_write_tokens: 50,
        cache_write_tokens_details: { ttl_30m_tokens: 40, ttl_12h_tokens: 10 },
      },
      output_tokens: 0,
    };
    expect((await usageOf({ ...RESPONSE, usage: written })).tokens).toEqual({
      text: { input: 20, cachedInput: 30, cacheWrite30m: 40, cacheWrite12h: 10 },
    });
  });

  it('bills images in the prompt of a chat as text', async () => {
    const usage = {
      prompt_tokens: 9,
      completion_tokens: 1,
      prompt_tokens_details: { image_tokens: 5 },
    };
    expect((await usageOf({ ...CHAT, usage })).tokens).toEqual({ text: { input: 9, output: 1 } });
  });

  it.each([
    [undefined, SYNCHRONOUS_TIERS],
    ['auto', SYNCHRONOUS_TIERS],
    ['flex', ['flex']],
    ['fast', ['priority']],
  ])('reads service_tier %s', async (service_tier, tiers) => {
    const usage = { prompt_tokens: 1, completion_tokens: 1 };
    expect((await usageOf({ ...CHAT, service_tier, usage })).tiers).toEqual(tiers);
  });

  it('finds the response in what is wrapped around it', async () => {
    const { created, model, ...rest } = CHAT;
    const body = { ...rest, usage: { prompt_tokens: 1, completion_tokens: 2 } };
    const timestamp = '2026-10-01T02:00:01+02:00';
    for (const response of [body, { status_code: 200, body }]) {
      const entry = await usageOf({ timestamp, request: { model }, response });
      expect(entry).toMatchObject({
        start: created,
        model,
        tokens: { text: { output: 2 } },
      });
    }
    expect((await usageOf({ time: created * 1000, response: { model, ...body } })).start).toBe(
      created,
    );
  });

  it.each([
    [{ ...CHAT }, 'stream_options.include_usage'],
    [{ ...CHAT, object: 'chat.completion.chunk', choices: [] }, 'stream_options.include_usage'],
    [{ ...CHAT, created: undefined, usage: { prompt_tokens: 1 } }, 'no time'],
    [
      { ...CHAT, usage: { prompt_tokens: 1, prompt_tokens_details: { cached_tokens: 2 } } },
      'prompt_tokens is less',
    ],
    [
      { ...CHAT, usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 9 } },
      'total_tokens is 9',
    ],
    [{ ...RESPONSE, status: 'in_progress', usage: null }, 'before it was finished'],
    [{ ...CHAT, created: 1e300, usage: { prompt_tokens: 1 } }, 'created is no time'],
    [
      {
        ...CHAT,
        usage: { prompt_tokens: 9, prompt_tokens_details: { audio_tokens: 4, cached_tokens: 2 } },
      },
      'cached_tokens does not tell how many are text and how many audio',
    ],
  ])('calls %j bad', async (value, reason) => {
    expect(await reasonOf(value)).toContain(reason);
  });

  it('takes failures and parts of a stream for empty', async () => {
    expect(await reasonOf({ ...RESPONSE, status: 'failed', usage: null, error: {} })).toBe('empty');
    expect(await reasonOf({ ...CHAT, object: 'chat.completion.chunk', usage: null })).toBe('empty');
  });

  it('takes errors, which are not billed, for empty', async () => {
    const body = { error: { message: 'no', code: 'rate_limit_exceeded' } };
    for (const value of [body, { response: body }, { response: { status_code: 429, body } }]) {
      expect(await reasonOf(value)).toBe('empty');
    }
    const usage = { prompt_tokens: 1, completion_tokens: 1 };
    expect((await usageOf({ ...CHAT, error: { message: 'late' }, usage })).requests).toBe(1);
  });

  it('reads embeddings, images and transcriptions', async () => {
    const timestamp = 1790812801;
    expect(
      await usageOf({
        timestamp,
        response: {
          object: 'list',
          data: [],
          model: 'text-embedding-3-small',
          usage: { prompt_tokens: 8, total_tokens: 8 },
        },
      }),
    ).toMatchObject({ endpoint: 'embeddings', tokens: { text: { input: 8 } } });
    expect(
      await usageOf({
        request: { model: 'gpt-image-1' },
        response: {
          created: timestamp,
          data: [{ b64_json: '' }],
          usage: {
            input_tokens: 60,
            input_tokens_details: { text_tokens: 10, image_tokens: 50 },
            output_tokens: 1056,
            total_tokens: 1116,
          },
        },
      }),
    ).toMatchObject({
      endpoint: 'images',
      model: 'gpt-image-1',
      tokens: { text: { input: 10 }, image: { input: 50, output: 1056 } },
    });
    expect(
      await usageOf({
        request: { model: 'dall-e-3', size: '1024x1024', quality: 'hd' },
        response: { created: timestamp, data: [{ url: 'x' }, { url: 'y' }] },
      }),
    ).toMatchObject({
      model: 'dall-e-3',
      quantities: [{ unit: 'image', amount: 2, size: '1024x1024', quality: 'hd' }],
    });
    const model = 'whisper-1';
    expect(
      await usageOf({
        timestamp,
        model,
        response: { text: 'hi', usage: { type: 'duration', seconds: 9 } },
      }),
    ).toMatchObject({
      endpoint: 'transcription',
      model,
      quantities: [{ unit: 'second', amount: 9 }],
    });
    expect(
      await usageOf({
        timestamp,
        model,
        response: { task: 'translate', duration: 8.47, text: '' },
      }),
    ).toMatchObject({ quantities: [{ unit: 'second', amount: 8_470_000, per: 1_000_000 }] });
    const usage = {
      type: 'tokens',
      input_tokens: 14,
      input_token_details: { audio_tokens: 10, text_tokens: 4 },
      output_tokens: 5,
      total_tokens: 19,
    };
    expect(
      (await usageOf({ timestamp, model: 'gpt-4o-transcribe', response: { text: '', usage } }))
        .tokens,
    ).toEqual({
      text: { input: 4, output: 5 },
      audio: { input: 10 },
    });
  });

  it('adds a row for each tool that a response called', async () => {
    const output = [
      { type: 'web_search_call', action: { type: 'search' } },
      { type: 'web_search_call', action: { type: 'open_page' } },
      { type: 'file_search_call' },
      { type: 'file_search_call' },
      { type: 'message' },
    ];
    const usage = { input_tokens: 1, output_tokens: 1 };
    const rows = await readValues({ ...RESPONSE, usage, output });
    expect(rows).toMatchObject([
      { entry: { endpoint: 'completions', id: 'resp_1' } },
      { entry: { model: 'web_search', quantities: [{ unit: 'call', amount: 1 }], tokens: {} } },
      { entry: { model: 'file_search', quantities: [{ unit: 'call', amount: 2 }] } },
    ]);
    const tools = [{ type: 'web_search_preview' }];
    const [, preview] = await readValues({ ...RESPONSE, usage, output: output.slice(0, 1), tools });
    expect(preview).toMatchObject({
      entry: { endpoint: 'web_search', model: 'web_search_preview_calls' },
    });
  });
});

describe('log of events', () => {
  const usage = {
    total_tokens: 253,
    input_tokens: 132,
    output_tokens: 121,
    input_token_details: {
      text_tokens: 119,
      audio_tokens: 13,
      cached_tokens: 64,
      cached_tokens_details: { text_tokens: 60, audio_tokens: 4 },
    },
    output_token_details: { text_tokens: 30, audio_tokens: 91 },
  };
  const done = {
    type: 'response.done',
    event_id: 'e1',
    response: { object: 'realtime.response', id: 'resp_2', status: 'completed', usage },
  };

  it('splits a Realtime response by modality, with time and model of the line', async () => {
    const line = { timestamp: 1790812801, model: 'gpt-realtime' };
    for (const value of [
      { ...line, ...done },
      { ...line, event: done },
    ]) {
      expect(await usageOf(value)).toMatchObject({
        id: 'resp_2',
        model: 'gpt-realtime',
        tokens: {
          text: { input: 59, cachedInput: 60, output: 30 },
          audio: { input: 9, cachedInput: 4, output: 91 },
        },
      });
    }
    expect(await reasonOf(done)).toContain('no time');
  });

  it('takes other events for empty, and reads the end of a stream', async () => {
    expect(await reasonOf({ type: 'session.created', event_id: 'e0' })).toBe('empty');
    const response = { ...RESPONSE, usage: { input_tokens: 3, output_tokens: 4 } };
    expect(
      await usageOf({ type: 'response.completed', sequence_number: 9, response }),
    ).toMatchObject({
      tokens: { text: { input: 3, output: 4 } },
    });
  });
});

describe('other logs', () => {
  it('counts the disjoint tokens of Anthropic', async () => {
    const usage = {
      input_tokens: 3,
      cache_creation_input_tokens: 5,
      cache_read_input_tokens: 7,
      output_tokens: 11,
    };
    const response = { type: 'message', id: 'msg_1', model: 'claude-x', usage };
    expect(await usageOf({ timestamp: 1790812801, response })).toMatchObject({
      model: 'claude-x',
      tokens: { text: { input: 3, cachedInput: 7, cacheWrite30m: 5, output: 11 } },
    });
  });

  it('does not take the usage of a gateway, which has both names, for disjoint', async () => {
    const usage = {
      prompt_tokens: 10,
      completion_tokens: 1,
      prompt_tokens_details: { cached_tokens: 4 },
      cache_read_input_tokens: 4,
    };
    expect((await usageOf({ ...CHAT, usage })).tokens).toEqual({
      text: { input: 6, cachedInput: 4, output: 1 },
    });
  });

  it('reads Langfuse with the cost that it recorded', async () => {
    const { rows, formats } = await readText(sample('langfuse_observations_v2.jsonl'));
    expect(formats).toEqual(['langfuse-observations']);
    expect(rows).toMatchObject([
      {
        entry: {
          start: 1790812801,
          model: 'gpt-4o-mini-2024-07-18',
          tokens: { text: { input: 86, cachedInput: 1920, output: 300 } },
          recorded: parseUsd('0.0003369'),
        },
      },
    ]);
    const overlapping = sample('langfuse_observations_v2.jsonl').replace(
      '"total": 2306',
      '"total": 386',
    );
    expect((await readText(overlapping)).rows).toMatchObject([{ kind: 'bad' }]);
  });
});

describe('batches', () => {
  it('prices output lines as batch, and failures not at all', async () => {
    const { rows } = await readText(sample('batch_output.jsonl'));
    expect(rows).toMatchObject([
      {
        entry: {
          tiers: ['batch'],
          tokens: { text: { input: 86, cachedInput: 1920, output: 300 } },
        },
      },
      { entry: { tiers: ['batch'], tokens: { text: { input: 328, output: 1052 } } } },
      { kind: 'empty' },
      { kind: 'empty' },
    ]);
  });

  it('calls a line of an unknown response bad', async () => {
    const line = { custom_id: 'a', response: { status_code: 200, body: { x: 1 } }, error: null };
    expect(await reasonOf(line)).toContain('no response that is known');
  });

  it('reads a batch object, whose old sums are zero', async () => {
    const { rows } = await readText(sample('batch_object.json'));
    expect(rows).toMatchObject(
      [
        {
          source: undefined,
          entry: {
            source: { file: 'log' },
            start: 1757679709,
            end: 1757711519,
            tiers: ['batch'],
            requests: 9872,
            tokens: { text: { input: 7448410, cachedInput: 24045184, output: 19786241 } },
          },
        },
      ].map(({ entry }) => ({ kind: 'usage', entry })),
    );
  });
});

describe('fine-tuning jobs', () => {
  const job: Record<string, unknown> = JSON.parse(sample('fine_tuning_job.json'));

  it('bills the trained tokens, in which the epochs are', async () => {
    expect(await usageOf(job)).toMatchObject({
      endpoint: 'fine_tuning',
      model: 'ft:gpt-4o-mini-2024-07-18',
      quantities: [{ unit: 'trainingToken', amount: 5768 }],
      tokens: {},
    });
  });

  it('reads lists, and says what is missing of them', async () => {
    const failed = { ...job, status: 'failed', trained_tokens: null };
    const list = { object: 'list', data: [job, failed], has_more: true };
    const { rows, pages } = await readText(JSON.stringify(list, undefined, 2));
    expect(rows.map(({ kind }) => kind)).toEqual(['usage', 'empty']);
    expect(pages[0]?.page.missing).toContain('after=ftjob-abc123');
  });

  it('does not guess what training by the hour cost', async () => {
    expect(await reasonOf({ ...job, method: { type: 'reinforcement' } })).toContain('hours');
    expect(await reasonOf({ ...job, trained_tokens: null })).toContain('trained_tokens is missing');
  });
});
