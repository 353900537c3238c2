import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesOf } from '../../src/core/budget/change.ts';
import type { Check } from '../../src/core/budget/check.ts';
import { judgeChanges } from '../../src/core/budget/increase.ts';
import {
  type CalledPrompt,
  callPrompts,
  judgePrompts,
  type PromptBudget,
  type PromptSettings,
  settingsFor,
} from '../../src/core/budget/prompt-budget.ts';
import { textCount } from '../../src/core/request/input-count.ts';
import { usd } from '../bill/build.ts';
import { instant, shipped } from '../table.ts';

/** What prompts cost, and what has changed in them, without any file. */

const MODELS = ['gpt-4o-mini', 'gpt-4o', 'gpt-4.1-nano', 'gpt-9'] as const;
const NOW = instant('2026-11-22');

const BUDGET: PromptBudget = {
  ...{
    name: 'b',
    files: [],
    models: ['gpt-4o'],
    outputTokens: 10,
    requests: 1,
    per: 'run',
    form: 'chat',
  },
  ...{ tier: 'standard', region: 'global', limits: {}, increase: {}, totalIncrease: {} },
  ...{ overrides: [], warnAt: [], form: 'text' },
};

interface Given {
  readonly file: string;
  readonly tokens: number;
  readonly models: readonly string[];
}

function called(prompts: readonly Given[], budget: PromptBudget = BUDGET): CalledPrompt[] {
  return callPrompts(
    prompts.map(({ file, tokens, models }) => ({
      prompt: {
        source: { file },
        bytes: tokens,
        peculiarities: [],
        countInput: () => textCount(tokens),
      },
      settings: { ...budget, models },
      own: {},
    })),
    shipped,
    NOW,
  );
}

const prompts = fc.uniqueArray(
  fc.record({
    file: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    tokens: fc.integer({ min: 0, max: 300_000 }),
    models: fc.uniqueArray(fc.constantFrom(...MODELS), { minLength: 1 }),
  }),
  { selector: ({ file }) => file },
);
const renames = fc
  .dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.constantFrom('a', 'b', 'c', 'd', 'e'))
  .map((names) => new Map(Object.entries(names)));
const STRICT = { assume: 'high', warnAt: [] } as const;

function passes(checks: readonly Check[]): boolean {
  return checks.every(({ verdict }) => verdict.kind === 'within' || verdict.kind === 'near');
}

const idOf = ({ prompt, model }: CalledPrompt) => `${prompt.source.file} ${model}`;

