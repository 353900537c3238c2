import { grouped } from '../core/grouped.ts';
import type { EstimateFacts } from '../core/report.ts';
import { listed, type Rule } from './rule.ts';

/** A price that OpenAI does not print, but that follows from what it says. */
export const derivedPrice: Rule<EstimateFacts> = {
  id: 'derived-price',
  severity: 'note',
  *check({ models }) {
    const uses = models.flatMap(({ name, prompts }) =>
      prompts.flatMap(({ lines }) =>
        lines
          .flatMap(({ items }) => items)
          .map(({ cost }) => ({
            name,
            how: cost.kind === 'priced' ? cost.rate.derived : undefined,
          })),
      ),
    );
    for (const [how, group] of grouped(uses, ({ how }) => how)) {
      const names = [...new Set(group.map(({ name }) => name))];
      yield { message: `the price of ${listed(names)} is not printed by OpenAI: ${how}` };
    }
  },
};
