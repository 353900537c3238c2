import {
  BANDS,
  type Cell,
  type Model,
  type PriceVersion,
  type RateTable,
  type Tool,
} from '../core/rates.ts';
import { dayOf, formatInstant, type Instant } from '../core/time.ts';
import { MODALITIES, SERVICE_TIERS, TOKEN_KINDS, type TokenKind } from '../core/usage.ts';
import { count, perUnit } from '../core/wording.ts';
import { SCHEMA_VERSION } from './json.ts';
import { rawTokenRates } from './rate-list.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';
import { wrap } from './wrap.ts';

/** Everything the table says of a model or tool: what it is, and its prices, newest first. */
export function rateHistoryText(
  table: RateTable,
  subject: Model | Tool,
  terminal: Terminal,
): string {
  const head = 'kind' in subject ? modelLines(subject) : [subject.title];
  const versions = [...subject.prices]
    .reverse()
    .map((version) => versionText(table, version, terminal));
  const images = imageLines(table, subject.id).map((line) => wrap(line, terminal.width));
  return `${[
    [
      terminal.paint.total(subject.id),
      ...head.map((line) => wrap(`  ${line}`, terminal.width)),
    ].join('\n'),
    ...versions,
    ...(images.length > 0 ? [images.join('\n')] : []),
  ].join('\n\n')}\n`;
}

function imageLines(table: RateTable, id: string): string[] {
  return table.imageOutputTokens
    .filter(({ models }) => models.includes(id))
    .flatMap(({ basis, tokens, note }) => [
      `Output tokens of an image (${basis})`,
      ...tokens.map((entry) => `  ${entry.quality}, ${entry.size}: ${count(entry.tokens)}`),
      ...(note ? [`  note: ${note}`] : []),
    ]);
}

function modelLines(model: Model): string[] {
  const lines = [`kind: ${model.kind}`];
  if (model.snapshots.length > 0) lines.push(`snapshots: ${model.snapshots.join(', ')}`);
  if (model.aliases.length > 0) {
    lines.push(`aliases: ${model.aliases.map(({ name }) => name).join(', ')}`);
  }
  for (const { model: target, from, to } of model.standsFor) {
    lines.push(`stood for ${target} ${period({ from, to })}`);
  }
  lines.push(
    model.encoding === null
      ? 'tokenizer: none known'
      : `tokenizer: ${model.encoding} (${ENCODING_BASIS[model.encodingBasis ?? 'assumed']})`,
  );
  if (model.contextWindow) lines.push(`context window: ${count(model.contextWindow)} tokens`);
  if (model.maxInputTokens) lines.push(`input: at most ${count(model.maxInputTokens)} tokens`);
  const { requestLimits } = model;
  if (requestLimits) {
    const { inputs, tokens } = requestLimits;
    lines.push(
      `a request: at most ${count(inputs)} inputs, ${count(tokens)} tokens in all of them`,
    );
  }
  if (model.maxOutputTokens) lines.push(`output: at most ${count(model.maxOutputTokens)} tokens`);
  if (model.callsTools) {
    lines.push(`calls by itself, each call billed besides: ${model.callsTools.join(', ')}`);
  }
  if (model.longContextAbove) {
    lines.push(
      `long context: above ${count(model.longContextAbove)} input tokens, for the whole request`,
    );
  }
  lines.push(
    `regional processing: ${REGIONAL[model.regionalUplift] ?? `times ${model.regionalUplift}`}`,
  );
  for (const [name, day] of model.shutdown) lines.push(`shut down: ${name} on ${dayOf(day)}`);
  if (model.noPrice) lines.push(`no price: ${model.noPrice}`);
  return lines;
}

const ENCODING_BASIS = {
  tiktoken: 'says tiktoken',
  api: 'confirmed by counts that the API reported',
  assumed: 'assumed',
} as const;

const REGIONAL: Readonly<Record<string, string>> = {
  none: 'no surcharge',
  unknown: 'not published whether it costs more',
};

interface Row {
  readonly name: string;
  readonly cells: Partial<Record<string, Cell>>;
}

