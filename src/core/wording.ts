import { UNITS } from './rates.ts';

/** A whole number with separators for thousands, the same in every locale. */
export function count(value: number | undefined): string {
  return String(value ?? 0).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** What a price is for, such as `minute` or `1,000 calls`. */
export function perUnit(unit: keyof typeof UNITS, per: number): string {
  return per === 1 ? UNITS[unit] : `${count(per)} ${UNITS[unit]}`;
}
