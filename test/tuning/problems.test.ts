import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOST_PROBLEMS } from '../../src/input/fine-tuning-file.ts';
import { example, problems, train } from './read.ts';

const user = { role: 'user', content: 'Weather?' };
const answer = { role: 'assistant', content: 'Rain' };
const call = (id: string, more: object = {}) => ({
  id,
  type: 'function',
  function: { name: 'get_weather', arguments: '{}', ...more },
});
const tools = [{ type: 'function', function: { name: 'get_weather' } }];
const calling = (...calls: object[]) => ({ role: 'assistant', tool_calls: calls });
const result = (tool_call_id: string) => ({ role: 'tool', tool_call_id, content: 'rain' });
const conversation = (...messages: unknown[]) => ({ messages, tools });

describe('an example without a fault', () => {
  it.each([
    ['with an answer', example('a', 'b')],
    [
      'with a system message and weights',
      {
        messages: [
          { role: 'system', content: 'x' },
          user,
          { ...answer, weight: 0 },
          user,
          { ...answer, weight: 1 },
        ],
      },
    ],
    ['that ends with a call', conversation(user, calling(call('a')))],
    [
      'with calls and their results',
      conversation(user, calling(call('a'), call('b')), result('b'), result('a'), answer),
    ],
    [
      'with parts',
      { messages: [{ role: 'user', content: [{ type: 'text', text: 'a' }] }, answer] },
    ],
    [
      'with parallel calls forbidden',
      { ...conversation(user, answer), parallel_tool_calls: false },
    ],
    ['with a refusal', { messages: [user, { role: 'assistant', refusal: 'No.' }] }],
    [
      'for preferences',
      {
        input: { messages: [user], tools: [], parallel_tool_calls: true },
        preferred_output: [answer],
        non_preferred_output: [{ role: 'assistant', content: 'Sun' }],
      },
    ],
    ['for a grader', { messages: [user], reference: 'rain' }],
  ])('%s', async (_, line) => {
    expect(await problems(line)).toEqual([]);
  });

  it('may be surrounded by blank lines and a byte order mark', async () => {
    expect(await problems('\uFEFF{"messages":[]}', '', '  ')).toEqual([
      '1 error: messages is missing or empty; give it a list of messages',
    ]);
  });
});

