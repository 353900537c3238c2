import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type RateTable, shutdownOf, tableAge } from '../src/core/rates.ts';
import { checkRateFile, type RateFile, rateFileSchema } from '../src/input/rate-file.ts';
import { readRateTable, readShippedRateTable } from '../src/input/rates.ts';
import { compileRates } from '../src/input/raw-rates.ts';
import { instant, shipped, shippedBytes } from './table.ts';

const clone = (): RateFile => JSON.parse(shippedBytes.toString('utf8'));

function problems(json: unknown): string[] {
  const checked = checkRateFile(json);
  return 'problems' in checked
    ? checked.problems.map(({ path, message }) => `${path}: ${message}`)
    : [];
}

/** The problems after one change to the shipped table, which has none. */
function problemsAfter(change: (file: RateFile) => void): string[] {
  const file = clone();
  change(file);
  return problems(file);
}

function model(file: RateFile, id: string): RateFile['models'][number] {
  const found = file.models.find((candidate) => candidate.id === id);
  if (!found) throw new Error(id);
  return found;
}

function version(file: RateFile, id: string, index = 0) {
  const found = model(file, id).prices[index];
  if (!found) throw new Error(`${id} ${index}`);
  return found;
}

/** The cells of the standard tier, short band, text. */
function cells(file: RateFile, id: string, index = 0): Record<string, string> {
  return version(file, id, index).tokens?.standard?.short?.text as Record<string, string>;
}

describe('the shipped table', () => {
  it('is sound', () => {
    expect(problems(clone())).toEqual([]);
  });

  it('has the schema that editors use, made from the reader', () => {
    const schema = readFileSync(new URL('../rates/schema.json', import.meta.url), 'utf8');
    expect(JSON.parse(schema)).toEqual(JSON.parse(JSON.stringify(rateFileSchema())));
  });

  it('reads the same with and without the checks', async () => {
    const checked = await readRateTable(shippedBytes, 'rates/openai.json');
    expect(checked.sha256).toBe(shipped.sha256);
    expect([...checked.names.keys()]).toEqual([...shipped.names.keys()]);
    expect(checked.models).toEqual(shipped.models);
  });

  it('knows the end of a fine-tuned model whose base has one, and none before it', () => {
    const early = shipped.models.filter(({ id, kind, shutdown }) => {
      const base = id.replace(/^ft:/, '');
      const end = shutdownOf(shipped.names.get(base)?.model, base);
      return kind === 'fine-tuned' && end !== undefined && (shutdown.get(id) ?? 0) < end;
    });
    // Spared when its base was shut down; no source names it since.
    expect(early.map(({ id }) => id)).toEqual(['ft:gpt-3.5-turbo-0613']);
  });

  it('has a day of its own for a snapshot that ends before its model', () => {
    const ends = (name: string) => shutdownOf(shipped.names.get(name)?.model, name);
    expect(ends('gpt-4-1106-vision-preview')).toBe(instant('2024-12-06'));
    expect(ends('gpt-realtime-mini-2025-10-06')).toBe(instant('2026-07-23'));
    expect(ends('text-moderation-007')).toBe(instant('2025-10-27'));
    expect(ends('omni-moderation-2024-09-26')).toBeUndefined();
    expect(ends('gpt-4.5-preview-2025-02-27')).toBe(instant('2025-07-14'));
  });

  it('is the same from what the build makes of it, and only of it', () => {
    const whole = (table: RateTable) =>
      JSON.stringify({ ...table, names: [...table.names] }, (_, value) =>
        typeof value === 'bigint' ? `${value}` : value instanceof Map ? [...value] : value,
      );
    const compiled = compileRates(shippedBytes);
    const fast = readShippedRateTable(shippedBytes, shipped.file, compiled);
    expect(whole(fast)).toBe(whole(shipped));
    const edited = Buffer.from(Buffer.from(shippedBytes).toString().replace('gpt-5.4', 'gpt-5.é'));
    expect(edited.length).not.toBe(shippedBytes.length);
    const other = Buffer.from(shippedBytes).fill(
      '9',
      shippedBytes.indexOf(0x35),
      shippedBytes.indexOf(0x35) + 1,
    );
    for (const bytes of [edited, other]) {
      const own = readShippedRateTable(bytes, shipped.file);
      expect(whole(readShippedRateTable(bytes, shipped.file, compiled))).toBe(whole(own));
      expect(whole(readShippedRateTable(bytes, shipped.file, compileRates(bytes)))).toBe(
        whole(own),
      );
      expect(whole(own)).not.toBe(whole(shipped));
    }
    for (const broken of [new Uint8Array(), compiled.subarray(0, 9), compiled.subarray(0, -1)]) {
      const read = readShippedRateTable(shippedBytes, shipped.file, broken);
      expect(read.version).toBe(shipped.version);
    }
  });

  it('is stale after 30 days, not before', () => {
    expect(tableAge(shipped, instant('2026-12-22T23:59:59'))).toEqual({ days: 30, stale: false });
    expect(tableAge(shipped, instant('2026-12-23'))).toEqual({ days: 31, stale: true });
  });

  it('marks a handful of models that have a price today for the bare comparison', () => {
    const prominent = shipped.models.filter((entry) => entry.prominent);
    expect(prominent.length).toBeGreaterThan(5);
    for (const entry of prominent) expect(entry.prices.at(-1)?.tokens.standard).toBeDefined();
  });
});

