import {
  type Check,
  type Figure,
  isFailure,
  type JudgedBudget,
  type LimitName,
  lackOf,
} from '../../core/budget/check.ts';
import { grouped } from '../../core/grouped.ts';
import { subtract } from '../../core/money.ts';
import type { CheckFacts } from '../../core/report.ts';
import { count, counted, usd, usdRange } from '../../core/wording.ts';
import type { Remark, Rule } from '../rule.ts';

/** Every limit that does not hold, and every mark that is reached. */
export const budgets: Rule<CheckFacts> = {
  id: 'budget',
  severity: 'error',
  *check({ budgets: judged, places, assume }) {
    for (const { name, kind, checks } of judged) {
      const about = { source: places.get(name), budget: name };
      for (const alike of alikeIn(checks)) {
        const [first, ...more] = alike;
        if (first?.source && more.length > 0) {
          yield { ...about, ...undecidedRemark(first, more) };
          continue;
        }
        for (const check of alike.slice(0, MOST_ALIKE)) {
          const remark = remarkOn(check, kind, assume);
          if (remark) yield { ...about, ...remark };
        }
        const others = alike.slice(MOST_ALIKE);
        if (others.length > 0) yield { ...about, ...othersRemark(others) };
      }
    }
  },
};

/** Days, projects or requests of one limit that are told one by one; a report has them all. */
const MOST_ALIKE = 3;

/**
 * What fails alike, the most first. What is about a file has a place of its own to be told at, and
 * is alike where the same reason leaves several of its limits open.
 */
function alikeIn(checks: readonly Check[]): Check[][] {
  const keyOf = (check: Check, index: number) => {
    const { source, subject, limit, verdict } = check;
    if (source && verdict.kind === 'undecided' && limit !== 'files') {
      return JSON.stringify([subject, verdict.reason]);
    }
    return source || !isFailure(check) ? index : `${limit} ${verdict.kind}`;
  };
  const keys = new Map(checks.map((check, index) => [check, keyOf(check, index)]));
  return [...grouped(checks, (check) => keys.get(check)).values()].map((alike) =>
    alike.length > MOST_ALIKE ? [...alike].sort(mostFirst) : alike,
  );
}

function mostFirst({ found: a }: Check, { found: b }: Check): number {
  if (!a || !b || a.unit === 'name' || b.unit === 'name' || a.high === b.high) return 0;
  return a.high < b.high ? 1 : -1;
}

/** One reason for several limits of a file is said once. */
function undecidedRemark(first: Check, more: readonly Check[]): Remark {
  const { source, budget, verdict } = first;
  const limits = [first, ...more].map(({ limit }) => limit).join(', ');
  const reason = verdict.kind === 'undecided' ? verdict.reason : '';
  return {
    ...{ source, severity: 'warning', isUndecided: true },
    message: `${toldOf(first)} cannot be held against ${counted(more.length + 1, 'limit')} (${limits} of ${budget}): ${reason}`,
  };
}

function othersRemark(others: readonly Check[]): Remark {
  const [first] = others;
  const isExceeded = first?.verdict.kind === 'exceeded';
  const what = isExceeded ? 'are above it as well' : 'cannot be held against it either';
  const of = first ? `${allowance(first)} (${first.limit} of ${first.budget})` : '';
  return {
    ...(isExceeded ? { severity: 'error' } : { severity: 'warning', isUndecided: true }),
    message: `the ${of}: ${count(others.length)} more ${what}`,
  };
}

function remarkOn(
  check: Check,
  kind: JudgedBudget['kind'],
  assume: CheckFacts['assume'],
): Remark | undefined {
  const { budget, limit, verdict, source } = check;
  const subject = toldOf(check);
  const place = source ? { source } : {};
  const of = `(${limit} of ${budget})`;
  // What was used in a month was spent; what prompts cost in one is yet to come.
  const said =
    kind === 'usage' && limit === 'usdPerMonth'
      ? SPENT(subject, figureOf(check))
      : statement(check);
  switch (verdict.kind) {
    case 'within':
      return undefined;
    case 'near':
      return {
        ...place,
        severity: 'warning',
        message: `${said}, ${verdict.percent}% or more of the ${allowance(check)} ${of}`,
      };
    case 'undecided':
      if (limit === 'files' || limit === 'credits') {
        const message = `${statement(check)}: ${verdict.reason} ${of}`;
        return { ...place, severity: 'warning', isUndecided: true, message };
      }
      return {
        ...place,
        severity: 'warning',
        isUndecided: true,
        message: `${subject} cannot be held against the ${allowance(check)} ${of}: ${verdict.reason}`,
      };
    case 'exceeded':
      return {
        ...place,
        certainty: verdict.sure ? 'sure' : 'possible',
        message: `${said}, ${excess(check, verdict.sure, assume)} ${of}; ${REMEDIES[limit]}`,
      };
  }
}

