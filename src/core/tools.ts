/** Tools that are billed by the call, and what usage calls them where it does not tell them apart. */
import type { RateTable, Tool } from './rates.ts';

/** A bill has one line item for all of these, and usage one count. */
export const WEB_SEARCHES: readonly string[] = [
  'web_search',
  'web_search_image',
  'web_search_preview',
  'web_search_preview_non_reasoning',
];

/** Names that stand for any of several tools; no rate table has a tool of such a name. */
const ANY_OF = {
  web_search_calls: WEB_SEARCHES,
  web_search_preview_calls: WEB_SEARCHES.filter((id) => id.startsWith('web_search_preview')),
} as const satisfies Record<string, readonly string[]>;
export type AnyTool = keyof typeof ANY_OF;

/** The ids of the tools that a name may stand for. */
export function toolIdsOf(name: string): readonly string[] {
  return Object.hasOwn(ANY_OF, name) ? ANY_OF[name as AnyTool] : [name];
}

/** What a name stands for, undefined in place of what the table does not have; empty for no tool. */
export function toolsNamed(table: RateTable, name: string): readonly (Tool | undefined)[] {
  // Nearly all names are of models, and no tool has the name of one.
  if (table.names.has(name)) return [];
  const tools = toolIdsOf(name).map((wanted) => table.tools.find(({ id }) => id === wanted));
  return tools.some((tool) => tool !== undefined) ? tools : [];
}
