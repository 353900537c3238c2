import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configSchema } from '../../src/input/config-form.ts';

const SCHEMA = new URL('../../src/input/config.schema.json', import.meta.url);

describe('config.schema.json', () => {
  it('is made from the same definitions as the reader', () => {
    const text = `${JSON.stringify(configSchema(), null, 2)}\n`;
    if (process.env.UPDATE_CASES) writeFileSync(SCHEMA, text);
    expect(JSON.parse(readFileSync(SCHEMA, 'utf8'))).toEqual(JSON.parse(text));
  });
});
