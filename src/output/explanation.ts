import type { EstimateReport } from '../core/report.ts';
import { explainItem } from './explain.ts';
import { explainParts } from './parts.ts';
import { safeText } from './safe.ts';
import { wrap } from './wrap.ts';

/** Every figure of an estimate: what was counted, and what it costs. */
export function explanation(report: EstimateReport, width: number): string {
  return report.models
    .flatMap(({ name, prompts }) =>
      prompts.map((estimate) => {
        const { prompt, lines: priced } = estimate;
        const head = `${safeText(name)}, ${safeText(prompt.source.file)}`;
        const lines = priced
          .flatMap(({ items, quantities = [] }) => [...items, ...quantities])
          .flatMap((item) => explainItem(item, report.rates));
        const parts = explainParts(estimate);
        return [head, ...parts, ...lines].map((text) => wrap(text, width)).join('\n');
      }),
    )
    .join('\n\n');
}
