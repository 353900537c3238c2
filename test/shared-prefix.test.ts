import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commonEnd, commonStart, settledLength } from '../src/core/prefix/common-text.ts';
import { VaryingParts } from '../src/core/prefix/shared-parts.ts';
import { definitionsOf, SharedPrefixes } from '../src/core/prefix/shared-prefix.ts';
import { cacheable, cachingOf } from '../src/core/request/framing.ts';
import { type ConversationRequest, textOf } from '../src/core/request/request.ts';
import { countTokens, ENCODINGS } from '../src/tokens/index.ts';
import { framing, request } from './requests/count.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const words = fc
  .array(
    fc.constantFrom('a', 'the', "don't", ' ', '\n', '!', '12', '1234', '\u0301', '漢', '’', '"'),
    {
      maxLength: 30,
    },
  )
  .map((list) => list.join(''));

describe('what texts have in common', () => {
  it('is as long as it can be, and cuts no character', () => {
    fc.assert(
      fc.property(words, words, words, (same, a, b) => {
        const [left, right] = [same + a, same + b];
        const length = commonStart(left, right);
        expect(length).toBeGreaterThanOrEqual(same.length);
        expect(left.slice(0, length)).toBe(right.slice(0, length));
        if (length < Math.min(left.length, right.length)) {
          expect(left[length]).not.toBe(right[length]);
        }
        const end = commonEnd(a + same, b + same);
        expect(end).toBeGreaterThanOrEqual(same.length);
        expect((a + same).slice((a + same).length - end)).toBe(
          (b + same).slice((b + same).length - end),
        );
      }),
    );
    expect(commonStart('a😀', 'a😁')).toBe(1);
    expect(commonEnd('\ud83d\ude00', '\ud83c\ude00')).toBe(0);
  });

  it('is cut where no continuation changes the tokens', () => {
    const encoding = fc.constantFrom(...ENCODINGS);
    fc.assert(
      fc.property(fc.oneof(text, words), fc.oneof(text, words), encoding, (start, more, name) => {
        const settled = start.slice(0, settledLength(start));
        const whole = start + more;
        expect(countTokens(settled, name) + countTokens(whole.slice(settled.length), name)).toBe(
          countTokens(whole, name),
        );
      }),
      { numRuns: 2000 },
    );
    expect(settledLength('one two three')).toBe('one two'.length);
    expect(settledLength('漢字漢字')).toBe(0);
  });
});

const TO = { model: undefined, tier: 'batch' } as const;

/** No digest that is short is needed here. */
const asItIs = (key: string) => key;
const LONG = 'You answer questions about orders. '.repeat(60);

function conversation(body: object): ConversationRequest {
  const read = request(body);
  if (read.kind !== 'conversation') throw new Error('no conversation');
  return read;
}

function shared(bodies: readonly object[]) {
  const prefixes = new SharedPrefixes(asItIs);
  for (const [line, body] of bodies.entries()) {
    const read = conversation(body);
    prefixes.add(read, TO, { file: 'a', line: line + 1 }, definitionsOf(read, TO));
  }
  return prefixes.list(undefined);
}

const role = fc.constantFrom('user', 'assistant');
const said = fc.constantFrom('', 'yes', 'yes please', 'no', LONG);
const messages = fc
  .array(fc.record({ role, content: said }), { maxLength: 4 })
  .map((list) => ({ messages: [{ role: 'system', content: LONG }, ...list] }));

/** Each message as its role and its text. */
function textsOf({ items }: ConversationRequest): string[] {
  return items.map((item) => (item.kind === 'message' ? `${item.role} ${textOf(item.parts)}` : ''));
}

