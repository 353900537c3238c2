/** A build step: writes down the rate table as it is read fastest. */
import { readFileSync, writeFileSync } from 'node:fs';
import { COMPILED_RATES, SHIPPED_RATES } from './commands/load-rates.ts';
import { compileRates } from './input/raw-rates.ts';
import { PACKAGE_ROOT } from './root.ts';

const table = readFileSync(new URL(SHIPPED_RATES, PACKAGE_ROOT));
writeFileSync(new URL(COMPILED_RATES, PACKAGE_ROOT), compileRates(table));
