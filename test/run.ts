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
}

/** The day on which every test takes place, unless it says another. */
export const TODAY = '2026-11-22T12:00:00Z';

/** Runs the real command on real files; only the clock, the environment and the terminal are ours. */
export async function run(argv: readonly string[], world: World = {}): Promise<Result> {
  let out = '';
  let err = '';
  const io: Io = {
    ...nodeIo(world.cwd),
    env: world.env ?? {},
    columns: world.columns,
    now: () => new Date(world.now ?? TODAY),
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    readStdin: async () => world.stdin ?? new Uint8Array(),
  };
  const code = await main(argv, io);
  return { code, out, err };
}
