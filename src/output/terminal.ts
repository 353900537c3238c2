/** How a file is called from the root of the repository on, by which CI systems find it. */
export type FromRoot = (file: string) => string;

/** How text may look where it goes. */
export interface Terminal {
  /** Columns that a line may take. */
  readonly width: number;
  readonly paint: Paint;
  /** Left out, files are called as the user named them. */
  readonly fromRoot?: FromRoot | undefined;
}

const ROLES = ['heading', 'name', 'total', 'error', 'warning', 'note'] as const;
type Role = (typeof ROLES)[number];
export type Paint = Readonly<Record<Role, (text: string) => string>>;

const PLAIN = Object.fromEntries(ROLES.map((role) => [role, (text: string) => text])) as Paint;

/** Loads chalk only where there is colour to be had. */
export async function terminalOf(width: number, colour: boolean): Promise<Terminal> {
  if (!colour) return { width, paint: PLAIN };
  const { Chalk } = await import('chalk');
  // An instance of our own: whether there is colour is io's word, not chalk's guess.
  const chalk = new Chalk({ level: 1 });
  return {
    width,
    paint: {
      heading: chalk.dim,
      name: chalk.cyan,
      total: chalk.bold,
      error: chalk.red,
      warning: chalk.yellow,
      note: chalk.dim,
    },
  };
}
