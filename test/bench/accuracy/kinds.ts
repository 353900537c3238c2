/** The kinds of request of which the accuracy is measured, and what must be reached. */
import type { ConversationRequest, ModelRequest } from '../../../src/core/request/request.ts';

export interface Floor {
  /** Percent of the records. */
  readonly exact: number;
  /** Within 1 % or 3 tokens; of images within 2 tokens. */
  readonly close: number;
}

export const KINDS = {
  text: { title: 'text, chat and Responses', floor: { exact: 99, close: 99.5 } },
  texts: { title: 'embeddings, completions', floor: { exact: 97, close: 99 } },
  tools: { title: 'function tools', floor: { exact: 85, close: 94 } },
  schema: { title: 'json_schema, with or without tools', floor: { exact: 60, close: 80 } },
  image: { title: 'images, tile and patch', floor: { exact: 95, close: 99 } },
  generation: { title: 'image generation', floor: { exact: 100, close: 100 } },
  media: { title: 'whole requests with images, audio or files', floor: undefined },
  'built-in': { title: 'built-in and custom tools', floor: undefined },
  kept: { title: 'earlier turns, reasoning and stored prompts', floor: undefined },
} as const satisfies Record<string, { title: string; floor: Floor | undefined }>;
export type Kind = keyof typeof KINDS;

export function kindOf(request: ModelRequest): Kind {
  if (request.kind === 'texts') return 'texts';
  const parts = request.items.flatMap((item) => ('parts' in item ? item.parts : []));
  const isUnread = request.items.some(({ kind }) => kind === 'reasoning' || kind === 'unknown');
  if (request.elsewhere.length > 0 || isUnread || request.reasoningMode === 'pro') return 'kept';
  if (request.tools.some(({ kind }) => kind !== 'function')) return 'built-in';
  if (parts.some(({ kind }) => kind !== 'text')) return 'media';
  if (request.format.kind === 'json-schema') return 'schema';
  return hasTools(request) ? 'tools' : 'text';
}

function hasTools({ tools, items }: ConversationRequest): boolean {
  return tools.length > 0 || items.some(({ kind }) => kind === 'calls' || kind === 'result');
}