describe('what is wrong with an example', () => {
  it.each<[problem: string, line: unknown]>([
    ['error: not JSON; write one example as JSON in each line', 'hello'],
    ['error: not JSON: it is cut off; write one example as JSON in each line', '{"messages": ['],
    ['error: is no JSON object; write one example in each line', '[]'],
    ['error: messages is missing or empty; give it a list of messages', { messages: {} }],
    ['error: messages[0] is no object with role and content', { messages: ['hello', answer] }],
    [
      'error: messages[0].role is missing; use system, developer, user, assistant or tool',
      {
        messages: [{ content: 'x' }, answer],
      },
    ],
    [
      'error: messages[0].role is "bot"; use system, developer, user, assistant or tool',
      {
        messages: [{ role: 'bot', content: 'x' }, answer],
      },
    ],
    [
      'error: messages[0].role is of another form; use system, developer, user, assistant or tool',
      {
        messages: [{ role: 'a secret text', content: 'x' }, answer],
      },
    ],
    [
      'error: messages[0].content is missing; give it a text',
      {
        messages: [{ role: 'user', content: null }, answer],
      },
    ],
    [
      'error: messages[0].content is neither a text nor a list of parts',
      {
        messages: [{ role: 'user', content: 7 }, answer],
      },
    ],
    [
      'warning: messages[0].content is empty; fill it or leave the message out',
      {
        messages: [{ role: 'user', content: '' }, answer],
      },
    ],
    [
      'warning: messages[1].content is empty, which teaches to answer nothing; fill it or leave the message out',
      example('a', ''),
    ],
    [
      'error: has no message of the assistant; add the answer that is to be learned',
      {
        messages: [user],
      },
    ],
    [
      'warning: does not end with a message of the assistant; what comes after it teaches nothing',
      {
        messages: [user, answer, user],
      },
    ],
    [
      'error: messages[1].weight must be 0 (not learned) or 1 (learned)',
      {
        messages: [user, { ...answer, weight: 0.5 }],
      },
    ],
    [
      'error: messages[0].weight is for messages of the assistant alone; leave it out',
      {
        messages: [{ ...user, weight: 1 }, answer],
      },
    ],
    [
      'error: has weight 0 for all that the assistant says; leave one to be learned',
      {
        messages: [user, { ...answer, weight: 0 }],
      },
    ],
    [
      'warning: has a key "note" that no example has; the API may refuse it',
      {
        ...example('a', 'b'),
        note: 1,
      },
    ],
    [
      'warning: has a key of another form and 1 more that no example has; the API may refuse it',
      {
        ...example('a', 'b'),
        'a secret': 1,
        note: 1,
      },
    ],
    [
      'error: parallel_tool_calls is neither true nor false',
      {
        ...example('a', 'b'),
        parallel_tool_calls: 'no',
      },
    ],
    [
      'error: tools[0] is no function with a name; write {"type": "function", "function": {"name": ...}}',
      {
        ...example('a', 'b'),
        tools: [{ type: 'function', function: {} }],
      },
    ],
    ['error: tools is no list', { ...example('a', 'b'), tools: 'x' }],
    [
      'error: messages[1].tool_calls[0] has no result; add a message with role tool and its tool_call_id',
      conversation(user, calling(call('a')), user, answer),
    ],
    [
      'error: messages[1].tool_calls[1] has no result; add a message with role tool and its tool_call_id',
      conversation(user, calling(call('a'), call('b')), result('a'), answer),
    ],
    [
      'error: messages[2] is the result of no call before it; give tool_call_id the id of a call',
      conversation(user, answer, result('a'), answer),
    ],
    [
      'error: messages[3] is the result of no call before it; give tool_call_id the id of a call',
      conversation(user, calling(call('a')), result('a'), result('a'), answer),
    ],
    [
      'error: messages[2].tool_call_id is missing; give the id of the call',
      conversation(user, answer, { role: 'tool', content: 'x' }, answer),
    ],
    [
      'warning: messages[1].tool_calls[0] calls "get_time", which tools does not have; define it there',
      conversation(user, calling(call('a', { name: 'get_time' }))),
    ],
    [
      'warning: messages[1].tool_calls[0].function.arguments is no JSON',
      conversation(user, calling(call('a', { arguments: '{' }))),
    ],
    [
      'error: messages[1].tool_calls[0].function.arguments is no text; give it JSON as a text',
      conversation(user, calling(call('a', { arguments: null }))),
    ],
    [
      'error: messages[1].tool_calls[0].id is missing',
      conversation(
        user,
        calling({ type: 'function', function: { name: 'get_weather', arguments: '{}' } }),
      ),
    ],
    [
      'error: input is missing; give it {"messages": [...]}',
      {
        preferred_output: [answer],
        non_preferred_output: [user, { ...answer, content: 'Sun' }],
      },
    ],
    [
      'error: preferred_output is missing or empty; give it a list with the answer',
      {
        input: { messages: [user] },
        preferred_output: [],
        non_preferred_output: [answer],
      },
    ],
    [
      'error: non_preferred_output has no message of the assistant; add the answer',
      {
        input: { messages: [user] },
        preferred_output: [answer],
        non_preferred_output: [user],
      },
    ],
    [
      'warning: prefers an answer to itself; give two that differ, or leave the example out',
      {
        input: { messages: [user] },
        preferred_output: [answer],
        non_preferred_output: [answer],
      },
    ],
    [
      'warning: input has a key "note" that no example has; the API may refuse it',
      {
        input: { messages: [user], note: 1 },
        preferred_output: [answer],
        non_preferred_output: [{ ...answer, content: 'Sun' }],
      },
    ],
    [
      'warning: does not end with a message of the user, which is what is to be answered',
      {
        messages: [user, { role: 'system', content: 'x' }],
        reference: 'rain',
      },
    ],
  ])('%s', async (problem, line) => {
    expect(await problems(line)).toEqual([`1 ${problem}`]);
  });

  it('is told with its line, and stops nothing', async () => {
    const { file, tokens } = await train([
      example('a', 'b'),
      'x',
      '',
      { messages: [user] },
      example('a', 'b'),
    ]);
    expect(file).toMatchObject({ examples: 4, uncounted: 1, errors: 3, method: 'supervised' });
    expect(file.problems.map(({ source }) => source.line)).toEqual([2, 4, undefined]);
    expect(tokens.low).toBeGreaterThan((await train([example('a', 'b')])).tokens.low * 2);
  });

  it('names the methods of a file that has several', async () => {
    expect(await problems(example('a', 'b'), { messages: [user], reference: 'rain' })).toEqual([
      'file error: has examples of several methods (1 supervised, 1 reinforcement); a job has one: write a file for each',
    ]);
  });

  it('is too few of them', async () => {
    const short = await train(Array.from({ length: 9 }, () => example('a', 'b')));
    expect(short.file.problems.map(({ message }) => message)).toEqual([
      'has 9 examples, and a job needs at least 10; add more',
    ]);
    const enough = await train(Array.from({ length: 10 }, () => example('a', 'b')));
    expect(enough.file.problems).toEqual([]);
  });

  it('is kept up to a number, and counted beyond', async () => {
    const { file } = await train(Array.from({ length: 3 * MOST_PROBLEMS }, () => 'x'));
    expect(file).toMatchObject({ errors: 3 * MOST_PROBLEMS, uncounted: 3 * MOST_PROBLEMS });
    expect(file.problems).toHaveLength(MOST_PROBLEMS);
  });
});

describe('anything at all', () => {
  const key = fc.constantFrom(
    ...['messages', 'role', 'content', 'weight', 'tool_calls', 'function', 'name', 'arguments'],
    ...['input', 'preferred_output', 'non_preferred_output', 'tools', 'id', 'tool_call_id', 'type'],
  );
  const word = fc.constantFrom('user', 'assistant', 'tool', 'system', 'function', '{}', '', 'a');
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      word,
      fc.constantFrom(0, 1, null, true, -0.5),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(key, tie('value'), { maxKeys: 5 }),
    ),
  }));
  const line = fc.oneof(
    value.map((each) => JSON.stringify(each)),
    fc.record({ messages: value }).map((each) => JSON.stringify(each)),
    fc.string(),
  );

  it('is counted, or said to be wrong', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 6 }), async (lines) => {
        const { file, tokens } = await train(lines);
        expect(file.uncounted).toBeLessThanOrEqual(file.errors);
        expect(file.examples).toBeGreaterThanOrEqual(file.uncounted);
        expect(tokens.low).toBeGreaterThanOrEqual(file.examples - file.uncounted);
        if (tokens.high !== null) expect(tokens.high).toBeGreaterThanOrEqual(tokens.low);
      }),
      { numRuns: 300 },
    );
  });
});
