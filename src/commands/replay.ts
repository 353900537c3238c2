import { InputError } from '../core/input-error.ts';
import { EXIT } from '../core/report.ts';
import type { Replay } from '../core/spending/replay.ts';
import type { Io } from '../io.ts';
import { REPLAY_FORMATS, type ReplayFormat } from '../output/replay.ts';
import { type AuditOptions, factsOf } from './audit.ts';
import { loadRates } from './load-rates.ts';
import { outlookOfUsage } from './outlook.ts';
import { type PrintOptions, publish } from './print.ts';

export interface ReplayOptions extends PrintOptions<ReplayFormat> {
  readonly since?: AuditOptions['since'];
  readonly until?: AuditOptions['until'];
  readonly spendLimit?: AuditOptions['spendLimit'];
  readonly alertAt?: AuditOptions['alertAt'];
  readonly spendLimits?: AuditOptions['spendLimits'];
  readonly rates?: string;
}

/** `openai-cost replay`: with these limits, when would spending have stopped. */
export async function runReplay(
  names: readonly string[],
  options: ReplayOptions,
  io: Io,
): Promise<number> {
  if (options.spendLimit === undefined && options.spendLimits === undefined) {
    throw new InputError("name a limit with --spend-limit, or OpenAI's own with --spend-limits");
  }
  const { since, until } = options;
  const rates = await loadRates(io, options.rates);
  const asked = { format: [], by: ['model', 'project'], since, until } satisfies AuditOptions;
  const facts = await factsOf(names, asked, rates, io);
  const { replays, billed } = await outlookOfUsage(facts, options, io);
  const missing = missingOf(replays);
  await publish(
    (format, terminal) =>
      REPLAY_FORMATS[format]({ rates, now: facts.now, replays, billed, missing }, terminal),
    options,
    io,
  );
  return missing === undefined ? EXIT.ok : EXIT.incomplete;
}

/** Why what the limits are held against is not all in sight. What a bill has settled is. */
function missingOf(replays: readonly Replay[]): string | undefined {
  for (const { months, notes } of replays) {
    for (const note of notes) if (note.kind === 'missing') return note.reason;
    if (months.length === 0) return 'the data has no usage at all';
  }
  return undefined;
}