describe('a table with a mistake', () => {
  const cases: [string, (file: RateFile) => void, RegExp][] = [
    [
      'a date that is none',
      (f) => {
        version(f, 'o3').from = '2025-02-30';
      },
      /prices\[0\]\.from: is not a day/,
    ],
    [
      'a date of another form',
      (f) => {
        version(f, 'o3').from = '16.4.2025';
      },
      /must be a UTC date/,
    ],
    [
      'a number for a price',
      (f) => void Object.assign(cells(f, 'o3'), { input: 10 }),
      /text\.input: must be a price such as "1\.25"/,
    ],
    [
      'an empty price',
      (f) => void Object.assign(cells(f, 'o3'), { input: '' }),
      /must be a decimal/,
    ],
    [
      'too many decimals',
      (f) => {
        cells(f, 'o3').input = '1.1234567';
      },
      /must be a decimal/,
    ],
    [
      'an unknown key',
      (f) => void Object.assign(model(f, 'o3'), { contxtWindow: 1 }),
      /contxtWindow/,
    ],
    [
      'an unknown tier',
      (f) => void Object.assign(version(f, 'o3').tokens ?? {}, { turbo: {} }),
      /tokens.*turbo|turbo/,
    ],
    [
      'another version of the form',
      (f) => void Object.assign(f, { schemaVersion: 2 }),
      /schemaVersion/,
    ],
    [
      'an end before the beginning',
      (f) => {
        version(f, 'o3').to = '2025-01-01';
      },
      /ends \(2025-01-01\) before it begins/,
    ],
    [
      'an overlap',
      (f) => {
        version(f, 'o3').to = '2025-07-01';
      },
      /overlaps the next price, which begins on 2025-06-10/,
    ],
    [
      'no end before the next',
      (f) => {
        version(f, 'o3').to = null;
      },
      /overlaps the next price/,
    ],
    [
      'a gap',
      (f) => {
        version(f, 'o3').to = '2025-06-01';
      },
      /leaves a gap from 2025-06-01 to 2025-06-10/,
    ],
    ['the wrong order', (f) => void model(f, 'o3').prices.reverse(), /overlaps the next price/],
    [
      'a beginning that got lost',
      (f) => {
        version(f, 'o3', 1).from = null;
      },
      /without a beginning/,
    ],
    [
      'a doubled name',
      (f) => {
        model(f, 'o3').snapshots = ['gpt-4o'];
      },
      /the name gpt-4o already belongs to/,
    ],
    [
      'a tool with the name of a model',
      (f) => {
        const [tool] = f.tools;
        if (tool) tool.id = 'gpt-4o';
      },
      /tools\[0\]: the name gpt-4o already belongs to gpt-4o/,
    ],
    [
      'a doubled model',
      (f) => void f.models.push(model(f, 'o3')),
      /the name o3 already belongs to o3/,
    ],
    [
      'an alias for nothing',
      (f) => {
        model(f, 'gpt-4o').standsFor = [{ model: 'gpt-9', from: null, to: null }];
      },
      /there is no model gpt-9/,
    ],
    [
      'a region that names nothing',
      (f) =>
        void f.regions.push({ id: 'x', unavailable: [{ tiers: ['flex'], models: ['gpt-9'] }] }),
      /there is no model gpt-9/,
    ],
    [
      'a shutdown of a stranger',
      (f) => {
        model(f, 'o3').shutdown = { 'o3-2': '2026-01-01' };
      },
      /o3-2 is not a name of o3/,
    ],
    [
      'a source that is not listed',
      (f) => void version(f, 'o3').sources.push('hearsay'),
      /there is no source hearsay/,
    ],
    [
      'a source of limits that is not listed',
      (f) => void model(f, 'text-embedding-3-small').requestLimits?.sources.push('hearsay'),
      /requestLimits.*there is no source hearsay/,
    ],
    [
      'a tool that is not listed',
      (f) => void Object.assign(model(f, 'gpt-5.4'), { callsTools: ['telepathy'] }),
      /callsTools.*there is no tool telepathy/,
    ],
    [
      'a price per thousand',
      (f) => {
        Object.assign(cells(f, 'gpt-5.4'), {
          input: '0.0025',
          cachedInput: '0.00025',
          output: '0.015',
        });
      },
      /implausible/,
    ],
    [
      'a price in cents',
      (f) => {
        cells(f, 'gpt-5.4').output = '15000';
      },
      /implausible; check the unit/,
    ],
    [
      'one cell out of line',
      (f) => {
        cells(f, 'gpt-4o-mini').output = '600';
      },
      /implausible beside the standard input price/,
    ],
    [
      'a slip against the past',
      (f) => {
        cells(f, 'o3', 1).input = '0.05';
      },
      /implausible after \$10/,
    ],
    [
      'no price and no reason',
      (f) => {
        model(f, 'gpt-6-cyber').noPrice = undefined;
      },
      /say why in "noPrice"/,
    ],
    [
      'an encoding without a basis',
      (f) => {
        model(f, 'o3').encodingBasis = undefined;
      },
      /encodingBasis/,
    ],
    [
      'tokens without an encoding',
      (f) => {
        model(f, 'o3').encoding = null;
      },
      /needs an "encoding"/,
    ],
    [
      'nothing said of cached input',
      (f) => void delete cells(f, 'o3').cachedInput,
      /says nothing of "cachedInput"/,
    ],
    [
      'nothing said of output',
      (f) => void delete cells(f, 'o3').output,
      /says nothing of "output"/,
    ],
    [
      'a long band without a threshold',
      (f) => {
        model(f, 'gpt-5.5').longContextAbove = undefined;
      },
      /no "longContextAbove"/,
    ],
    [
      'derived prices that are not there',
      (f) => {
        version(f, 'o3').derived = [{ cells: ['flex'], how: 'x' }];
      },
      /there is no price flex to point to/,
    ],
    [
      'a version without prices',
      (f) => {
        version(f, 'o3').tokens = undefined;
      },
      /neither "tokens" nor "units"/,
    ],
    [
      'a unit that does not divide',
      (f) => {
        version(f, 'whisper-1').units = [{ unit: 'minute', per: 7, usd: '0.006' }];
      },
      /finer than the money unit/,
    ],
  ];
  for (const [name, change, message] of cases) {
    it(`is refused: ${name}`, () => {
      const found = problemsAfter(change);
      expect(
        found.some((problem) => message.test(problem)),
        found.join('\n'),
      ).toBe(true);
      for (const problem of found) expect(problem).toMatch(/^(models|tools|schemaVersion|: )/);
    });
  }

  it('is refused with every mistake at once, each with its path', () => {
    const found = problemsAfter((f) => {
      version(f, 'o3').to = '2025-06-01';
      model(f, 'gpt-4o').encodingBasis = undefined;
    });
    expect(found.length).toBe(2);
  });
});
