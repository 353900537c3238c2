import { defineConfig } from 'rolldown';

export default defineConfig({
  platform: 'node',
  input: 'test/bench/accuracy/run.ts',
  output: { dir: 'test/bench/accuracy/dist', format: 'esm' },
});
