/**
 * The same sums with csv-parse and its `columns`, which is how people read such a file.
 *
 *   node csv-parse.js <file> <long contexts as JSON>
 */
import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import { type Band, groupLine, type LongContexts, printGroups } from './groups.ts';

const [path = '', json = '{}'] = process.argv.slice(2);
const longContexts: LongContexts = JSON.parse(json);
const groups = new Map<string, { group: Parameters<typeof groupLine>[0]; sums: Counts }>();

type Counts = Record<'rows' | 'requests' | 'input' | 'cached' | 'written' | 'output', number>;
type Cells = Readonly<Record<string, string>>;

const records = createReadStream(path).pipe(parse({ columns: true, bom: true }));
for await (const cells of records as AsyncIterable<Cells>) {
  const number = (column: string) => Number(cells[column]);
  const { model = '', batch, service_tier: tier = '' } = cells;
  const [input, requests] = [number('input_tokens'), number('num_model_requests')];
  const isAbove = input > (longContexts[model] ?? Infinity);
  const band: Band = isAbove ? (requests === 1 ? 'long' : 'open') : 'short';
  const group = {
    day: new Date(1000 * number('start_time')).toISOString().slice(0, 10),
    model,
    tier: batch === 'True' ? 'batch' : tier.replace('default', 'standard'),
    band,
  };
  const key = `${group.day} ${model} ${group.tier} ${band}`;
  let known = groups.get(key);
  if (!known) {
    known = { group, sums: { rows: 0, requests: 0, input: 0, cached: 0, written: 0, output: 0 } };
    groups.set(key, known);
  }
  const { sums } = known;
  sums.rows++;
  sums.requests += requests;
  sums.input += input;
  sums.cached += number('input_cached_tokens');
  sums.written += number('input_cache_write_tokens');
  sums.output += number('output_tokens');
}
printGroups([...groups.values()].map(({ group, sums }) => groupLine(group, sums)));