describe('changes', () => {
  it('have every prompt of both sides once', () => {
    fc.assert(
      fc.property(prompts, prompts, renames, (before, after, names) => {
        const [was, is] = [called(before), called(after)];
        const found = changesOf('b', was, is, names).flatMap((change) => change.prompts);
        const ids = (of: 'before' | 'after') => found.flatMap((each) => each[of] ?? []).map(idOf);
        expect(ids('before').sort()).toEqual(was.map(idOf).sort());
        expect(ids('after').sort()).toEqual(is.map(idOf).sort());
      }),
    );
  });

  it('hold every file once in each of their totals', () => {
    fc.assert(
      fc.property(prompts, prompts, renames, (before, after, names) => {
        const [was, is] = [called(before), called(after)];
        for (const { all } of changesOf('b', was, is, names)) {
          const files = all.flatMap((each) => each.after?.prompt.source.file ?? []);
          expect(files.length).toBe(new Set(files).size);
        }
      }),
    );
  });

  it('are none where nothing has changed', () => {
    fc.assert(
      fc.property(prompts, (given) => {
        const changes = changesOf('b', called(given), called(given), new Map());
        const kinds = changes.flatMap((change) => change.prompts.map(({ kind }) => kind));
        expect(kinds.every((kind) => kind === 'same')).toBe(true);
      }),
    );
  });

  const limited = (limit: string, percent: number): PromptBudget => ({
    ...BUDGET,
    increase: { usd: usd(limit), percent, tokens: 1000 },
    totalIncrease: { usd: usd(limit), percent },
  });

  it('never pass with a lower limit where they failed with a higher one', () => {
    const limits = fc.constantFrom('0', '0.000001', '0.001', '0.1', '10');
    const percents = fc.integer({ min: 0, max: 1000 });
    fc.assert(
      fc.property(prompts, prompts, limits, limits, percents, percents, (was, is, ...given) => {
        const [a, b, p, q] = given;
        const verdict = (limit: string, percent: number) => {
          const budget = limited(limit, percent);
          const changes = changesOf('b', called(was, budget), called(is, budget), new Map());
          return passes(judgeChanges(budget, changes, STRICT));
        };
        const [low, high] = Number(a) < Number(b) ? [a, b] : [b, a];
        expect(verdict(low, Math.min(p, q)) && !verdict(high, Math.max(p, q))).toBe(false);
      }),
    );
  });

  it('never pass with more tokens where they failed with fewer', () => {
    const known = prompts.map((all) => all.map((each) => ({ ...each, models: ['gpt-4o'] })));
    fc.assert(
      fc.property(known, known, fc.nat(100_000), (was, is, more) => {
        const budget = limited('0.01', 50);
        const verdict = (given: readonly Given[]) => {
          const changes = changesOf('b', called(was, budget), called(given, budget), new Map());
          return passes(judgeChanges(budget, changes, STRICT));
        };
        const longer = is.map((each) => ({ ...each, tokens: each.tokens + more }));
        expect(!verdict(is) && verdict(longer)).toBe(false);
      }),
    );
  });

  it('of a budget without a limit that a new file counts against are undecided', () => {
    const percent: PromptBudget = { ...BUDGET, increase: { percent: 10 } };
    const is = called([{ file: 'a', tokens: 5, models: ['gpt-4o'] }], percent);
    const [check] = judgeChanges(percent, changesOf('b', [], is, new Map()), STRICT);
    expect(check?.verdict).toMatchObject({ kind: 'undecided' });
    for (const more of [{ usd: usd('1') }, { tokens: 9 }]) {
      const held: PromptBudget = { ...percent, increase: { percent: 10, ...more } };
      const changes = changesOf(
        'b',
        [],
        called([{ file: 'a', tokens: 5, models: ['gpt-4o'] }], held),
        new Map(),
      );
      expect(passes(judgeChanges(held, changes, STRICT))).toBe(true);
    }
  });

  it('from a price that was open to one that is not are judged at their worst', () => {
    // Cached input of gpt-4 may cost anything from nothing to the price of its input.
    const open: PromptBudget = {
      ...BUDGET,
      ...{ cachedShare: 1, outputTokens: 0, totalIncrease: { usd: usd('0.01') } },
    };
    const given = (model: string) => [{ file: 'a', tokens: 1000, models: [model] }];
    const verdicts = (assume: 'high' | 'low') => {
      const was = called(given('gpt-4'), open);
      const is = called(given('gpt-4-32k'), { ...open, cachedShare: 0 });
      const changes = changesOf('b', was, is, new Map());
      return judgeChanges(open, changes, { assume, warnAt: [] }).map(({ verdict }) => verdict);
    };
    // From 0..0.03 to 0.06: between 0.03 and 0.06 more.
    expect(verdicts('high')).toEqual([{ kind: 'exceeded', sure: true }]);
    const same = changesOf(
      'b',
      called(given('gpt-4'), open),
      called(given('gpt-4'), open),
      new Map(),
    );
    expect(passes(judgeChanges(open, same, STRICT))).toBe(true);
  });
});

describe('the total of a budget', () => {
  it('is never below what any choice of models would leave out', () => {
    fc.assert(
      fc.property(prompts, (given) => {
        fc.pre(given.length > 0);
        const known = given.map((each) => ({
          ...each,
          models: each.models.filter((model) => model !== 'gpt-9'),
        }));
        fc.pre(known.every(({ models }) => models.length > 0));
        const all = called(known);
        const budget = { ...BUDGET, limits: { usdPerRun: usd('1000') } };
        const files = new Set(known.map(({ file }) => file));
        for (const { found } of judgePrompts(budget, all, STRICT)) {
          // At least the cheapest of each file, and at most the dearest.
          const sums = [...files].map((file) => {
            const costs = all.filter((each) => each.prompt.source.file === file);
            return costs.map((each) => each.all.known.high).sort((a, b) => (a < b ? -1 : 1));
          });
          const least = sums.reduce((sum, [first = 0n]) => sum + first, 0n);
          const most = sums.reduce((sum, of) => sum + (of.at(-1) ?? 0n), 0n);
          if (found?.unit !== 'usd') throw new TypeError('no amount');
          expect(found.high >= least && found.high <= most).toBe(true);
        }
      }),
    );
  });
});

describe('settings of their own', () => {
  const over = (files: string, settings: Partial<PromptSettings>) => ({ files: [files], settings });
  const budget: PromptBudget = {
    ...BUDGET,
    limits: { tokensPerFile: 100 },
    increase: { percent: 10 },
    overrides: [
      over('a', { outputTokens: 5, limits: { tokensPerFile: 50, usdPerCall: usd('1') } }),
      over('a', { requests: 9, limits: { tokensPerFile: 60 }, increase: { tokens: 3 } }),
      over('b', { models: ['gpt-4'] }),
    ],
  };

  it('are those of the budget, and over them each in turn', () => {
    const { settings, own } = settingsFor(budget, ([name]) => name === 'a');
    expect(settings).toMatchObject({ outputTokens: 5, requests: 9, models: ['gpt-4o'] });
    expect(settings.increase).toEqual({ percent: 10, tokens: 3 });
    expect(own).toEqual({ tokensPerFile: 60, usdPerCall: usd('1') });
    expect(settingsFor(budget, () => false)).toEqual({ settings: budget, own: {} });
  });
});
