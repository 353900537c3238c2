import type { FramingTable } from '../core/framing.ts';

/** Reads the table that the package ships. Its form is not checked again: its tests do that. */
export function readShippedFraming(bytes: Uint8Array): FramingTable {
  const table: FramingTable = JSON.parse(new TextDecoder().decode(bytes));
  return table;
}
