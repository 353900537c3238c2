import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { jsonErrorOffset, jsonPlaces } from '../src/input/json-place.ts';
import { isValidReport } from './report-schema.ts';
import { run } from './run.ts';

/** Whatever a configuration or a base is, `check` ends as it says. */

const RUNS = Number(process.env.CHECK_FUZZ_RUNS ?? 150);
const SEED = Number(process.env.CHECK_FUZZ_SEED ?? 11);
const OPTIONS = { numRuns: RUNS, seed: SEED };
/** More runs take longer. */
const TIMEOUT = 120_000 + 200 * RUNS;
const FORMATS = ['text', 'json', 'csv', 'markdown'];

const VALID = {
  $comment: 'c',
  maxRatesAgeDays: 900,
  assume: 'high',
  prompts: [
    {
      ...{ name: 'p', files: ['p/*.md', 'p'], models: ['gpt-4o', 'gpt-4'], outputTokens: 10 },
      ...{ requests: 5, per: 'day', tier: 'standard', region: 'global', cachedShare: 0.5 },
      limits: { usdPerCall: '0.01', usdPerMonth: 1, tokensPerFile: 100, contextShare: 0.5 },
      increase: { perFile: { usd: 1, percent: 5, tokens: 9 }, total: { usd: 1, percent: 5 } },
      ...{ warnAt: [50], overrides: [{ files: 'p/a.md', models: 'gpt-4o', limits: {} }] },
    },
  ],
  usage: [
    {
      ...{ name: 'u', files: 'u.csv', scope: { model: 'gpt*' }, each: ['project', 'user'] },
      limits: { usd: 1, usdPerDay: 1, usdPerMonth: '2', tokensPerRequest: 9 },
      ...{ models: { allow: '*' }, tiers: { forbid: ['priority'] } },
      ...{ imageQualities: { allow: ['low'] }, warnAt: [80], allowEmpty: true },
      credits: [{ name: 'c', usd: 5, start: '2026-01-01', expires: '2027-01-01' }],
    },
  ],
};
const USAGE =
  'start_time,end_time,project_id,num_model_requests,model,batch,service_tier,input_tokens,output_tokens,input_cached_tokens\n1790812800,1790899200,p,1,gpt-4o,False,default,5,1,0\n';

/** What somebody may put where something else belongs. */
const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    ...['', '-', '..', '*', '**', '{', '[a', '!(a)', '+(a|b)', 'a\0b', '\\', '../../*', '~'],
    ...['__proto__', 'constructor', 'gpt-9', 'maximum', '1e400', '-0', '1e-60', '$5', 'p/a.md'],
    ...[1e308, -1, 0, 0.1, 1e21, 2 ** 53, 'x'.repeat(5000), 'a/'.repeat(3000), [], {}, null, true],
    ...['batch', 'eu', 'hour', 'base.json', 'p'],
  ),
);

/** The paths to everything in a value. */
function pathsIn(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [[...path]];
  const within = Object.entries(value).flatMap(([key, each]) => pathsIn(each, [...path, key]));
  return [[...path], ...within];
}

function withOdd(value: unknown, [key, ...rest]: readonly string[], other: unknown): unknown {
  if (key === undefined) return other;
  const changed = withOdd((value as Record<string, unknown>)[key], rest, other);
  if (Array.isArray(value)) return value.with(Number(key), changed);
  return { ...(value as object), [key]: changed };
}

const mutated = fc
  .array(fc.tuple(fc.constantFrom(...pathsIn(VALID)), odd), { minLength: 1, maxLength: 3 })
  .map((changes) =>
    changes.reduce<unknown>((value, [path, other]) => {
      try {
        return withOdd(value, path, other);
      } catch {
        return value; // An earlier change has taken the place away.
      }
    }, VALID),
  );

const bytes = fc.uint8Array({ maxLength: 200 });
const cut = fc
  .tuple(fc.nat(JSON.stringify(VALID).length), fc.nat(40), fc.string({ maxLength: 5 }))
  .map(([at, length, text]) => {
    const json = JSON.stringify(VALID);
    return json.slice(0, at) + text + json.slice(at + length);
  });

function written(content: unknown): string | Uint8Array {
  const isWritten = content instanceof Uint8Array || typeof content === 'string';
  return isWritten ? content : (JSON.stringify(content) ?? '');
}

