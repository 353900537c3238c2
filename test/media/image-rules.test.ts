import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { generationTable } from '../../src/core/media/image-generation.ts';
import { generationRule, imageModels } from '../../src/core/media/image-rules.ts';
import { imageRuleFile, imageRuleSchema } from '../../src/input/image-rule-file.ts';
import { shipped } from '../table.ts';
import { imageRuleBytes, imageRules } from './rules.ts';

describe('the shipped image rules', () => {
  it('have the right form, which the schema for editors also states', () => {
    expect(imageRuleFile.parse(JSON.parse(imageRuleBytes.toString('utf8')))).toEqual(imageRules);
    const schema = new URL('../../rates/images.schema.json', import.meta.url);
    expect(JSON.parse(readFileSync(schema, 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(imageRuleSchema())),
    );
  });

  it('say of every model of the rate table, once, how it counts images or that nobody knows', () => {
    const ids = imageRules.models.flatMap((entry) => entry.ids);
    expect(ids.toSorted()).toEqual(shipped.models.map(({ id }) => id).toSorted());
  });

  it('say of every image model what the images that it makes cost, or that nobody knows', () => {
    const ids = imageRules.generation.flatMap((entry) => entry.ids);
    const makers = shipped.models.filter(({ kind }) => kind === 'image').map(({ id }) => id);
    expect(ids.toSorted()).toEqual(makers.toSorted());
  });

  it('take images where a price for them is published', () => {
    const refuse = imageRules.models.flatMap((entry) => ('takesImages' in entry ? entry.ids : []));
    const priced = shipped.models.filter(({ prices }) =>
      prices.some(({ tokens }) => tokens.standard?.short?.image?.input !== undefined),
    );
    expect(priced.map(({ id }) => id).filter((id) => refuse.includes(id))).toEqual([]);
    expect(priced.length).toBeGreaterThan(5);
  });

  it('name rules and sources that there are, and use all of them', () => {
    const used = imageRules.models.flatMap((entry) => ('rule' in entry ? [entry.rule] : []));
    expect([...new Set(used)].toSorted()).toEqual(Object.keys(imageRules.rules).toSorted());
    const entries = [...imageRules.models, ...imageRules.generation];
    const named = entries.flatMap((entry) => ('sources' in entry ? entry.sources : []));
    expect([...new Set(named)].toSorted()).toEqual(Object.keys(imageRules.sources).toSorted());
  });

  it('say what is open wherever sources disagree, and nowhere else', () => {
    for (const { readings, open } of Object.values(imageRules.rules)) {
      expect(open !== undefined).toBe(readings.length > 1);
    }
  });

  it('can resolve every level of detail', () => {
    for (const { readings } of Object.values(imageRules.rules)) {
      for (const { levels } of readings) {
        for (const level of Object.values(levels)) {
          if (typeof level === 'string') expect(typeof levels[level]).toBe('object');
        }
      }
      // What a request without `detail` means, somebody has to say.
      expect(readings.some(({ levels }) => 'auto' in levels)).toBe(true);
    }
  });

  it('list qualities and sizes that their own tables and formulas have', () => {
    for (const { ids, qualities, sizes, output, fidelity } of imageRules.generation) {
      if (output.kind === 'table') {
        expect(Object.keys(output.tokens)).toEqual(qualities);
        for (const row of Object.values(output.tokens)) expect(Object.keys(row)).toEqual(sizes);
      }
      if (output.kind === 'formula') expect(Object.keys(output.q)).toEqual(qualities);
      if (fidelity) expect(Object.keys(fidelity.levels)).toContain(fidelity.default);
      const table = generationTable(imageRules, ids[0] ?? '');
      expect(table).toHaveLength(qualities.length * sizes.length);
    }
  });

  it('agree with the rate table on the output tokens of images', () => {
    let compared = 0;
    for (const { models, tokens } of shipped.imageOutputTokens) {
      for (const model of models) {
        const rows = generationTable(imageRules, model);
        for (const { quality, size, tokens: expected } of tokens) {
          const row = rows.find((each) => each.quality === quality && each.size === size);
          expect(row?.tokens).toMatchObject({ low: expected, high: expected });
          compared++;
        }
      }
    }
    expect(compared).toBeGreaterThan(20);
  });

  it('have no rule for a name that they do not know', () => {
    expect(imageModels(imageRules, 'gpt-4o-mini-2024-07-18')).toBeUndefined();
    expect(generationRule(imageRules, 'gpt-4o')).toBeUndefined();
  });
});
