/** Runs a process and measures it as a whole. */
import { spawnSync } from 'node:child_process';
import { median, spread } from './statistics.ts';

export interface Run {
  readonly seconds: number;
  readonly peakMegabytes: number;
  readonly output: string;
}

export interface Runs {
  readonly seconds: number;
  readonly spread: number;
  readonly peakMegabytes: number;
  readonly output: string;
}

const PEAK = 'PEAK_KIBIBYTES=';
const REPORT_PEAK = `data:text/javascript,process.on('exit',()=>process.stderr.write('${PEAK}'+process.resourceUsage().maxRSS))`;

function run(args: readonly string[], isPeakAsked: boolean): Run {
  const all = isPeakAsked ? ['--import', REPORT_PEAK, ...args] : args;
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, all, { encoding: 'utf8' });
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`node ${args.join(' ')}: ${stderr}`);
  const peakMegabytes = (Number(stderr.split(PEAK)[1]) * 1024) / 1e6;
  return { seconds, peakMegabytes, output: stdout };
}

/** Of runs of seconds and minutes: what asking for the memory costs is not to be seen in them. */
export function runs(args: readonly string[], times: number): Runs {
  const all = Array.from({ length: times }, () => run(args, true));
  const [first = run(args, true)] = all;
  const seconds = all.map((one) => one.seconds);
  return { ...first, seconds: median(seconds), spread: spread(seconds) };
}

/**
 * Of several short commands, in turns, so that all meet the same machine. Time and memory come from
 * different runs, as asking for one costs the other.
 */
export function runsInTurns<Name extends string>(
  commands: Readonly<Record<Name, readonly string[]>>,
  times: number,
): Record<Name, Runs> {
  const names = Object.keys(commands) as Name[];
  const seconds = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = 0; round < times; round++) {
    for (const name of names) seconds.get(name)?.push(run(commands[name], false).seconds);
  }
  const results = names.map((name) => {
    const taken = seconds.get(name) ?? [];
    const result = { ...run(commands[name], true), seconds: median(taken), spread: spread(taken) };
    return [name, result] as const;
  });
  return Object.fromEntries(results) as Record<Name, Runs>;
}
