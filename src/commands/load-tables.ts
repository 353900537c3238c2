import type { RateTable } from '../core/rates.ts';
import type { Instant } from '../core/time.ts';
import type { Io } from '../io.ts';
import type { Tables } from './called-prompts.ts';
import { loadFraming } from './load-shipped.ts';

/** What prompts of budgets are counted and priced by. */
export async function loadTables(io: Io, rates: RateTable, at: Instant): Promise<Tables> {
  const framing = await loadFraming(io);
  return {
    ...{ rates, framing },
    // Most prompts are text.
    countingOf: async (models, filling) => {
      const { loadCounting } = await import('./load-counting.ts');
      return loadCounting(io, { rates, framing, at, named: models, compared: [], filling });
    },
  };
}
