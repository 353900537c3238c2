import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { billedModel, lineItemText, parseLineItem } from '../../src/core/bill/line-item.ts';
import { MODALITIES, SERVICE_TIERS } from '../../src/core/usage.ts';

type Seen = readonly [text: string, parsed: string];

/** Every line item that has been seen: surface, tier, model, modality, class and band. */
const TOKEN_ITEMS: readonly Seen[] = [
  ['ft-gpt-4o-2024-08-06, input', '- standard ft:gpt-4o-2024-08-06 text input short'],
  ['ft-gpt-4o-2024-08-06, output', '- standard ft:gpt-4o-2024-08-06 text output short'],
  [
    'evals | gpt-4o-mini-2024-07-18, input',
    'evals standard gpt-4o-mini-2024-07-18 text input short',
  ],
  ['gpt-5.5-2026-04-23, input', '- standard gpt-5.5-2026-04-23 text input short'],
  ['gpt-5.5-2026-04-23, cached input', '- standard gpt-5.5-2026-04-23 text cachedInput short'],
  ['gpt-5.5-2026-04-23, output', '- standard gpt-5.5-2026-04-23 text output short'],
  ['gpt-4.1-2025-04-14, input', '- standard gpt-4.1-2025-04-14 text input short'],
  ['gpt-4.1-2025-04-14, output', '- standard gpt-4.1-2025-04-14 text output short'],
  ['gpt-5-mini-2025-08-07, output', '- standard gpt-5-mini-2025-08-07 text output short'],
  [
    'gpt-4o-mini-2024-07-18, cached input',
    '- standard gpt-4o-mini-2024-07-18 text cachedInput short',
  ],
  ['priority | gpt-5.6-sol, output, long context', '- priority gpt-5.6-sol text output long'],
  ['gpt-4o, input, long context', '- standard gpt-4o text input long'],
  ['gpt-5.6-sol, cache writes', '- standard gpt-5.6-sol text cacheWrite short'],
  ['gpt-image-2.5-flare image, output', '- standard gpt-image-2.5-flare image output short'],
  [
    'gpt-image-2.5-sunburst text, cached input',
    '- standard gpt-image-2.5-sunburst text cachedInput short',
  ],
  [
    'gpt-audio-mini-2025-12-15 audio, input',
    '- standard gpt-audio-mini-2025-12-15 audio input short',
  ],
  [
    'gpt-5.4-mini-2026-03-17, cached input',
    '- standard gpt-5.4-mini-2026-03-17 text cachedInput short',
  ],
  ['gpt-5.4-2026-03-05, input', '- standard gpt-5.4-2026-03-05 text input short'],
  ['gpt-6-astra, input_tokens', '- standard gpt-6-astra text input short'],
  ['gpt-5, input_tokens', '- standard gpt-5 text input short'],
  ['gpt-5, output_tokens', '- standard gpt-5 text output short'],
  ['gpt-5-nano, input_tokens', '- standard gpt-5-nano text input short'],
  ['gpt-5-mini, output_tokens', '- standard gpt-5-mini text output short'],
  [
    'text-embedding-3-large-2024-01-25, input',
    '- standard text-embedding-3-large-2024-01-25 text input short',
  ],
  ['gpt-image-1, image input', '- standard gpt-image-1 image input short'],
  // Not seen, but likely.
  ['gpt-5, cached_input_tokens', '- standard gpt-5 text cachedInput short'],
  ['gpt-5, input_cached_tokens', '- standard gpt-5 text cachedInput short'],
  ['gpt-5, input_cache_write_30m_tokens', '- standard gpt-5 text cacheWrite30m short'],
  ['fast | gpt-5, input', '- priority gpt-5 text input short'],
  ['flex | gpt-5, input', '- flex gpt-5 text input short'],
  ['Batch | gpt-5 , Output', '- batch gpt-5 text output short'],
  ['evals | batch | gpt-5, output', 'evals batch gpt-5 text output short'],
  ['ft:gpt-4o-2024-08-06:acme::abc, output', '- standard ft:gpt-4o-2024-08-06 text output short'],
];

/** Those that do not follow the grammar, and names that look as if they did. */
const OTHER_ITEMS = [
  'assistants api | file search',
  'web search tool calls',
  'web search tool call',
  'flex | gpt-5-mini',
  'Vector storage',
  'Text tokens',
  'input_tokens',
  'whisper-1, audio',
  'gpt-4o, images',
  'GPT-4 Turbo',
  'Fine-tuning',
  'Audio models',
  'gpt-5, input, output',
  'gpt-5 audio, image input',
  'two words, input',
  'flex | batch | gpt-5, input',
  ' | gpt-5, input',
  ', input',
  ', long context',
  '|',
];

describe('line items', () => {
  it.each(TOKEN_ITEMS)('%s', (text, parsed) => {
    const item = parseLineItem(text);
    if (item.kind !== 'tokens') throw new TypeError(`${text} is ${item.kind}`);
    const { surface = '-', tier, model, modality, tokenKind, long } = item;
    const band = long ? 'long' : 'short';
    expect([surface, tier, model, modality, tokenKind, band].join(' ')).toBe(parsed);
    expect(item.text).toBe(text);
  });

  it.each(OTHER_ITEMS)('%s is kept as it is', (text) => {
    expect(parseLineItem(text)).toEqual({ kind: 'other', text });
  });

  it('tells an export that is not grouped', () => {
    expect(parseLineItem(undefined)).toEqual({ kind: 'none' });
    expect(parseLineItem('  ')).toEqual({ kind: 'none' });
  });

  it('has one spelling for a fine-tuned model', () => {
    expect(billedModel('ft:gpt-4o-2024-08-06:acme::abc')).toBe('ft:gpt-4o-2024-08-06');
    expect(billedModel('ft-gpt-4o-2024-08-06')).toBe('ft:gpt-4o-2024-08-06');
    expect(billedModel('ftx-gpt')).toBe('ftx-gpt');
  });

  it('reads what it writes', () => {
    const items = fc.record({
      tier: fc.constantFrom(...SERVICE_TIERS),
      model: fc.constantFrom('gpt-5', 'gpt-image-1', 'ft:gpt-4o-2024-08-06', 'o3'),
      modality: fc.constantFrom(...MODALITIES),
      tokenKind: fc.constantFrom('input', 'cachedInput', 'cacheWrite', 'output'),
      long: fc.boolean(),
    });
    fc.assert(
      fc.property(items, (item) => {
        expect(parseLineItem(lineItemText(item))).toMatchObject({ kind: 'tokens', ...item });
      }),
    );
  });

  it('never fails, and never loses a letter', () => {
    const words = ['gpt-5', 'flex', '|', ',', ' ', 'input', 'long context', 'image', '_tokens'];
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom(...words)).map((list) => list.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const item = parseLineItem(text);
        expect(item.kind === 'none' ? text.trim() : '').toBe('');
        if (item.kind !== 'none') expect(item.text).toBe(text);
      }),
    );
  });
});
