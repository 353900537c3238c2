/** Reads texts and requests with placeholders in them. */
import type { Peculiarity } from '../core/estimate/estimate.ts';
import { isJsonObject, type JsonValue } from '../core/json.ts';
import type { CountInput } from '../core/request/input-count.ts';
import {
  type Filling,
  fillIn,
  hasLogic,
  hasPlaceholders,
  namesIn,
  noteNames,
  type Placeholder,
  type Template,
  templateOf,
  type Values,
} from '../core/request/template.ts';
import { templateInput } from '../core/request/template-input.ts';

/**
 * Counts a text that is a template; else, what is peculiar about it or undefined.
 * @param onRun is told each text that is sent, as far as all of it is known
 */
export function textTemplate(
  text: string,
  filling: Filling,
  countText: (text: string) => CountInput,
  onRun?: (text: string) => void,
): CountInput | Peculiarity | undefined {
  const template = templateOf(text, filling.style, namesIn(filling));
  if (!template) return hasPlaceholders(text) ? 'placeholders' : undefined;
  noteNames(filling, template);
  const blocks = blocksIn(text, template);
  if (onRun && blocks.length === 0) {
    for (const values of filling.runs) {
      const { text: filled, unfilled } = fillIn(template, values);
      if (unfilled.length === 0) onRun(filled);
    }
  }
  return (model) =>
    templateInput(filling, model, (values) => {
      const { text: filled, unfilled } = fillIn(template, values);
      return { count: countText(filled)(model), unfilled: [...unfilled, ...blocks] };
    });
}

/** Loops and conditions of a template: what comes of them, nobody knows here. */
function blocksIn(text: string, { style }: Template): Placeholder[] {
  const [written] =
    style === 'mustache' && hasLogic(text)
      ? (/\{\{[#^/>][^}]*\}\}|\{%[^%]*%\}/.exec(text) ?? [])
      : [];
  return written === undefined ? [] : [{ name: written, written }];
}

/** A value of JSON, of which texts are templates. */
export interface ValueTemplate {
  fill(values: Values): { readonly value: JsonValue; readonly unfilled: readonly Placeholder[] };
}

/** Undefined where no text of the value is a template. */
export function valueTemplate(value: JsonValue, filling: Filling): ValueTemplate | undefined {
  const given = namesIn(filling);
  const templates = new Map<string, Template>();
  mapTexts(value, (text) => {
    const template = text.includes('{') ? templateOf(text, filling.style, given) : undefined;
    if (!template) return text;
    templates.set(text, template);
    noteNames(filling, template);
    return text;
  });
  if (templates.size === 0) return undefined;
  return {
    fill: (values) => {
      const unfilled: Placeholder[] = [];
      const filled = mapTexts(value, (text) => {
        const template = templates.get(text);
        if (!template) return text;
        const result = fillIn(template, values);
        unfilled.push(...result.unfilled, ...blocksIn(text, template));
        return result.text;
      });
      return { value: filled, unfilled };
    },
  };
}

/** Goes no deeper than requests do. */
const MAX_DEPTH = 200;

function mapTexts(value: JsonValue, map: (text: string) => string, depth = 0): JsonValue {
  if (typeof value === 'string') return map(value);
  if (depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, map, depth + 1));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, mapTexts(each, map, depth + 1)]),
  );
}
