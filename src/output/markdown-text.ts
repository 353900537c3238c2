import type { Report } from '../core/report.ts';
import { safeText } from './safe.ts';

/** Text that stays text: no markup, no HTML, no mention, no link. */
export function markdownText(text: string): string {
  return safeText(text)
    .replace(/[&<>]/g, (character) => HTML[character] ?? character)
    .replace(/[\\`*_{}[\]|~#!@]/g, '\\$&');
}

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** The first line of a report: whoever posts it as a comment finds by it the one to replace. */
export function commentMarker(command: Report['command']): string {
  return `<!-- openai-cost: ${command} -->`;
}
