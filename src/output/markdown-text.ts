import { safeText } from './safe.ts';

/** Text that stays text: no markup, no HTML, no mention, no link. */
export function markdownText(text: string): string {
  return safeText(text)
    .replace(/[&<>]/g, (character) => HTML[character] ?? character)
    .replace(/[\\`*_{}[\]|~#!@]/g, '\\$&');
}

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
