/**
 * Reads a usage export as `audit` does, prices it, and prints the groups.
 *
 *   node ours.cjs <file> [threads]
 */
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadRates } from '../../../src/commands/load-rates.ts';
import { priceCell } from '../../../src/core/audit/audit.ts';
import { boundariesOf, type Cell, type Kept, Ledger } from '../../../src/core/audit/ledger.ts';
import { dayOf } from '../../../src/core/time.ts';
import { sumTokens } from '../../../src/core/usage.ts';
import { CSV_FORMATS } from '../../../src/input/usage/csv-formats.ts';
import { LEAST_BYTES_FOR_RANGES, readCsvSums } from '../../../src/input/usage/csv-sums.ts';
import type { RowSum } from '../../../src/input/usage/scan.ts';
import { readCsvRanges } from '../../../src/input/usage/scan-ranges.ts';
import { openInThreads } from '../../../src/threads.ts';
import { type Band, groupLine, printGroups, type Sums } from './groups.ts';

void main(process.argv[2] ?? '', Number(process.argv[3] ?? 2));

async function main(path: string, threadCount: number): Promise<void> {
  const rates = await loadRates({
    readFile: async (file) => readFileSync(file),
    packageFile: (file) => resolve(file),
  });
  const keep = new Set<Kept>();
  const ledger = new Ledger(rates, { keep });
  const sink = ({ row, rows }: RowSum): void => {
    if (row.kind !== 'usage') throw new Error(`a row is ${row.kind}`);
    ledger.add(row.entry, rows);
  };
  const apart = { boundaries: () => boundariesOf(rates), keep };
  if (statSync(path).size < LEAST_BYTES_FOR_RANGES) {
    await readCsvSums(createReadStream(path), path, CSV_FORMATS, apart, sink);
  } else {
    const { file, threads, close } = openInThreads(path);
    const options = { ...threads, helpers: threadCount - 1 };
    await readCsvRanges(file, path, CSV_FORMATS, apart, sink, options);
    close();
  }
  const groups = new Map<string, [Parameters<typeof groupLine>[0], Sums]>();
  for (const cell of ledger.cells()) {
    if (priceCell(rates, cell).state === 'free') throw new Error('a row is free');
    const above = rates.names.get(cell.model ?? '')?.model.longContextAbove;
    const group = {
      day: dayOf(cell.day),
      model: cell.model ?? '',
      tier: cell.tiers.join(),
      band: bandOf(cell, above),
    };
    const key = Object.values(group).join(' ');
    const known = groups.get(key);
    groups.set(key, [group, known ? added(known[1], sumsOf(cell)) : sumsOf(cell)]);
  }
  printGroups([...groups.values()].map(([group, sums]) => groupLine(group, sums)));
}

function bandOf({ inputTokensPerRequest: { least, most } }: Cell, above = Infinity): Band {
  if (most <= above) return 'short';
  return least > above ? 'long' : 'open';
}

function sumsOf({ rows, requests, tokens }: Cell): Sums {
  const cached = sumTokens(tokens, (kind) => kind === 'cachedInput');
  const output = sumTokens(tokens, (kind) => kind === 'output');
  const written = sumTokens(tokens, (kind) => kind.startsWith('cacheWrite'));
  const input = sumTokens(tokens, (kind) => kind !== 'output');
  return { rows, requests, input, cached, written, output };
}

function added(a: Sums, b: Sums): Sums {
  const sum = { ...a };
  for (const name of Object.keys(sum) as (keyof Sums)[])
    sum[name] = Number(a[name]) + Number(b[name]);
  return sum;
}
