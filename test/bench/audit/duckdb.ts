/**
 * The same sums with DuckDB.
 *
 *   node duckdb.js <file> <long contexts as JSON> [threads]
 */
import { type Band, groupLine, type LongContexts, printGroups, type Sums } from './groups.ts';

const PACKAGE: string = '@duckdb/node-api';

interface DuckDb {
  readonly DuckDBInstance: {
    create(
      path: string,
      options: Record<string, string>,
    ): Promise<{ connect(): Promise<Connection> }>;
  };
}
interface Connection {
  runAndReadAll(sql: string): Promise<{ getRowObjects(): unknown[] }>;
}

const [path = '', json = '{}', threads = '2'] = process.argv.slice(2);
const longContexts: LongContexts = JSON.parse(json);

const above = Object.entries(longContexts).map(
  ([model, tokens]) => `(model = '${model}' AND input_tokens > ${tokens})`,
);
const sum = (column: string) => `SUM(${column})::BIGINT`;
// Its types are there only after the benchmark has installed it.
const { DuckDBInstance }: DuckDb = await import(PACKAGE);
const instance = await DuckDBInstance.create(':memory:', { threads });
const connection = await instance.connect();
const reader = await connection.runAndReadAll(`
  SELECT
    strftime(to_timestamp(start_time) AT TIME ZONE 'UTC', '%Y-%m-%d') AS day,
    model,
    CASE WHEN batch THEN 'batch' WHEN service_tier = 'default' THEN 'standard' ELSE service_tier END AS tier,
    CASE WHEN NOT (${above.join(' OR ') || 'false'}) THEN 'short'
      WHEN num_model_requests = 1 THEN 'long' ELSE 'open' END AS band,
    COUNT(*) AS rows,
    ${sum('num_model_requests')} AS requests,
    ${sum('input_tokens')} AS input,
    ${sum('input_cached_tokens')} AS cached,
    ${sum('input_cache_write_tokens')} AS written,
    ${sum('output_tokens')} AS output
  FROM read_csv('${path.replaceAll("'", "''")}', header = true)
  GROUP BY ALL`);
type Group = Sums & { day: string; model: string; tier: string; band: Band };
printGroups((reader.getRowObjects() as Group[]).map((group) => groupLine(group, group)));
