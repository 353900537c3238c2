import type { CheckFacts } from '../core/report.ts';
import { budgets } from './check/budgets.ts';
import { credits } from './check/credits.ts';
import { forecast } from './check/forecast.ts';
import { ofCalls } from './check/of-calls.ts';
import { oldRates } from './check/old-rates.ts';
import { unchecked } from './check/unchecked.ts';
import { contextWindow } from './context-window.ts';
import { openPrice } from './open-price.ts';
import { promptText } from './prompt-text.ts';
import type { Rule } from './rule.ts';
import { shutDown } from './shut-down.ts';
import { staleRates } from './stale-rates.ts';

/** What `check` has to say: first what fails, then what may be behind it. */
export const CHECK_RULES: readonly Rule<CheckFacts>[] = [
  budgets,
  oldRates,
  ofCalls(contextWindow),
  forecast,
  credits,
  ofCalls(shutDown),
  ofCalls(openPrice),
  ofCalls(promptText),
  staleRates,
  unchecked,
];
