import { describe, expect, it } from 'vitest';
import { nearestNames, resolveModel } from '../src/core/names.ts';
import { instant, shipped } from './table.ts';

const resolve = (name: string) => resolveModel(shipped, name, instant('2026-11-20'));
const reason = (name: string) => {
  const resolution = resolve(name);
  return resolution.model ? `resolved to ${resolution.model.id}` : resolution.reason;
};

describe('model names', () => {
  it('match whole: by id, listed snapshot, alias or fine-tuned base', () => {
    const names: [string, string][] = [
      ['gpt-4o', 'gpt-4o'],
      ['gpt-4o-2024-05-13', 'gpt-4o-2024-05-13'],
      ['gpt-4o-mini-2024-07-18', 'gpt-4o-mini'],
      ['gpt-5.6', 'gpt-5.6-sol'],
      ['chatgpt-image-latest', 'gpt-image-1.5'],
      ['ft:gpt-4o-mini-2024-07-18:acme::abc', 'ft:gpt-4o-mini-2024-07-18'],
      ['ft:gpt-4o-mini-2024-07-18:acme:suffix:abc', 'ft:gpt-4o-mini-2024-07-18'],
      ['ft:gpt-4o-mini-2024-07-18:acme:suffix:abc:ckpt-step-90', 'ft:gpt-4o-mini-2024-07-18'],
      ['ft:gpt-3.5-turbo-0125:acme::abc', 'ft:gpt-3.5-turbo'],
      ['ft:gpt-3.5-turbo-0613:acme::abc', 'ft:gpt-3.5-turbo-0613'],
    ];
    for (const [name, id] of names) expect(resolve(name).model?.id, name).toBe(id);
  });

  it('never match by prefix, without the date, or in another spelling', () => {
    const others = ['gpt-4o-2024', 'gpt-4o-2024-05-14', 'gpt-6', 'gpt-5.6-sol-2026-07-09'];
    const more = ['GPT-4o', 'openai/gpt-4o', 'gpt-4o ', 'ft:gpt-4o', 'ft:', 'ft::', ''];
    for (const name of [...others, ...more]) expect(resolve(name).model, name).toBeUndefined();
    for (const name of ['constructor', '__proto__', 'toString']) {
      expect(resolve(name).model, name).toBeUndefined();
    }
  });

  it('suggest the nearest ones', () => {
    expect(reason('gpt-5.4-mni')).toBe('unknown model; did you mean gpt-5.4-mini?');
    expect(reason('gpt4o')).toMatch(/did you mean gpt-4o/);
    expect(reason('claude-sonnet')).toBe('unknown model');
    expect(reason('ft:gpt-4.1-2024-01-01:acme::x')).toBe(
      'no price is published for models fine-tuned from gpt-4.1-2024-01-01',
    );
    expect(nearestNames(['abxx', 'abcy', 'abcx', 'axxx'], 'abcd')).toEqual(['abcx', 'abcy']);
    expect(nearestNames(['abxx'], 'abcd')).toEqual(['abxx']);
    expect(nearestNames(['axxx'], 'abcd')).toEqual([]);
  });

  it('hold only while an alias is one', () => {
    const model = shipped.models[0];
    if (!model) throw new Error('an empty table');
    const names = new Map(shipped.names).set('moving-latest', {
      model,
      as: 'alias',
      from: instant('2026-01-01'),
      to: instant('2026-06-01'),
    });
    const at = (day: string) => resolveModel({ ...shipped, names }, 'moving-latest', instant(day));
    expect(at('2026-05-31T23:59:59').model).toBe(model);
    expect(at('2026-06-01')).toEqual({ reason: `not a name of ${model.id} on 2026-06-01` });
  });
});
