/** Runs a process and measures it as a whole. */
import { spawnSync } from 'node:child_process';
import { median, spread } from './statistics.ts';

export interface Run {
  readonly seconds: number;
  /** Of all threads; NaN if it was not asked for. */
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
  readonly output: string;
}

export interface Runs {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly spread: number;
  readonly peakMegabytes: number;
  readonly output: string;
}

const USAGE = 'RESOURCE_USAGE=';
const REPORT_USAGE = `data:text/javascript,process.on('exit',()=>process.stderr.write('${USAGE}'+JSON.stringify(process.resourceUsage())))`;

interface Usage {
  /** In KiB. */
  readonly maxRSS: number;
  /** In microseconds. */
  readonly userCPUTime: number;
  readonly systemCPUTime: number;
}

function run(args: readonly string[], isUsageAsked: boolean): Run {
  const all = isUsageAsked ? ['--import', REPORT_USAGE, ...args] : args;
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, all, { encoding: 'utf8' });
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`node ${args.join(' ')}: ${stderr}`);
  if (!isUsageAsked) return { seconds, cpuSeconds: NaN, peakMegabytes: NaN, output: stdout };
  const usage: Usage = JSON.parse(stderr.split(USAGE)[1] ?? '');
  const peakMegabytes = (usage.maxRSS * 1024) / 1e6;
  const cpuSeconds = (usage.userCPUTime + usage.systemCPUTime) / 1e6;
  return { seconds, cpuSeconds, peakMegabytes, output: stdout };
}

/** Of runs of seconds and minutes: what asking for memory and CPU time costs is not to be seen in them. */
export function runs(args: readonly string[], times: number): Runs {
  return summary(Array.from({ length: times }, () => run(args, true)));
}

/** Each run of the second lies between two of the first, so that both meet the same machine. */
export function runsBetween(
  first: readonly string[],
  second: readonly string[],
  times: number,
): readonly [Runs, Runs] {
  const outer = [run(first, true)];
  const inner: Run[] = [];
  for (let turn = 0; turn < times; turn++) {
    inner.push(run(second, true));
    outer.push(run(first, true));
  }
  return [summary(outer), summary(inner)];
}

function summary(all: readonly Run[]): Runs {
  const seconds = all.map((one) => one.seconds);
  return {
    seconds: median(seconds),
    cpuSeconds: median(all.map((one) => one.cpuSeconds)),
    spread: spread(seconds),
    peakMegabytes: Math.max(...all.map((one) => one.peakMegabytes)),
    output: all[0]?.output ?? '',
  };
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
