/** The names that bills give to what they charge for, such as `flex | gpt-5, cached input`. */

import { toolIdsOf, WEB_SEARCHES } from '../tools.ts';
import {
  MODALITIES,
  type Modality,
  SERVICE_TIERS,
  type ServiceTier,
  type TokenKind,
} from '../usage.ts';
import type { LineItem } from './bill.ts';

export type TokenItem = Extract<LineItem, { kind: 'tokens' }>;

/** What stands before a bar is a tier, or else another surface, such as `evals`. */
const TIERS: ReadonlyMap<string, ServiceTier> = new Map([
  ...SERVICE_TIERS.map((tier) => [tier, tier] as const),
  ['default', 'standard'],
  ['fast', 'priority'],
]);

/** Without their modality, and without the word "tokens". */
const CLASSES: ReadonlyMap<string, TokenItem['tokenKind']> = new Map([
  ['input', 'input'],
  ['uncached input', 'input'],
  ['input uncached', 'input'],
  ['cached input', 'cachedInput'],
  ['input cached', 'cachedInput'],
  ['cache write', 'cacheWrite'],
  ['cache writes', 'cacheWrite'],
  ['input cache write', 'cacheWrite'],
  ['input cache writes', 'cacheWrite'],
  ['cache write 30m', 'cacheWrite30m'],
  ['cache writes 30m', 'cacheWrite30m'],
  ['input cache write 30m', 'cacheWrite30m'],
  ['cache write 12h', 'cacheWrite12h'],
  ['cache writes 12h', 'cacheWrite12h'],
  ['input cache write 12h', 'cacheWrite12h'],
  ['output', 'output'],
]);

/** How bills print each class; no bill has been seen that tells how long a write lasts. */
const CLASS_NAMES = {
  input: 'input',
  cachedInput: 'cached input',
  cacheWrite: 'cache writes',
  cacheWrite30m: 'cache writes',
  cacheWrite12h: 'cache writes',
  output: 'output',
} as const satisfies Record<TokenItem['tokenKind'], string>;

const LONG = 'long context';

/** Takes a line item apart. Never fails: what does not follow the grammar is `other`. */
export function parseLineItem(text: string | undefined): LineItem {
  if (text === undefined || text.trim() === '') return { kind: 'none' };
  const other = { kind: 'other', text } as const;
  const surfaces = text.split('|').map((part) => part.trim());
  const parts = (surfaces.pop() ?? '').split(',').map((part) => part.trim());
  const long = parts.at(-1)?.toLowerCase() === LONG;
  if (long) parts.pop();
  const [name, className] = parts;
  if (name === undefined || className === undefined || parts.length > 2) return other;

  const [model = '', suffix, ...more] = name.split(/\s+/);
  const words = className.toLowerCase().split(/[\s_]+/);
  const modalities = [suffix, ...words].filter(isModality);
  const tokenKind = CLASSES.get(
    words.filter((word) => !isModality(word) && !/^tokens?$/.test(word)).join(' '),
  );
  if (model === '' || more.length > 0 || (suffix !== undefined && !isModality(suffix)))
    return other;
  if (tokenKind === undefined || new Set(modalities).size > 1) return other;

  const tiers = surfaces.flatMap((surface) => TIERS.get(surface.toLowerCase()) ?? []);
  const otherSurfaces = surfaces.filter((surface) => !TIERS.has(surface.toLowerCase()));
  if (tiers.length > 1 || otherSurfaces.includes('')) return other;
  return {
    kind: 'tokens',
    text,
    surface: otherSurfaces.length > 0 ? otherSurfaces.join(' | ') : undefined,
    tier: tiers[0] ?? 'standard',
    model: billedModel(model),
    modality: modalities[0] ?? 'text',
    tokenKind,
    long,
  };
}

function isModality(word: string | undefined): word is Modality {
  return (MODALITIES as readonly (string | undefined)[]).includes(word);
}

/**
 * One spelling for the same model: bills name the base of a fine-tuned model with a hyphen, usage
 * has a colon, and the owner and the id behind it.
 */
export function billedModel(name: string): string {
  return name.replace(/^ft[-:]([^:]+).*$/, 'ft:$1');
}

/** The line item under which tokens are billed, as bills spell it. */
export function lineItemText(
  item: Pick<TokenItem, 'tier' | 'model' | 'modality' | 'long'> & {
    readonly tokenKind: TokenKind | 'cacheWrite';
  },
): string {
  const tier = item.tier === 'standard' ? '' : `${item.tier} | `;
  const model = item.model.replace(/^ft:/, 'ft-');
  const modality = item.modality === 'text' ? '' : ` ${item.modality}`;
  const long = item.long ? `, ${LONG}` : '';
  return `${tier}${model}${modality}, ${CLASS_NAMES[item.tokenKind]}${long}`;
}

/** What a line item is for, where it is neither tokens nor a tool: a model billed by unit. */
export function subjectOf(item: LineItem): string | undefined {
  if (item.kind === 'none') return undefined;
  if (item.kind === 'tokens') return item.model;
  const [name = ''] = (item.text.split('|').at(-1) ?? '').split(',');
  return billedModel(name.trim().split(/\s+/)[0] ?? '');
}

/**
 * The model and tier of a line item that names no kind of token, such as `flex | gpt-5-mini` or the
 * `GPT-4o mini` of legacy exports: it is for all of them.
 */
export function wholeModelOf(
  item: LineItem,
): { readonly model: string; readonly tier: ServiceTier } | undefined {
  if (item.kind !== 'other' || item.text.includes(',')) return undefined;
  const surfaces = item.text.split('|').map((part) => part.trim().toLowerCase());
  const model = billedModel((surfaces.pop() ?? '').replace(/\s+/g, '-'));
  const tiers = surfaces.map((surface) => TIERS.get(surface));
  const tier = tiers.length === 0 ? 'standard' : tiers[0];
  return tier === undefined || tiers.length > 1 ? undefined : { model, tier };
}

/** Line items of tools, and the tools of the rate table that are billed under each. */
const TOOL_ITEMS: readonly {
  readonly pattern: RegExp;
  readonly tools: readonly string[];
  /** What a unit of it costs is certain; for others nothing has shown it yet. */
  readonly isRateKnown: boolean;
}[] = [
  {
    pattern: /^web search tool calls?$/i,
    tools: WEB_SEARCHES,
    isRateKnown: true,
  },
  // The first GiB is free, and whether the quantity holds it nobody has told.
  { pattern: /^vector storage$/i, tools: ['file_search_storage'], isRateKnown: false },
  // What is billed for it may be storage, calls or both.
  {
    pattern: /^(?:assistants api \| )?file search(?: tool calls?)?$/i,
    tools: ['file_search'],
    isRateKnown: false,
  },
  // The price depends on the memory of the container.
  {
    pattern: /^(?:assistants api \| )?code interpreter(?: sessions?)?$/i,
    tools: ['container'],
    isRateKnown: false,
  },
];

/** The tools that a line item stands for, if it is for a tool. */
export function toolsOf(item: LineItem): (typeof TOOL_ITEMS)[number] | undefined {
  if (item.kind !== 'other') return undefined;
  return TOOL_ITEMS.find(({ pattern }) => pattern.test(item.text.trim()));
}

/** Under which name all uses of these tools come together, on the bill and in usage. */
export function toolGroup(tool: string): string {
  const [first = tool] = toolIdsOf(tool);
  return TOOL_ITEMS.find(({ tools }) => tools.includes(first))?.tools[0] ?? tool;
}
