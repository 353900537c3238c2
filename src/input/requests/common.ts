import type { JsonFields } from '../usage/json-fields.ts';

export function listAt(fields: JsonFields, key: string): readonly unknown[] {
  const list = fields.list(key);
  if (list) return list;
  throw fields.bad(key, 'is missing');
}

/** How many answers are asked for: one, where nothing is said. */
export function answersIn(fields: JsonFields, key: string): number {
  const answers = fields.count(key) ?? 1;
  if (answers > 0) return answers;
  throw fields.bad(key, 'is 0; ask for at least one answer');
}