function versionText(table: RateTable, version: PriceVersion, terminal: Terminal): string {
  const rows: Row[] = [];
  for (const tier of SERVICE_TIERS) {
    for (const band of BANDS) {
      for (const modality of MODALITIES) {
        const cells = version.tokens[tier]?.[band]?.[modality];
        const part = `${tier}${band === 'long' ? ', long' : ''}${modality === 'text' ? '' : `, ${modality}`}`;
        if (cells) rows.push({ name: part, cells });
      }
    }
  }
  const kinds = TOKEN_KINDS.filter((kind) => rows.some(({ cells }) => cells[kind] !== undefined));
  const tables =
    rows.length === 0
      ? []
      : [
          renderTable<Row>(
            {
              columns: [
                { title: 'USD per 1M tokens', kind: 'name', value: ({ name }) => name },
                ...kinds.map((kind) => ({
                  title: SHORT_KIND_NAMES[kind],
                  kind: 'price' as const,
                  value: ({ cells }: Row) => shownCell(cells[kind]),
                })),
              ],
              rows,
            },
            terminal,
          ),
        ];
  const units = version.units.map(
    ({ usd, unit, per, tier, quality, size, estimate, free }) =>
      `$${usd} per ${perUnit(unit, per)}${[quality, size, tier === 'standard' ? undefined : tier]
        .filter((x) => x !== undefined)
        .map((x) => `, ${x}`)
        .join(
          '',
        )}${estimate ? ' (estimate of the output tokens)' : ''}${free ? ` (${free} free)` : ''}`,
  );
  return [
    terminal.paint.name(capitalized(period(version))),
    ...tables,
    ...units,
    ...[...remarks(table, version)].map((line) => wrap(line, terminal.width)),
  ].join('\n');
}

/** Short enough for five of them in 80 columns. */
const SHORT_KIND_NAMES = {
  input: 'input',
  cachedInput: 'cached',
  cacheWrite30m: 'write 30m',
  cacheWrite12h: 'write 12h',
  output: 'output',
} as const satisfies Record<TokenKind, string>;

function shownCell(cell: Cell | undefined): string {
  if (cell === undefined) return '';
  if (typeof cell === 'object') return cell.usdPerMillion;
  return cell === 'unpublished' ? '-' : 'as input';
}

function* remarks(table: RateTable, version: PriceVersion): Generator<string> {
  if (version.note) yield `note: ${version.note}`;
  if (version.guaranteedUntil !== undefined) {
    yield `promised through ${dayOf(version.guaranteedUntil)}`;
  }
  for (const { cells, how } of version.derived) yield `derived: ${cells.join(', ')}: ${how}`;
  for (const [cell, exact] of version.rounded) {
    if (typeof exact === 'object') yield `rounded: ${cell}, probably from ${exact.usdPerMillion}`;
  }
  for (const { when } of version.alternatives) yield `costs less when ${when}`;
  const ids = [...version.sources, ...[...version.confirmedBy.values()].flat()];
  const titles = [...new Set(ids)].map((id) => table.sources.get(id)?.title ?? id);
  yield `the date is ${DATE_BASIS[version.dateBasis]}; checked ${dayOf(version.checked)}; ${version.confidence} independent ${version.confidence === 1 ? 'source' : 'sources'}`;
  yield `sources: ${titles.join('; ')}`;
}

const DATE_BASIS = {
  announced: 'as OpenAI announced it',
  release: 'that of the release',
  sighted: 'the first on which it was seen',
  unknown: 'not known',
} as const;

function period({ from, to }: { from: Instant | null; to: Instant | null }): string {
  if (from === null) return to === null ? 'at any time' : `until ${formatInstant(to)}`;
  return `from ${formatInstant(from)}${to === null ? '' : ` until ${formatInstant(to)}`}`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function rateHistoryJson(table: RateTable, subject: Model | Tool): string {
  const day = (instant: Instant | null | undefined) =>
    instant === null || instant === undefined ? null : formatInstant(instant);
  const document = {
    schemaVersion: SCHEMA_VERSION,
    command: 'rates show',
    rates: { version: dayOf(table.version), sha256: table.sha256 },
    ...('kind' in subject
      ? {
          ...subject,
          aliases: subject.aliases.map(({ name }) => name),
          standsFor: subject.standsFor.map(({ model, from, to }) => ({
            model,
            from: day(from),
            to: day(to),
          })),
          shutdown: Object.fromEntries(
            [...subject.shutdown].map(([name, end]) => [name, day(end)]),
          ),
        }
      : { id: subject.id, title: subject.title }),
    prices: subject.prices.map((version) => ({
      from: day(version.from),
      to: day(version.to),
      dateBasis: version.dateBasis,
      checked: day(version.checked),
      confidence: version.confidence,
      guaranteedUntil: day(version.guaranteedUntil),
      promotional: version.promotional,
      tokens: rawTokenRates(version.tokens),
      units: version.units,
      derived: version.derived,
      alternatives: version.alternatives.map(({ when, tokens }) => ({
        when,
        tokens: rawTokenRates(tokens),
      })),
      sources: version.sources.map((id) => table.sources.get(id)?.title ?? id),
      note: version.note ?? null,
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
