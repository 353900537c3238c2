import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FORMAT_NAMES } from '../src/output/index.ts';
import { run } from './run.ts';
import { Random } from './tokens/random.ts';

/** Whatever is in a file, the command ends as it says, and accounts for every row. */

const RUNS = Number(process.env.AUDIT_FUZZ_RUNS ?? 60);
const sample = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const SAMPLES = [
  sample('example/usage.csv'),
  sample('cases/audit-log-stdin/stdin'),
  sample('cases/audit-batch-output/batch.jsonl'),
  sample('cases/audit-usage-page/page.json'),
  sample('cases/audit-litellm/spend.csv'),
  sample('cases/audit-activity/activity.csv'),
];
const COSTS = [sample('example/cost.csv'), sample('cases/audit-costs-page/page.json')];
const ODD = [
  '',
  '0',
  '-1',
  '1e309',
  '"',
  ',',
  '\n',
  '\r',
  '\0',
  '{',
  '}',
  'null',
  '9'.repeat(40),
  '"constructor"',
  '{"toString":1,"valueOf":1}',
];

function mutated(text: string, random: Random): string {
  let result = text;
  for (let changes = random.below(6); changes > 0; changes--) {
    const at = random.below(result.length + 1);
    const cut = random.chance(0.5) ? random.below(12) : 0;
    result = result.slice(0, at) + random.pick(ODD) + result.slice(at + cut);
  }
  return result;
}

describe('audit', () => {
  it('ends with a documented code on anything', { timeout: 120_000 }, async () => {
    const random = new Random(23);
    const cwd = mkdtempSync(join(tmpdir(), 'fuzz-'));
    for (let round = 0; round < RUNS; round++) {
      const usage = mutated(random.pick(SAMPLES), random);
      const cost = mutated(random.pick(COSTS), random);
      writeFileSync(join(cwd, 'usage'), usage);
      writeFileSync(join(cwd, 'cost'), cost);
      const args = ['audit', 'usage', ...(random.chance(0.5) ? ['--costs', 'cost'] : [])];
      const format = random.pick(FORMAT_NAMES);
      const { code, out, err } = await run([...args, '-f', format, '--explain'], { cwd });
      expect([0, 1, 2, 3], `${err}\n${usage}`).toContain(code);
      if (format !== 'json' || code === 2) continue;
      const { read, ...parts } = JSON.parse(out).rows;
      const sum = Object.values<number>(parts).reduce((a, b) => a + b, 0);
      expect(sum, usage).toBe(read);
    }
  });
});
