import { subjectOf } from '../../core/bill/line-item.ts';
import { nearestNames, resolveModel } from '../../core/names.ts';
import type { AuditFacts } from '../../core/report.ts';
import { listed, type Rule } from '../rule.ts';

const NAMES_SHOWN = 3;

/** A name that was asked for and that nothing has is a slip, or a total of nothing that looks whole. */
export const notFound: Rule<AuditFacts> = {
  id: 'not-found',
  severity: 'warning',
  *check({ cells, bill, rates, request, notAsked, now }) {
    if (request.models === undefined && request.projects === undefined) return;
    const lines = bill?.lines ?? [];
    const idOf = (name: string, day = now) => resolveModel(rates, name, day).model?.id;
    const models = new Set([
      // What is there and was left out is so for another reason.
      ...[...notAsked.models].flatMap((name) => [name, idOf(name)]),
      // A tool is asked for by its name, too.
      ...cells.flatMap(({ cell, line }) => [cell.model ?? cell.endpoint, line.model?.id]),
      ...lines.flatMap(({ item, day }) => {
        const name = subjectOf(item);
        return name === undefined ? [] : [name, idOf(name, day)];
      }),
    ]);
    const projects = new Set([
      ...notAsked.projects,
      ...cells.map(({ cell }) => cell.project),
      ...lines.map(({ project }) => project),
    ]);
    yield* missing('model', request.models, models, notAsked.models);
    yield* missing('project', request.projects, projects, notAsked.projects);
  },
};

function* missing(
  what: string,
  wanted: readonly string[] = [],
  found: ReadonlySet<string | undefined>,
  others: ReadonlySet<string>,
) {
  for (const name of wanted) {
    if (found.has(name)) continue;
    const near = nearestNames(others, name);
    const named = near.length > 0 ? near : [...others].sort().slice(0, NAMES_SHOWN);
    const more = near.length > 0 ? 0 : others.size - named.length;
    const there = more > 0 ? `${named.join(', ')} and ${more} more` : listed(named);
    const hint = named.length === 0 ? '' : `; there is ${there}`;
    yield { message: `--${what} ${name}: nothing is of it${hint}` };
  }
}
