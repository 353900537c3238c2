/** Runs a process and measures it as a whole, with all its threads. */
import { spawnSync } from 'node:child_process';

export interface Run {
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  /** Undefined where it cannot be asked for. */
  readonly peakMebibytes: number | undefined;
  readonly output: string;
}

const USED = 'USED=';
const REPORT_USE = `data:text/javascript,process.on('exit',()=>{const{userCPUTime:u,systemCPUTime:s,maxRSS:m}=process.resourceUsage();process.stderr.write('${USED}'+(u+s)+' '+m)})`;
const MOST_OUTPUT_BYTES = 1 << 28;

export function runNode(args: readonly string[]): Run {
  const { stdout, stderr, wallSeconds } = spawn(process.execPath, [
    '--import',
    REPORT_USE,
    ...args,
  ]);
  const [microseconds, kibibytes] = (stderr.split(USED)[1] ?? '').split(' ').map(Number);
  return {
    cpuSeconds: (microseconds ?? Number.NaN) / 1e6,
    wallSeconds,
    peakMebibytes: (kibibytes ?? Number.NaN) / 1024,
    output: stdout,
  };
}

/** Of a program that is not ours: the shell knows its processor time. */
export function runCommand(command: string): Run {
  const timed = `TIMEFORMAT='${USED}%U %S'; time ${command}`;
  const { stdout, stderr, wallSeconds } = spawn('bash', ['-c', timed]);
  const [user, system] = (stderr.split(USED)[1] ?? '').split(' ').map(Number);
  const cpuSeconds = (user ?? Number.NaN) + (system ?? Number.NaN);
  return { cpuSeconds, wallSeconds, peakMebibytes: undefined, output: stdout };
}

/** @throws Error if it ends with another exit code */
export function wallSeconds(args: readonly string[], exitCode = 0): number {
  return spawn(process.execPath, args, exitCode).wallSeconds;
}

function spawn(program: string, args: readonly string[], exitCode = 0) {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: MOST_OUTPUT_BYTES,
  });
  const wallSeconds = (performance.now() - start) / 1000;
  if (status !== exitCode) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return { stdout, stderr, wallSeconds };
}
