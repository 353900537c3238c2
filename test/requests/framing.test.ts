import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { framingOf } from '../../src/core/request/framing.ts';
import { framingFile, framingFileSchema } from '../../src/input/framing-file.ts';
import { shipped } from '../table.ts';
import { framing } from './count.ts';

const file = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../rates/${name}`, import.meta.url), 'utf8'));

const listed = [
  ...framing.families.flatMap(({ models }) => [...models.seen, ...models.inferred]),
  ...framing.texts,
  ...framing.unknown.flatMap(({ models }) => models),
];

describe('the framing table', () => {
  it('has the form that its schema tells editors, made from the reader', () => {
    expect(framingFile.safeParse(file('framing.json')).error).toBeUndefined();
    expect(file('framing.schema.json')).toEqual(JSON.parse(JSON.stringify(framingFileSchema())));
  });

  it('says of every model of the rate table once what the API adds, or why nobody knows', () => {
    expect(listed.toSorted()).toEqual(shipped.models.map(({ id }) => id).toSorted());
  });

  it('has a family for every model that is sold for messages', () => {
    for (const { id, kind } of shipped.models) {
      if (!['text', 'audio', 'fine-tuned'].includes(kind)) continue;
      const known = framing.texts.includes(id) ? 'texts' : 'messages';
      expect(framingOf(framing, id).kind, id).toBe(known);
    }
  });

  it('claims evidence only where there are records', () => {
    for (const { evidence, models } of framing.families) {
      for (const { basis, records } of Object.values(evidence)) {
        expect(basis === 'api').toBe(records > 0);
      }
      expect(models.seen.length > 0).toBe(evidence.messages.basis === 'api');
    }
  });

  it('says why it allows for more or fewer tokens of messages', () => {
    for (const { messages, evidence } of framing.families) {
      if (messages.band.some((tokens) => tokens !== 0)) expect(evidence.messages.note).toMatch(/./);
    }
  });

  it('infers what nobody has seen of the models that came last', () => {
    for (const id of ['gpt-6.2-sol', 'gpt-6-luna', 'gpt-5.6-terra', 'o1', 'gpt-oss-20b']) {
      expect(framingOf(framing, id)).toMatchObject({ kind: 'messages', isSeen: false });
    }
  });

  it('tells why a model has none', () => {
    expect(framingOf(framing, 'gpt-realtime')).toMatchObject({ kind: 'unknown' });
    expect(framingOf(framing, 'gpt-99')).toEqual({
      kind: 'unknown',
      reason: 'rates/framing.json does not say what the API adds for gpt-99',
    });
  });

  it('names families that exist for the tools of the API', () => {
    const ids = framing.families.map(({ id }) => id);
    for (const { family, models = [], ...tool } of framing.builtInTools) {
      expect(ids).toContain(family);
      for (const id of models) {
        expect(framingOf(framing, id)).toMatchObject({ family: { id: family } });
      }
      if ('seen' in tool) expect(tool.seen[0]).toBeLessThanOrEqual(tool.seen[1]);
    }
  });
});
