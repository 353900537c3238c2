/**
 * E-mail addresses, users and keys are personal data: reports name them by an alias that is the
 * same in every report, so that they can be followed without being known.
 */
import type { Dimension } from './audit.ts';

const PERSONAL: ReadonlySet<Dimension> = new Set(['key', 'user']);
/** Bounded, so that no text makes it slow. */
const E_MAIL = /[^\s@<>"',;:]{1,64}@[\w.-]{1,255}\.[a-z]{2,63}/gi;

/** What a report calls a value of a dimension. */
export function aliasOf(dimension: Dimension, value: string): string {
  if (PERSONAL.has(dimension)) return `${dimension}-${shortHash(value)}`;
  return withoutAddresses(value);
}

/** A text in which every e-mail address is an alias. */
export function withoutAddresses(text: string): string {
  if (!text.includes('@')) return text;
  return text.replace(E_MAIL, (address) => `user-${shortHash(address)}`);
}

/** FNV-1a, 32 bits, over UTF-16 code units: enough to tell the keys of an organization apart. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}
