import { InputError } from '../core/input-error.ts';

/** The two sides of an option such as `--var name=value`; the value is whole, as it may hold a `=`. */
export function pairIn(option: string, text: string): [name: string, value: string] {
  const at = text.indexOf('=');
  if (at < 1) throw new InputError(`${option} ${text}: must be name=value`);
  return [text.slice(0, at).trim(), text.slice(at + 1)];
}
