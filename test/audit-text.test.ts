import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { run } from './run.ts';

it('shows the largest of many differences, in the order of the days', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'audit-'));
  const start = 1_788_220_800;
  const at = (day: number) => [start + day * 86_400, start + (day + 1) * 86_400].join();
  const days = Array.from({ length: 30 }, (_, day) => day);
  const usage = days.map((day) => `${at(day)},gpt-5-mini-2025-08-07,1,100,0,False,default,0,100`);
  const costs = days.map(
    (day) => `${at(day)},${day === 28 ? '7.5' : '0.01'},usd,web search tool calls`,
  );
  const usageHeader =
    'start_time,end_time,model,num_model_requests,input_tokens,output_tokens,batch,service_tier,input_cached_tokens,input_uncached_tokens';
  writeFileSync(join(cwd, 'usage.csv'), [usageHeader, ...usage, ''].join('\n'));
  const costHeader = 'start_time,end_time,amount_value,amount_currency,line_item';
  writeFileSync(join(cwd, 'cost.csv'), [costHeader, ...costs, ''].join('\n'));
  const { out } = await run(['audit', 'usage.csv', '--costs', 'cost.csv', '-q'], { cwd });
  const table = /\nDay .*\n(?:\d{4}-.*\n)+/.exec(out)?.[0].trim().split('\n') ?? [];
  const shown = table.slice(1).map((line) => line.slice(0, 10));
  expect(shown).toHaveLength(20);
  expect(shown).toEqual([...shown].sort());
  expect(table.filter((line) => line.includes('$7.50'))).toHaveLength(1);
  expect(out).toMatch(/\n\d+ smaller differences: --format json has all/);
});
