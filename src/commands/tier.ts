import { InputError } from '../core/input-error.ts';
import type { RateTable } from '../core/rates.ts';
import type { ServiceTier } from '../core/usage.ts';

/** @throws InputError that lists what is known */
export function tierOf(name: string, rates: RateTable): ServiceTier {
  const tier = rates.serviceTiers.find(({ id, aliases }) => id === name || aliases.includes(name));
  if (tier) return tier.id;
  const known = rates.serviceTiers.flatMap(({ id, aliases }) => [id, ...aliases]);
  throw new InputError(`unknown service tier "${name}"; known are ${known.join(', ')}`);
}

/** @throws InputError that lists what is known */
export function regionOf(name: string, rates: RateTable): string {
  if (rates.regions.some(({ id }) => id === name)) return name;
  const known = rates.regions.map(({ id }) => id).join(', ');
  throw new InputError(`unknown region "${name}"; known are ${known}`);
}
