import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactUsd } from '../../src/core/money.ts';
import { defaultEpochs } from '../../src/core/tuning/fine-tuning-rules.ts';
import { fineTuningRuleFile, fineTuningRuleSchema } from '../../src/input/fine-tuning-rule-file.ts';
import { countTokens } from '../../src/tokens/index.ts';
import { shipped } from '../table.ts';
import { example, priced, rules, train } from './read.ts';

describe('the rules of fine-tuning', () => {
  const file = (name: string): unknown =>
    JSON.parse(readFileSync(new URL(`../../rates/${name}`, import.meta.url), 'utf8'));

  it('have the form that their schema tells editors, made from the reader', () => {
    expect(fineTuningRuleFile.safeParse(file('fine-tuning.json')).error).toBeUndefined();
    expect(file('fine-tuning.schema.json')).toEqual(
      JSON.parse(JSON.stringify(fineTuningRuleSchema())),
    );
  });

  it('name models that can be tuned, and sources that they have', () => {
    for (const { models, maxTokens, sources } of rules.limits) {
      for (const model of models) expect(shipped.names.has(`ft:${model}`), model).toBe(true);
      expect(maxTokens[0]).toBeLessThanOrEqual(maxTokens[1]);
      for (const source of sources) expect(rules.sources).toHaveProperty(source);
    }
    const others = [rules.platform, rules.epochs, rules.exampleTokens];
    for (const { sources } of others) {
      for (const source of sources) expect(rules.sources).toHaveProperty(source);
    }
  });
});

describe('tokens of an epoch', () => {
  // The shape of the one job of which the bill is known: 13 examples of three messages, 7 epochs,
  // 4,445 tokens. The texts are ours, and as long.
  it('are those of the billed job, where examples are as long as its', async () => {
    const perEpoch = 4445 / 7;
    const examples = 13;
    const ofText = perEpoch - examples * (3 * 4 + 1);
    const system = 'Answer in one word.';
    const texts = Array.from({ length: examples }, (_, index) => `word ${'word '.repeat(index)}`);
    const told = texts.reduce((sum, text) => sum + tokens(text), examples * tokens(system));
    const answers = spread(ofText - told, examples);
    const lines = texts.map((content, index) => ({
      messages: [
        { role: 'system', content: system },
        { role: 'user', content },
        { role: 'assistant', content: ' yes'.repeat(answers[index] ?? 0) },
      ],
    }));
    const trained = await train(lines, 'gpt-3.5-turbo');
    const { epochs, trained: all } = priced(trained, { models: ['gpt-3.5-turbo'] });
    expect(epochs).toBe(7);
    expect(trained.tokens.low).toBe(perEpoch);
    expect(all.low).toBe(4445);
    // The cookbook's count of the same job.
    expect(all.high).toBe(4627);
  });

  const tokens = (text: string) => countTokens(text, 'cl100k_base');
  const spread = (total: number, parts: number) =>
    Array.from(
      { length: parts },
      (_, index) => Math.floor((total * (index + 1)) / parts) - Math.floor((total * index) / parts),
    );

  it('are 4 for each message, its text, and 1 to 3 for each example', async () => {
    const texts = fc.string({ unit: 'grapheme', maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(texts, texts), { maxLength: 5 }), async (pairs) => {
        const { tokens: counted } = await train(pairs.map(([a, b]) => example(a, b)));
        const ofText = pairs.flat().reduce((sum, text) => sum + countTokens(text, 'o200k_base'), 0);
        const plain = ofText + 8 * pairs.length;
        expect([counted.low, counted.high]).toEqual([
          plain + pairs.length,
          plain + 3 * pairs.length,
        ]);
      }),
      { numRuns: 30 },
    );
  });

  it('tell what a call has, and what its answer', async () => {
    const { tokens: counted } = await train([
      example('Say hello.', 'Hello there'),
      example('a', 'b'),
    ]);
    expect(counted.answers).toBe(3);
    // 3 and 1 of text, 4 of the message, 3 of the answer that is begun.
    expect(counted.prompts).toBe(3 + 1 + 2 * (4 + 3));
  });

  it('hold the definitions of tools and calls, as an estimate', async () => {
    const tools = [
      { type: 'function', function: { name: 'get_weather', description: 'The weather of a city' } },
    ];
    const messages = [
      { role: 'user', content: 'Oslo?' },
      {
        role: 'assistant',
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'get_weather', arguments: '{}' } },
        ],
      },
    ];
    const without = await train([{ messages }]);
    const withTools = await train([{ messages, tools }]);
    expect(withTools.tokens.low).toBeGreaterThan(without.tokens.low + 10);
    expect(withTools.tokens.high).not.toBeNull();
  });

  it('of a pair of answers reach from one of them to both, with an input each', async () => {
    const input = { messages: [{ role: 'user', content: 'Say hello.' }] };
    const answer = (content: string) => [{ role: 'assistant', content }];
    const both = async (preferred: string, other: string) =>
      (
        await train([
          { input, preferred_output: answer(preferred), non_preferred_output: answer(other) },
        ])
      ).tokens;
    const one = async (content: string) => (await train([example('Say hello.', content)])).tokens;
    const [short, long] = [await one('Hi'), await one('Hello to all of you')];
    const pair = await both('Hello to all of you', 'Hi');
    expect(pair.low).toBe(short.low);
    expect(pair.high).toBe((short.high ?? 0) + (long.high ?? 0));
    expect(pair.reasons.join()).toContain('how a pair of answers is billed is not published');
  });

  it('have no upper bound where a part cannot be counted', async () => {
    const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } };
    const content = [{ type: 'input_video' }, image];
    const { tokens: counted, file } = await train([
      {
        messages: [
          { role: 'user', content },
          { role: 'assistant', content: 'A cat' },
        ],
      },
    ]);
    expect(counted.high).toBeNull();
    const { cost, breakEven } = priced({ file, tokens: counted }, { promptTokensSaved: 100 });
    expect(cost.unpriced).not.toEqual([]);
    expect(cost.low).toBeGreaterThan(0n);
    expect(breakEven?.kind).toBe('unknown');
  });
});

