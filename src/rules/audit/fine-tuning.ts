import { type PricedCell, sumOf } from '../../core/audit/audit.ts';
import { type Step, sumOfSavings } from '../../core/audit/savings.ts';
import { grouped } from '../../core/grouped.ts';
import type { AuditFacts } from '../../core/report.ts';
import { count, counted, usdRange } from '../../core/wording.ts';
import type { Limits } from '../limits.ts';
import type { Remark, Rule } from '../rule.ts';
import { remembered, rowsBehind, rowsOf, type WhatIf, whatIf } from './what-if.ts';

/** A tuned model costs to train, and then more by the token than its base. */
export const fineTuning: Rule<AuditFacts> = {
  id: 'fine-tuning',
  severity: 'note',
  *check(facts, limits) {
    const isTraining = ({ cell }: PricedCell) => cell.endpoint === 'fine_tuning';
    yield* trainingOf(facts.cells.filter(isTraining));
    yield* hardlyUsed(facts.cells, limits);
    for (const [model, savings] of baseInstead(facts, limits).savings) {
      const saving = sumOfSavings(savings);
      yield {
        message: `${model}: the same tokens on its base ${baseOf(model)} would have cost ${usdRange(saving)} less; keep it where it answers better or in fewer tokens`,
        saving,
        certainty: 'sure',
        rows: rowsBehind(savings),
      };
    }
  },
};

function* trainingOf(cells: readonly PricedCell[]): Iterable<Remark> {
  for (const [model, trained] of grouped(
    cells,
    ({ cell }) => cell.model ?? 'a model without name',
  )) {
    const { cost, rows } = sumOf(trained);
    if (cost.high === 0n) continue;
    yield {
      message: `training of ${model} cost ${rows.unpriced > 0 ? 'at least ' : ''}${usdRange(cost)}`,
      certainty: 'sure',
      rows: rowsOf(trained),
    };
  }
}

function* hardlyUsed(cells: readonly PricedCell[], limits: Limits): Iterable<Remark> {
  for (const [model, all] of grouped(cells, ({ cell }) => tunedName(cell.model))) {
    const used = all.filter(({ cell }) => cell.endpoint !== 'fine_tuning');
    const { requests, requestsUnknown } = sumOf(used);
    if (requestsUnknown > 0 || requests >= limits['fine-tuning.requests']) continue;
    yield {
      message: `${model} is hardly used: ${counted(requests, 'request')} in the period; below ${count(limits['fine-tuning.requests'])} a tuned model is seldom worth its training`,
      certainty: 'sure',
      rows: rowsOf(used),
    };
  }
}

/** The same tokens at the prices of the model that was tuned. */
export const baseInstead = remembered((facts, limits): WhatIf => {
  const step: Step = {
    rule: 'fine-tuning',
    isSure: () => true,
    change: (cell, { cell: { model, endpoint } }) => {
      const base = baseOf(model ?? '');
      return base === undefined || endpoint === 'fine_tuning'
        ? undefined
        : { ...cell, model: base };
    },
  };
  return whatIf(facts, limits, step);
});

/** `gpt-4o-mini-2024-07-18` of `ft:gpt-4o-mini-2024-07-18:acme::abc`. */
function baseOf(model: string): string | undefined {
  const [prefix, base] = model.split(':');
  return prefix === 'ft' ? base : undefined;
}

/** The name of one tuned model; a row with only the base can be of any. */
function tunedName(model: string | undefined): string | undefined {
  return model?.startsWith('ft:') && model.split(':').length > 2 ? model : undefined;
}
