import { readFileSync } from 'node:fs';
import { type Check, judgeUsd } from '../../src/core/budget/check.ts';
import { type Money, parseUsd, ZERO } from '../../src/core/money.ts';
import type { CheckReport, DiffReport, Finding } from '../../src/core/report.ts';
import { type Instant, parseInstant } from '../../src/core/time.ts';
import { readShippedRateTable } from '../../src/input/rates.ts';

const RATES = new URL('../../rates/openai.json', import.meta.url);
const rates = readShippedRateTable(readFileSync(RATES), 'rates/openai.json');
const now = parseInstant('2026-11-22') as Instant;

export const usd = (amount: string): Money => parseUsd(amount) ?? ZERO;

/** A limit in USD a call, held against what was found, as the core does it. */
export function checkOf(
  budget: string,
  file: string,
  found: string,
  limit: string,
  missing?: string,
): Check {
  const range = { low: usd(found), high: usd(found) };
  return {
    budget,
    limit: 'usdPerCall',
    subject: `${file} with gpt-5.4`,
    source: { file },
    allowed: { unit: 'usd', low: usd(limit), high: usd(limit) },
    found: { unit: 'usd', ...range },
    verdict: judgeUsd(range, usd(limit), undefined, missing),
  };
}

export function checkReport(
  budgets: Readonly<Record<string, readonly Check[]>>,
  rest: Partial<CheckReport> = {},
): CheckReport {
  return {
    command: 'check',
    rates,
    now,
    config: { file: 'openai-cost.json' },
    ...{ assume: 'high', maxRatesAgeDays: undefined, places: new Map(), called: [] },
    budgets: Object.entries(budgets).map(([name, checks]) => ({
      ...{ name, kind: 'prompts', checks, asides: [] },
    })),
    ...{ comparison: undefined, outlooks: [], unreadable: [], unchecked: [] },
    findings: [],
    complete: true,
    warnOnly: false,
    ...rest,
  };
}

export function diffReport(findings: readonly Finding[], complete = true): DiffReport {
  const comparison = {
    base: 'main',
    head: undefined,
    isUncommitted: false,
    unreadable: [],
    budgets: [],
  };
  return { command: 'diff', rates, now, called: [], comparison, findings, complete };
}

export const over = (budget: string, file: string): Finding => ({
  rule: 'budget',
  severity: 'error',
  message: 'gpt-5.4 costs $2 a call, above $1',
  source: { file },
  budget,
});

/** One budget exceeded, one undecided, one kept, and a file that is no text. */
export const MIXED = checkReport(
  {
    chat: [checkOf('chat', 'prompts/a.md', '2', '1'), checkOf('chat', 'prompts/b.md', '1', '1')],
    search: [checkOf('search', 'prompts/c.md', '0', '1', 'unknown model')],
    mail: [checkOf('mail', 'prompts/d.md', '1', '1')],
  },
  {
    findings: [
      over('chat', 'prompts/a.md'),
      {
        rule: 'budget',
        severity: 'warning',
        message: 'gpt-nope cannot be judged: unknown model',
        source: { file: 'prompts/c.md' },
        budget: 'search',
      },
      {
        rule: 'unreadable',
        severity: 'warning',
        message: 'binary, or text that is not UTF-8',
        source: { file: './prompts\\e.md', line: 3 },
      },
      { rule: 'stale-rates', severity: 'note', message: 'the rate table is 40 days old' },
    ],
    complete: false,
  },
);

export const WELL = checkReport({ mail: [checkOf('mail', 'prompts/d.md', '1', '1')] });

/** What a file, a model or a budget may be called by somebody who means harm. */
export const HOSTILE = [
  'a\n::set-output name=x::y',
  'a\r\n::stop-commands::t',
  '::error file=x::y',
  '##[set-output name=x]y',
  'x ##[command]y',
  'a,line=9::b%0A::warning::c',
  ']]></failure><testcase name="x"/>',
  '<!DOCTYPE x [<!ENTITY y "z">]>&y;',
  '"\'/><script>alert(1)</script>',
  '--> <!-- openai-cost: check -->',
  '[click](http://example.org)',
  '\u001b[2J\u0000\u0008\u200f\u202e\u2028x',
  '\ud800 \udfff \ufffe \uffff',
  '../../etc/passwd',
  'C:\\prompts\\a.md',
  'END',
  '',
];

/** A report in which everything that others name is one of those. */
export function hostileReport(text: string): CheckReport {
  const [exceeded, undecided] = [
    checkOf(text, text, '2', '1'),
    checkOf(text, text, '0', '1', text),
  ];
  return checkReport(
    { [text]: [exceeded], [`${text}!`]: [{ ...undecided, budget: `${text}!` }] },
    {
      findings: [
        { ...over(text, text), message: text },
        { rule: text, severity: 'warning', message: text, source: { file: text, line: 2 } },
        { rule: text, severity: 'note', message: text, source: { file: text, line: 1 } },
      ],
      complete: false,
    },
  );
}
