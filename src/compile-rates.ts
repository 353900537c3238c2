/** A build step: writes down the rate table as it is read fastest. */
import { readFileSync, writeFileSync } from 'node:fs';
import { COMPILED_RATES, SHIPPED_RATES } from './commands/load-rates.ts';
import { compileRates } from './input/raw-rates.ts';
import { packageFile } from './root.ts';

const table = readFileSync(packageFile(SHIPPED_RATES));
writeFileSync(packageFile(COMPILED_RATES), compileRates(table));