describe('truncation', () => {
  /** An example of so many tokens, with the 1 of the known bill. */
  const ofLength = (tokens: number) => example(' word'.repeat(tokens - 10), ' yes');

  it.each([
    [65_536 - 2, 65_534, 65_536, 0],
    [65_536 - 1, 65_535, 65_536, 1],
    [65_536 + 9, 65_536, 65_536, 1],
    [70_000, 65_536, 65_536, 1],
  ])('cuts an example of %i tokens', async (length, low, high, truncated) => {
    const { tokens } = await train([ofLength(length)]);
    expect(tokens).toMatchObject({ low, high, truncated });
    expect(tokens.longest).toBe(length + 2);
  });

  it('is a range where the limit is', async () => {
    const { tokens } = await train([ofLength(5_000)], 'gpt-3.5-turbo');
    expect(tokens).toMatchObject({ low: 4_096, high: 5_002, truncated: 1 });
  });
});

describe('epochs', () => {
  it.each([
    [0, 3],
    [1, 25],
    [4, 25],
    [5, 20],
    [10, 10],
    [13, 7],
    [33, 3],
    [34, 3],
    [100, 3],
    [8_333, 3],
    [8_334, 2],
    [12_500, 2],
    [12_501, 1],
    [25_001, 1],
    [1_000_000, 1],
  ])('of %i examples are %i', (examples, epochs) => {
    expect(defaultEpochs(rules.epochs, examples)).toBe(epochs);
  });

  it('are as many as somebody asks for, and each is billed', async () => {
    const trained = await train([example('a', 'b')]);
    const [once, twice] = [priced(trained, { epochs: 1 }), priced(trained, { epochs: 2 })];
    expect(twice.trained).toEqual({
      low: 2 * trained.tokens.low,
      high: 2 * (trained.tokens.high ?? 0),
    });
    expect(twice.cost.low).toBe(2n * once.cost.low);
  });

  it('are billed at the price of the model', async () => {
    const trained = await train([example('a', 'b')]);
    const price = { 'gpt-4.1-nano-2025-04-14': 1.5, 'gpt-4.1-mini-2025-04-14': 5, 'gpt-4o': 25 };
    for (const [model, usd] of Object.entries(price)) {
      const { cost } = priced(trained, { models: [model], epochs: 1 });
      expect(Number(exactUsd(cost.low))).toBeCloseTo((trained.tokens.low * usd) / 1e6, 12);
    }
  });
});
