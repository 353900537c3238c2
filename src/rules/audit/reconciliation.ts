import type { DifferenceClass, ReconciledLine } from '../../core/bill/reconcile.ts';
import { grouped } from '../../core/grouped.ts';
import { add, type Money, type Range, ZERO } from '../../core/money.ts';
import type { AuditFacts, Severity } from '../../core/report.ts';
import { dayOf } from '../../core/time.ts';
import { counted, usd, usdRange } from '../../core/wording.ts';
import { type Remark, type Rule, shortened } from '../rule.ts';
import { descending, usdLimit } from './what-if.ts';

/** A cent, unless --tolerance says another amount. */
export const TOLERANCE = usdLimit(0.01);

/** Differences that mean that the bill, the prices or the data are wrong. */
const SERIOUS: ReadonlySet<DifferenceClass> = new Set([
  'unexplained',
  'rate-differs',
  'cost-without-usage',
]);
/** Differences that are explained and call for nothing: the report lists them. */
const HARMLESS: ReadonlySet<DifferenceClass> = new Set([
  'equal',
  'rounding',
  'provisional',
  'free-tokens',
  'long-context',
  'open-tier',
  'in-range',
  'other-product',
]);

export const reconciliation: Rule<AuditFacts> = {
  id: 'reconciliation',
  severity: 'warning',
  *check(facts, limits) {
    if (facts.reconciliation === undefined) return;
    const { tolerance = TOLERANCE } = facts.request;
    const differing = facts.reconciliation.lines.filter((line) => !HARMLESS.has(line.class));
    const isAlone = (line: ReconciledLine) => SERIOUS.has(line.class) && sureOf(line) > tolerance;
    const alone = differing.filter(isAlone).sort((a, b) => descending(sureOf(a), sureOf(b)));
    yield* shortened(alone.map(remarkOn), limits['reconciliation.shown'], (others) => ({
      severity: 'error',
      message: `and ${counted(others, 'more difference')} above ${usd(tolerance)}`,
      rows: others,
    }));
    const others = grouped(
      differing.filter((line) => !isAlone(line)),
      (line) => line.class,
    );
    for (const [name, lines] of others) yield summaryOf(name, lines, tolerance);
  },
};

function remarkOn(line: ReconciledLine): Remark {
  const { bills, day, lineItem, project, computed, billed, difference, explanation } = line;
  const where = project === undefined ? '' : ` in project ${project}`;
  const ours = computed === undefined ? 'nothing' : usdRange(computed);
  const theirs = billed === undefined ? 'nothing' : usd(billed);
  // What has no other reason is explained by these amounts alone.
  const amounts = line.class === 'unexplained' ? '' : `${theirs} is billed and ${ours} computed: `;
  return {
    severity: 'error',
    source: bills[0]?.source,
    message: `${dayOf(day)}, ${lineItem}${where}: ${amounts}${explanation}`,
    saving: sizeOf(difference),
    certainty: 'sure',
    rows: rowsOf(line),
  };
}

/** Many small differences of a serious class are as serious as a large one. */
function summaryOf(name: string, lines: readonly ReconciledLine[], tolerance: Money): Remark {
  const [first] = lines;
  let least: Money = ZERO;
  let most: Money = ZERO;
  for (const { difference } of lines) {
    least = add(least, leastOf(difference));
    most = add(most, sizeOf(difference).high);
  }
  const isSerious = first !== undefined && SERIOUS.has(first.class) && least > tolerance;
  const severity: Severity = isSerious ? 'error' : 'warning';
  return {
    severity,
    source: first?.bills[0]?.source,
    message: `${name}: ${usdRange({ low: least, high: most })} of difference in ${counted(lines.length, 'line')} of the bill: ${first?.explanation ?? ''}`,
    saving: { low: least, high: most },
    rows: lines.reduce((sum, line) => sum + rowsOf(line), 0),
  };
}

function rowsOf({ bills }: ReconciledLine): number {
  return bills.reduce((sum, { rows }) => sum + rows, 0);
}

/** How far apart the amounts are, whichever is greater. */
function sizeOf({ low, high }: Range): Range {
  const ends = [low, high].map((end) => (end < ZERO ? -end : end) as Money);
  const [a = ZERO, b = ZERO] = ends;
  const isZeroWithin = low <= ZERO && high >= ZERO;
  return { low: isZeroWithin ? ZERO : a < b ? a : b, high: a > b ? a : b };
}

/** A wrong rate is wrong also where the right one is a range. */
function sureOf({ class: name, difference }: ReconciledLine): Money {
  const { low, high } = sizeOf(difference);
  return name === 'rate-differs' ? high : low;
}

function leastOf(difference: Range): Money {
  return sizeOf(difference).low;
}