/** What each limit is about, said of a subject and what was found. */
const STATEMENTS = {
  usdPerCall: (subject, found) => `${subject} costs ${found} a call`,
  usdPerRun: (subject, found) => `${subject}: a run costs ${found}`,
  usdPerMonth: (subject, found) => `${subject}: a month costs ${found}`,
  usdPerDay: (subject, found) => `${subject}: ${found} was spent`,
  usd: (subject, found) => `${subject}: ${found} was spent`,
  tokensPerFile: (subject, found) => `${subject} has ${found}`,
  contextShare: (subject, found) => `${subject} has ${found}`,
  tokensPerRequest: (subject, found) => `${subject}: ${found} a request`,
  models: (subject) => `the model ${subject} was used`,
  tiers: (subject) => `the tier ${subject} was used`,
  imageQualities: (subject) => `images of ${subject} quality were made`,
  files: (subject) => `${subject} cannot be read`,
  spendLimit: (subject, found) => `${subject}: ${found} was spent`,
  spendAlert: (subject, found) => `${subject}: ${found} was spent`,
  credits: (subject) => `${subject} is not known`,
  'increase.perFile.usd': (subject, found) =>
    `a call of ${subject} costs ${found} more than before`,
  'increase.perFile.percent': (subject, found) =>
    `a call of ${subject} costs ${found} more than before`,
  'increase.perFile.tokens': (subject, found) => `${subject} has ${found} more than before`,
  'increase.total.usd': costsMore,
  'increase.total.percent': costsMore,
} as const satisfies Record<
  LimitName,
  (subject: string, found: string, per: Check['per']) => string
>;

function costsMore(subject: string, found: string, per: Check['per']): string {
  return `${subject}: a ${per ?? 'run'} costs ${found} more than before`;
}

/** What can be done, beside raising the limit. */
const REMEDIES = {
  usdPerCall: 'shorten the prompt or its answer, take a smaller model, or raise the limit',
  usdPerRun: 'shorten the prompts, call them less often, take a smaller model, or raise the limit',
  usdPerMonth: 'find what it went to with "openai-cost audit" or "estimate", or raise the limit',
  usdPerDay: 'find what it went to with "openai-cost audit --by day,model", or raise the limit',
  usd: 'find what it went to with "openai-cost audit", or raise the limit',
  tokensPerFile: 'shorten the prompt, or raise the limit',
  contextShare: 'shorten the prompt, take a model with a larger window, or raise the limit',
  tokensPerRequest: 'send less context, or raise the limit',
  models: 'use one that is allowed, or allow it',
  tiers: 'use one that is allowed, or allow it',
  imageQualities: 'use one that is allowed, or allow it',
  files: 'correct the file, or take it out of the budget',
  spendLimit: 'OpenAI refuses requests above it: spend less, or raise it there',
  spendAlert: 'spend less, or raise the alert there',
  credits: 'spend less',
  'increase.perFile.usd': 'shorten the prompt, or raise the limit if the increase is meant',
  'increase.perFile.percent': 'shorten the prompt, or raise the limit if the increase is meant',
  'increase.perFile.tokens': 'shorten the prompt, or raise the limit if the increase is meant',
  'increase.total.usd': 'shorten the prompts, or raise the limit if the increase is meant',
  'increase.total.percent': 'shorten the prompts, or raise the limit if the increase is meant',
} as const satisfies Record<LimitName, string>;

const SPENT = STATEMENTS.usdPerDay;

function statement(check: Check): string {
  return STATEMENTS[check.limit](toldOf(check), figureOf(check), check.per).trimStart();
}

/** A file is where a remark is told, and is not named in it again. */
function toldOf({ subject, source }: Check): string {
  if (source === undefined || !subject.startsWith(source.file)) return subject;
  return subject.slice(source.file.length).replace(/^ with /, '');
}

function figureOf({ found, verdict }: Check): string {
  if (!found) return 'an unknown amount';
  const isAtLeast = lackOf(verdict) !== undefined && found.unit !== 'name';
  return isAtLeast ? `at least ${figure(leastOf(found))}` : figure(found);
}

function leastOf(found: Figure): Figure {
  if (found.unit === 'name') return found;
  return found.unit === 'usd' ? { ...found, high: found.low } : { ...found, high: found.low };
}

function allowance({ allowed, limit }: Check): string {
  if (!allowed) return `list of what is allowed`;
  return `${limit.startsWith('increase') ? 'allowed increase' : 'limit'} of ${figure(allowed)}`;
}

/** By how much, and how sure that is. */
function excess(check: Check, sure: boolean, assume: CheckFacts['assume']): string {
  const { allowed, found, limit } = check;
  if (!allowed || !found || found.unit === 'name') {
    return sure
      ? 'which is not allowed'
      : 'perhaps, as the data does not tell, which is not allowed';
  }
  const end = sure ? '' : `, judged at the ${assume} end of what is open`;
  const name = limit.startsWith('increase') ? 'allowed' : 'limit of';
  const above =
    lackOf(check.verdict) === undefined
      ? overBy(found, allowed)
      : `at least ${overBy(leastOf(found), allowed)}`.replace(/^at least $/, '');
  return `${above ? `${above} ` : ''}above the ${name} ${figure(allowed)}${end}`.trimEnd();
}

function overBy(found: Figure, allowed: Figure): string {
  if (found.unit === 'usd' && allowed.unit === 'usd') {
    const least = subtract(found.low, allowed.low);
    const most = subtract(found.high, allowed.low);
    return least > 0n ? usdRange({ low: least, high: most }) : `up to ${usd(most)}`;
  }
  if (found.unit === 'tokens' && allowed.unit === 'tokens') return count(found.high - allowed.low);
  return '';
}

function figure(value: Figure): string {
  switch (value.unit) {
    case 'usd':
      return usdRange(value);
    case 'tokens':
      return value.low === value.high
        ? `${count(value.low)} ${value.low === 1 ? 'token' : 'tokens'}`
        : `${count(value.low)} to ${count(value.high)} tokens`;
    case 'percent':
      return `${value.high}%`;
    case 'name':
      return value.name;
  }
}
