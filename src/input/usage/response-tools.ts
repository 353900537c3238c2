/** The calls of OpenAI's own tools within a response, which are billed beside its tokens. */
import type { Endpoint, Row, UsageEntry } from '../../core/audit/entry.ts';
import type { Unit } from '../../core/rates.ts';
import type { AnyTool } from '../../core/tools.ts';
import { fieldOf, plainText } from './json-fields.ts';
import type { Logged } from './request-entry.ts';

interface ToolCall {
  readonly endpoint: Endpoint;
  readonly unit: Unit;
  /** The id of the rate table; undefined where the response does not tell what is billed. */
  readonly tool: (response: unknown) => string | undefined;
  readonly counts: (item: unknown) => boolean;
}

const PREVIEW: AnyTool = 'web_search_preview_calls';

/** By the type of an item of `output`. */
const CALLS: Readonly<Record<string, ToolCall>> = {
  web_search_call: {
    endpoint: 'web_search',
    unit: 'call',
    // The preview has two prices, and which models have which is not in the response.
    tool: (response) => (isSearchPreview(response) ? PREVIEW : 'web_search'),
    // Opening a page that was found is no search.
    counts: (item) => ['search', 'undefined'].includes(String(actionOf(item))),
  },
  file_search_call: {
    endpoint: 'file_search',
    unit: 'call',
    tool: () => 'file_search',
    counts: () => true,
  },
  // Requests can share a container, so how many sessions are billed stays unknown.
  code_interpreter_call: {
    endpoint: 'code_interpreter',
    unit: 'session20Minutes',
    tool: () => undefined,
    counts: () => true,
  },
};

/** One row for each tool that the response called. */
export function toolRows({ response }: Logged, entry: UsageEntry): Row[] {
  const output = fieldOf(response, 'output');
  if (!Array.isArray(output)) return [];
  return Object.entries(CALLS).flatMap(([type, call]): Row[] => {
    const { endpoint, unit, tool, counts } = call;
    const amount = output.filter((item) => fieldOf(item, 'type') === type && counts(item)).length;
    if (amount === 0) return [];
    const id = entry.id === undefined ? undefined : `${entry.id}/${endpoint}`;
    const quantities = [{ unit, amount }];
    const model = tool(response);
    return [
      {
        kind: 'usage',
        entry: { ...entry, endpoint, model, tiers: ['standard'], tokens: {}, quantities, id },
      },
    ];
  });
}

function isSearchPreview(response: unknown): boolean {
  const tools = fieldOf(response, 'tools');
  return (
    Array.isArray(tools) &&
    tools.some((tool) => plainText(fieldOf(tool, 'type')).startsWith('web_search_preview'))
  );
}

function actionOf(item: unknown): unknown {
  return fieldOf(fieldOf(item, 'action'), 'type');
}