describe('what requests begin with alike', () => {
  it('is the longest beginning of all, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.array(messages, { minLength: 2, maxLength: 6 }), (bodies) => {
        const [group, ...others] = shared(bodies);
        expect(others).toEqual([]);
        if (!group) throw new Error('no group');
        expect(group.requests).toBe(bodies.length);
        const { request: beginning, endsInside } = group.beginning;
        const texts = bodies.map((body) => textsOf(conversation(body)));
        const [first = [], ...rest] = texts;
        const whole = first.findIndex((text, at) => rest.some((each) => each[at] !== text));
        const ends = whole < 0 ? Math.min(...texts.map(({ length }) => length)) : whole;
        const found = textsOf(beginning);
        expect(found.slice(0, ends)).toEqual(first.slice(0, ends));
        expect(found.length).toBe(ends + (endsInside ? 1 : 0));
        expect(group.isWhole).toBe(texts.some(({ length }) => length === ends));
        const start = found[ends] ?? '';
        for (const text of texts.map((each) => each[ends] ?? '')) {
          if (!endsInside) continue;
          expect(text.startsWith(start)).toBe(true);
          expect(countTokens(start, 'o200k_base')).toBe(
            countTokens(text, 'o200k_base') - countTokens(text.slice(start.length), 'o200k_base'),
          );
        }
        const reversed = shared(bodies.toReversed())[0]?.beginning.request;
        expect(reversed && textsOf(reversed)).toEqual(found);
      }),
    );
  });

  const chat = (system: string, user: string, more: object = {}) => ({
    messages: [
      { role: 'system', content: system },
      { role: 'user', content: user },
    ],
    ...more,
  });

  it('keeps apart what the cache keeps apart', () => {
    const tools = [{ type: 'function', function: { name: 'f' } }];
    const bodies = [
      chat(LONG, 'a'),
      chat(LONG, 'b', { tools }),
      chat(LONG, 'c', { reasoning_effort: 'low' }),
      chat(LONG, 'd', { response_format: { type: 'json_object' } }),
      chat(LONG, 'e', { prompt_cache_key: 'k' }),
    ];
    expect(shared(bodies)).toEqual([]);
    expect(shared([...bodies, ...bodies]).map(({ requests }) => requests)).toEqual([2, 2, 2, 2, 2]);
    expect(shared([chat(LONG, 'a'), chat(`No. ${LONG}`, 'a')])).toEqual([]);
  });

  it('has the tools only where all instructions before them are alike', () => {
    const tools = [{ type: 'function', function: { name: 'f', description: LONG } }];
    const [same] = shared([chat(LONG, 'a', { tools }), chat(LONG, 'b', { tools })]);
    expect(same?.beginning.request.tools).toHaveLength(1);
    const [different] = shared([
      chat(`${LONG} a`, 'a', { tools }),
      chat(`${LONG} b`, 'a', { tools }),
    ]);
    expect(different?.beginning.request.tools).toEqual([]);
    expect(different?.beginning.endsInside).toBe(true);
  });

  it('goes up to a mark for the cache where it ends later', () => {
    const marked = (rest: string) => ({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: LONG, prompt_cache_breakpoint: { mode: 'explicit' } },
            { type: 'text', text: `And: ${rest}` },
          ],
        },
      ],
    });
    const [group] = shared([marked('a'), marked('b')]);
    expect(group?.beginning.endsInside).toBe(true);
    expect(textsOf(group?.marked?.request as ConversationRequest)).toEqual([
      `user ${LONG.trimEnd().slice(0, -1)}`,
    ]);
    const [unmarked] = shared([chat(LONG, 'a'), chat(LONG, 'b')]);
    expect(unmarked?.marked).toBeUndefined();
  });
});

describe('what stays alike after what differs', () => {
  function order(bodies: readonly object[]) {
    const parts = new VaryingParts(asItIs);
    for (const body of bodies) {
      const read = conversation(body);
      parts.add(read, TO, { file: 'a' }, definitionsOf(read, TO));
    }
    return parts.list(undefined);
  }

  it('is all that could come before it', () => {
    const body = (day: string, user: string) => ({
      messages: [
        { role: 'system', content: `Today is ${day}. ${LONG}` },
        { role: 'user', content: 'Answer in English.' },
        { role: 'user', content: user },
      ],
    });
    const [found] = order([body('Monday', 'a'), body('Sunday', 'b')]);
    expect(found?.differsIn).toBe('the system message');
    expect(textsOf(found?.constant as ConversationRequest)).toEqual([
      `system Today is nday. ${LONG}`,
      'user Answer in English.',
    ]);
  });

  it('is nothing where what differs comes last, or all is alike', () => {
    const body = (user: string) => ({
      messages: [
        { role: 'system', content: LONG },
        { role: 'user', content: user },
      ],
    });
    expect(order([body('abc'), body('xyz')])).toEqual([]);
    expect(order([body('abc'), body('abc')])).toEqual([]);
    expect(order([body('aba'), body('a')])).toEqual([]);
  });
});

describe('what the cache takes', () => {
  it('begins at the minimum, and goes by steps', () => {
    const rule = (name: string) =>
      cachingOf(framing, name) as NonNullable<ReturnType<typeof cachingOf>>;
    expect([1023, 1024, 1151, 1152].map((tokens) => cacheable(rule('gpt-4o'), tokens))).toEqual([
      0, 1024, 1024, 1152,
    ]);
    expect([2047, 2048, 4095, 4096].map((tokens) => cacheable(rule('gpt-5.5'), tokens))).toEqual([
      0, 2048, 2048, 4096,
    ]);
    expect([1023, 1024, 1025].map((tokens) => cacheable(rule('gpt-6.2-sol'), tokens))).toEqual([
      0, 1024, 1025,
    ]);
    expect(rule('gpt-5.6-sol').endsAt).toBe('mark');
    expect(cachingOf(framing, 'text-embedding-3-small')).toBeUndefined();
  });
});
