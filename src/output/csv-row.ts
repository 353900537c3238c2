import { safeText } from './safe.ts';

export function csvRow(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** A cell that a spreadsheet would take for a formula is marked as text; an amount below zero is none. */
function csvCell(value: string): string {
  const text = safeText(value);
  const inert = /^(?:[=+@]|-(?!\d+(?:\.\d+)?$))/.test(text) ? `'${text}` : text;
  return /[",\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
