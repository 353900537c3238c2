/** Texts with placeholders: `{{name}}` (mustache), `${name}` (dollar) or `{name}` (brace). */

import { TEMPLATE_STYLES, type TemplateStyle } from './choices.ts';

export interface Template {
  readonly style: TemplateStyle;
  /** Text as it stands, and between two of them a placeholder. */
  readonly pieces: readonly Piece[];
}

type Piece = string | Placeholder;

export interface Placeholder {
  readonly name: string;
  /** As it is written. */
  readonly written: string;
}

const NAME = String.raw`[A-Za-z_][\w]*(?:\.\w+)*`;
/** What each style takes for a placeholder, and what it has for its own signs as text. */
const GRAMMARS: Readonly<Record<TemplateStyle, { pattern: RegExp; escapes: RegExp | undefined }>> =
  {
    // Handlebars has a third brace for values that are not made safe for HTML.
    mustache: {
      pattern: new RegExp(String.raw`\{\{\{\s*(${NAME})\s*\}\}\}|\{\{\s*(${NAME})\s*\}\}`, 'g'),
      escapes: undefined,
    },
    // As in Python's string.Template, `$$` is a dollar sign.
    dollar: { pattern: new RegExp(String.raw`\$\{(${NAME})\}`, 'g'), escapes: /\$(?=\$)/g },
    // As in Python's str.format, doubled braces are braces.
    brace: { pattern: new RegExp(String.raw`\{(${NAME})\}`, 'g'), escapes: /\{(?=\{)|\}(?=\})/g },
  };

/** Blocks, conditions and loops, which nobody evaluates here. */
const LOGIC = /\{\{[#^/>]|\{%/;

/**
 * The template that a text is, or undefined where it is none. Code is full of braces, so a text is
 * taken for a template only if it cannot well be anything else: outside of code, a placeholder; for
 * `{name}`, not a single brace that is no part of one; for `${name}`, no other `${`. A name that
 * somebody has given a value counts wherever it stands.
 *
 * @param style `auto` decides by these rules; a style that is given holds for all that looks like it
 */
export function templateOf(
  text: string,
  style: TemplateStyle | 'auto',
  given: ReadonlySet<string> = new Set(),
): Template | undefined {
  const styles = style === 'auto' ? TEMPLATE_STYLES : [style];
  const isCode = codeOf(text);
  for (const each of styles) {
    // Where nobody says otherwise, `${name}` is of the style of its dollar sign.
    const found = placeholdersIn(text, each).filter(
      ({ at }) => style !== 'auto' || each !== 'brace' || text[at - 1] !== '$',
    );
    const isMeant =
      style !== 'auto' ||
      found.some(({ name }) => given.has(name)) ||
      (isWell(text, each) && found.some((placeholder) => !isCode(placeholder)));
    if (found.length > 0 && isMeant) return { style: each, pieces: piecesOf(text, each, found) };
  }
  return undefined;
}

/** Whether a text that is taken for none has what would be a placeholder in a template. */
export function hasPlaceholders(text: string): boolean {
  return TEMPLATE_STYLES.some((style) => placeholdersIn(text, style).length > 0);
}

/** Whether a text has blocks or conditions in the way of mustache or Jinja. */
export function hasLogic(text: string): boolean {
  return LOGIC.test(text);
}

interface Found extends Placeholder {
  readonly at: number;
}

function placeholdersIn(text: string, style: TemplateStyle): Found[] {
  const { pattern } = GRAMMARS[style];
  return [...text.matchAll(pattern)].flatMap((match) => {
    const { 0: written, 1: name = match[2] ?? '', index: at } = match;
    return isEscaped(text, at, style) ? [] : [{ name, written, at }];
  });
}

/** After an odd number of the sign that doubles it, `{{name}}` is no placeholder but text. */
function isEscaped(text: string, at: number, style: TemplateStyle): boolean {
  const sign = { mustache: '\\', dollar: '$', brace: '{' }[style];
  let before = 0;
  while (text[at - 1 - before] === sign) before++;
  return before % 2 === 1;
}

/** Whether the engine of that style would take the whole text. */
function isWell(text: string, style: TemplateStyle): boolean {
  if (style === 'mustache') return true;
  const rest = text.replace(GRAMMARS[style].pattern, '');
  if (style === 'dollar') return !rest.includes('${');
  return !/[{}]/.test(rest.replace(/\{\{|\}\}/g, ''));
}

const FENCED = /^(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^\1|(?![\s\S]))/gm;
const QUOTED = /`[^`\n]+`/g;

/** In a block of code a placeholder is one where it has a line to itself; in a line of code never. */
function codeOf(text: string): (found: Found) => boolean {
  let marks: Uint8Array | undefined;
  return ({ at, written }) => {
    marks ??= marksOf(text);
    if (marks[at] !== FENCE) return marks[at] === QUOTE;
    const start = text.lastIndexOf('\n', at) + 1;
    const end = text.indexOf('\n', at);
    return text.slice(start, end < 0 ? undefined : end).trim() !== written;
  };
}

const FENCE = 1;
const QUOTE = 2;

/** For each character whether it is within a block or a line of code. */
function marksOf(text: string): Uint8Array {
  const marks = new Uint8Array(text.length);
  for (const [pattern, mark] of [
    [QUOTED, QUOTE],
    [FENCED, FENCE],
  ] as const) {
    for (const match of text.matchAll(pattern)) {
      marks.fill(mark, match.index, match.index + match[0].length);
    }
  }
  return marks;
}

function piecesOf(text: string, style: TemplateStyle, found: readonly Found[]): Piece[] {
  const { escapes } = GRAMMARS[style];
  const asText = (part: string) => (escapes ? part.replace(escapes, '') : part);
  const pieces: Piece[] = [];
  let end = 0;
  for (const { at, name, written } of found) {
    pieces.push(asText(text.slice(end, at)), { name, written });
    end = at + written.length;
  }
  pieces.push(asText(text.slice(end)));
  return pieces;
}

export type Values = ReadonlyMap<string, string>;

/** The text with the values in it, and the placeholders that there was none for. */
export function fillIn(
  { pieces }: Template,
  values: Values,
): { text: string; unfilled: Placeholder[] } {
  const unfilled: Placeholder[] = [];
  const parts = pieces.map((piece) => {
    if (typeof piece === 'string') return piece;
    const value = values.get(piece.name);
    if (value === undefined) unfilled.push(piece);
    return value ?? '';
  });
  return { text: parts.join(''), unfilled };
}

/** How placeholders are filled. */
export interface Filling {
  readonly style: TemplateStyle | 'auto';
  /** At least one, perhaps empty: a run of each template for each of them. */
  readonly runs: readonly Values[];
  /** How many tokens are taken for a name that no run has a value for. */
  readonly tokens: ReadonlyMap<string, number>;
  /** Where values can be given. */
  readonly from: 'options' | 'configuration';
  /** All that any template has a placeholder for: whoever reads one adds its names. */
  readonly found: Set<string>;
}

export function namesIn({ runs, tokens }: Filling): Set<string> {
  return new Set([...runs.flatMap((run) => [...run.keys()]), ...tokens.keys()]);
}

/** Names with a value that is put in nowhere: mostly a slip. */
export function unusedNames(filling: Filling): string[] {
  return [...namesIn(filling)].filter((name) => !filling.found.has(name));
}

/** What is put in where. */
export function noteNames({ found }: Filling, { pieces }: Template): void {
  for (const piece of pieces) if (typeof piece !== 'string') found.add(piece.name);
}