describe('check', () => {
  let cwd: string;
  let report: Record<string, unknown>;

  async function endsWell(args: readonly string[]): Promise<void> {
    const { code, out, err } = await run(['check', ...args], { cwd });
    expect([0, 1, 2, 3], err).toContain(code);
    expect(code === 2, `${out}${err}`).toBe(out === '');
    if (out.startsWith('{'))
      expect(isValidReport(JSON.parse(out)), out).toEqual({ valid: true, errors: [] });
  }

  beforeAll(async () => {
    // Deep enough that nothing reads what others have in the folders above.
    cwd = join(mkdtempSync(join(tmpdir(), 'fuzz-')), 'a/b/c/d');
    mkdirSync(join(cwd, 'p'), { recursive: true });
    writeFileSync(join(cwd, 'p/a.md'), 'Hello there.');
    writeFileSync(join(cwd, 'p/b.md'), 'Hello, and goodbye.');
    writeFileSync(join(cwd, 'u.csv'), USAGE);
    writeFileSync(join(cwd, 'valid.json'), JSON.stringify(VALID));
    const { out, err } = await run(['check', '--config', 'valid.json', '--no-base', '-f', 'json'], {
      cwd,
    });
    expect(out, err).not.toBe('');
    report = JSON.parse(out);
  });

  const format = fc.constantFrom(...FORMATS);

  it.each<[string, fc.Arbitrary<unknown>]>([
    ['any JSON', fc.jsonValue()],
    ['a configuration with something else in it', mutated],
    ['a configuration that is cut and mended', cut],
    ['any bytes', bytes],
  ])('ends with a documented code on %s', { timeout: TIMEOUT }, async (_, contents) => {
    await fc.assert(
      fc.asyncProperty(contents, format, async (content, name) => {
        writeFileSync(join(cwd, 'openai-cost.json'), written(content));
        await endsWell(['--no-base', '-f', name]);
      }),
      OPTIONS,
    );
  });

  it('ends with a documented code on any base', { timeout: TIMEOUT }, async () => {
    const change = fc.tuple(fc.nat(), odd);
    const bases = fc.oneof(
      { weight: 4, arbitrary: fc.array(change, { minLength: 1, maxLength: 2 }) },
      { weight: 1, arbitrary: fc.jsonValue() },
      { weight: 1, arbitrary: bytes },
    );
    const paths = pathsIn(report).filter(([key]) => key !== 'budgets' && key !== 'findings');
    await fc.assert(
      fc.asyncProperty(bases, format, async (base, name) => {
        let content: unknown = base;
        if (Array.isArray(base) && base.every((each) => Array.isArray(each) && each.length === 2)) {
          content = (base as [number, unknown][]).reduce<unknown>((value, [at, other]) => {
            try {
              return withOdd(value, paths[at % paths.length] ?? [], other);
            } catch {
              return value;
            }
          }, report);
        }
        writeFileSync(join(cwd, 'base.json'), written(content));
        await endsWell(['--config', 'valid.json', '--base', 'base.json', '-f', name]);
      }),
      OPTIONS,
    );
  });
});

describe('the place where a text stops being JSON', () => {
  it('is there wherever JSON cannot be parsed, and before it all may be the start of some', () => {
    const texts = fc.oneof(
      cut,
      fc.string(),
      fc.json().map((json) => json.slice(0, -1)),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          JSON.parse(text);
        } catch {
          const offset = jsonErrorOffset(text);
          expect(offset).toBeGreaterThanOrEqual(0);
          expect(offset).toBeLessThanOrEqual(text.length);
          // No earlier than there: what comes before is JSON so far.
          expect(jsonErrorOffset(text.slice(0, offset))).toBe(offset);
        }
      }),
      { numRuns: 1000, seed: SEED },
    );
  });

  it('is the end of what is JSON', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom('', ' ', '\n\t'), (json, space) => {
        expect(jsonErrorOffset(json + space)).toBe(json.length + space.length);
        expect(jsonErrorOffset(`${json}${space}]`)).toBe(json.length + space.length);
      }),
    );
  });
});

describe('the places in JSON', () => {
  it('are lines that begin with what stands there, and nothing is there twice', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const text = JSON.stringify(value, null, 1);
        const { lineOf, repeated } = jsonPlaces(text);
        expect(repeated).toEqual([]);
        const lines = text.split('\n');
        for (const [path, start] of placesOf(value)) {
          const found = lines[(lineOf(path) ?? 0) - 1]?.trimStart() ?? '';
          expect(found.startsWith(start), `${path.join('.')} at ${found}`).toBe(true);
        }
      }),
      OPTIONS,
    );
  });

  it('are found however deep it goes', () => {
    const deep = 100_000;
    expect(jsonPlaces(`${'['.repeat(deep)}${']'.repeat(deep)}`).lineOf([0, 0])).toBe(1);
  });
});

/** The path to each value within, and what its line begins with. */
function placesOf(value: unknown, path: readonly (string | number)[] = []): [Path, string][] {
  if (typeof value !== 'object' || value === null) return [];
  const steps = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return steps.flatMap((step): [Path, string][] => {
    const inner = (value as Record<string | number, unknown>)[step];
    const own = Array.isArray(value) ? JSON.stringify(inner).slice(0, 1) : JSON.stringify(step);
    return [[[...path, step], own], ...placesOf(inner, [...path, step])];
  });
}

type Path = readonly (string | number)[];
