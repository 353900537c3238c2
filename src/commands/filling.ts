import { InputError } from '../core/input-error.ts';
import type { TemplateStyle } from '../core/request/choices.ts';
import type { Filling, Values } from '../core/request/template.ts';
import { readVariables } from '../input/variables.ts';
import type { Io } from '../io.ts';
import { readSmallFile } from './load-rates.ts';
import { pairIn } from './pair.ts';

export interface FillingOptions {
  readonly vars?: string;
  readonly var?: readonly string[];
  readonly varTokens?: readonly string[];
  readonly template?: TemplateStyle | 'none';
}

/**
 * How placeholders are filled, or undefined where nothing is to be taken for one.
 * @throws InputError for a file or an option that cannot be read
 */
export async function fillingFrom(
  { vars, var: single = [], varTokens = [], template }: FillingOptions,
  io: Io,
): Promise<Filling | undefined> {
  if (template === 'none') {
    if (vars === undefined && single.length + varTokens.length === 0) return undefined;
    throw new InputError(
      '--template none leaves nothing to fill in with --vars, --var or --var-tokens',
    );
  }
  const own = new Map(single.map((text) => pairIn('--var', text)));
  const tokens = new Map(
    varTokens.map((text): [string, number] => {
      const [name, value] = pairIn('--var-tokens', text);
      const number = Number(value);
      if (/^\d+$/.test(value) && Number.isSafeInteger(number)) return [name, number];
      throw new InputError(`--var-tokens ${text}: must be a whole number such as 500`);
    }),
  );
  const runs: Values[] =
    vars === undefined ? [new Map()] : readVariables(await readSmallFile(io, vars), vars);
  return {
    style: template ?? 'auto',
    runs: runs.map((values) => new Map([...values, ...own])),
    tokens,
    from: 'options',
    found: new Set(),
  };
}
