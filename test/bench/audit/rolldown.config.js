import { defineConfig } from 'rolldown';

const dir = 'test/bench/audit/dist';
const platform = 'node';

export default defineConfig([
  {
    platform,
    input: ['run', 'csv-parse', 'duckdb'].map((name) => `test/bench/audit/${name}.ts`),
    external: ['@duckdb/node-api', 'csv-parse'],
    output: { dir, format: 'esm' },
  },
  // Bundled as the program is, and with its thread beside it, where it is looked for.
  ...['test/bench/audit/ours.ts', 'src/scan-worker.ts'].map((input) => ({
    platform,
    input,
    output: {
      dir,
      format: 'cjs',
      entryFileNames: '[name].cjs',
      chunkFileNames: '[name]-[hash].cjs',
    },
  })),
]);
