import { main } from '../src/cli.ts';
import { type Io, nodeIo } from '../src/io.ts';

export interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface World {
  readonly cwd?: string;
  readonly stdin?: Uint8Array;
  readonly env?: Record<string, string>;
  readonly columns?: number;
  readonly now?: string;
  /** Told how long the command would wait, in milliseconds; it does not. */
  readonly onWait?: (milliseconds: number) => void;
}

/** The day on which every test takes place, unless it says another. */
export const TODAY = '2026-11-22T12:00:00Z';

/** Runs the real command on real files; only the clock, the environment and the terminal are ours. */
export async function run(argv: readonly string[], world: World = {}): Promise<Result> {
  let out = '';
  let err = '';
  const real = nodeIo(world.cwd);
  const io: Io = {
    ...real,
    stream: (path) =>
      path === '-' ? inPieces(world.stdin ?? new Uint8Array()) : real.stream(path),
    env: world.env ?? {},
    columns: world.columns,
    now: () => new Date(world.now ?? TODAY),
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    progress: () => {},
    wait: async (milliseconds) => world.onWait?.(milliseconds),
  };
  const code = await main(argv, io);
  return { code, out, err };
}

/** As a pipe hands it over: cut where it pleases. */
export async function* inPieces(bytes: Uint8Array, length = 7): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}
