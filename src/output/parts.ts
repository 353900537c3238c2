/** What the input of requests is made of, and how far each part is known. */
import type { ModelEstimate, PromptEstimate } from '../core/estimate/estimate.ts';
import { InputFold } from '../core/request/input-fold.ts';
import {
  type Count,
  type CountedPart,
  TOKEN_PART_NAMES,
  type TokenPart,
} from '../core/request/tally.ts';
import { count, counted } from '../core/wording.ts';
import { safeText } from './safe.ts';
import { spanText } from './span.ts';
import { renderTable, type TableData } from './table.ts';
import type { Terminal } from './terminal.ts';

/** What a plain text is made of: not worth a table. */
const USUAL: ReadonlySet<TokenPart> = new Set(['text', 'messages']);

interface PartRow extends Count {
  readonly title: string;
}

/** Empty where there is nothing but text in messages, or several models count differently. */
export function partsTable(models: readonly ModelEstimate[], terminal: Terminal): string {
  const data = partsData(models);
  return data ? renderTable(data, terminal) : '';
}

export function partsData(models: readonly ModelEstimate[]): TableData<PartRow> | undefined {
  const [only, ...others] = models;
  if (!only || others.length > 0) return undefined;
  const fold = new InputFold(only.model);
  for (const { input } of only.prompts) fold.add(input);
  const { parts = [], total } = fold.end() ?? {};
  // What is billed by the image has no tokens.
  const made = only.prompts
    .flatMap(({ input }) => input.made ?? [])
    .filter(({ each }) => each.quantities.length === 0);
  const isUsual = made.length === 0 && parts.every(({ part }) => USUAL.has(part));
  if (!total || isUsual) return undefined;
  const rows: PartRow[] = [
    ...parts.map((part) => ({ ...part, title: TOKEN_PART_NAMES[part.part] })),
    { ...total, title: 'input as sent' },
    ...made.map((each) => ({ ...each, title: `output: ${counted(each.images, 'image')}` })),
  ];
  return {
    columns: [
      { title: 'Part', kind: 'name', value: ({ title }) => title },
      { title: 'Tokens', kind: 'price', value: tokensText },
      { title: 'Basis', kind: 'name', value: ({ basis }) => basis },
    ],
    rows,
  };
}

/** `12`, `12 to 15`, or `at least 12`. */
export function tokensText({ low, high, expected }: Count): string {
  if (high === null) return low === 0 && expected === null ? 'unknown' : `at least ${count(low)}`;
  return spanText([{ low, high }]);
}

/** Every part with its basis, and why it is no more than that. */
export function explainParts({ input }: PromptEstimate): string[] {
  const { made } = input;
  return [
    ...input.parts.map((part) => ({ ...part, title: TOKEN_PART_NAMES[part.part] })),
    ...(made && made.each.quantities.length === 0
      ? [{ ...made, title: counted(made.images, 'image') }]
      : []),
  ].flatMap((part) => [
    `  ${part.title}: ${tokensText(part)} (${part.basis})`,
    ...part.reasons.map((reason) => `    ${part.basis}: ${safeText(reason)}`),
  ]);
}

export function partEntries(parts: readonly CountedPart[]) {
  return parts.map(({ part, basis, low, expected, high, reasons }) => ({
    ...{ part, basis, low, expected, high },
    reasons: [...reasons],
  }));
}
