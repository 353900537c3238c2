import type { Severity } from '../core/report.ts';

interface RuleTitle {
  /** What it watches, in a sentence. */
  readonly title: string;
  /** What it is where nobody says otherwise. */
  readonly severity: Severity;
}

/** Rules by their id, for reports that list them. A test compares them with the rules. */
export const RULE_TITLES: Readonly<Record<string, RuleTitle>> = {
  'assumed-encoding': {
    title: 'The tokenizer of a model is not published, and another is assumed.',
    severity: 'note',
  },
  'bad-lines': { title: 'Lines of a file hold no request.', severity: 'warning' },
  'bad-rows': { title: 'Rows could not be read.', severity: 'warning' },
  batch: { title: 'Use outside Batch and Flex would have cost less there.', severity: 'note' },
  'batch-file': { title: 'The Batch API would refuse the file.', severity: 'error' },
  'bill-rates': { title: 'A unit was billed at another rate than listed.', severity: 'error' },
  budget: { title: 'The cost is above the budget, or cannot be judged.', severity: 'error' },
  cacheable: { title: 'Little of many long requests was cached.', severity: 'note' },
  coarse: { title: 'There is too much data to look at each key and project.', severity: 'note' },
  'context-window': { title: 'A prompt does not fit the context window.', severity: 'error' },
  credits: {
    title: 'Credit runs out or expires, or does not cover what is spent.',
    severity: 'warning',
  },
  'dear-models': { title: 'The dearest models make much of the cost.', severity: 'note' },
  'derived-price': { title: 'A price follows from others and is not published.', severity: 'note' },
  duplicates: { title: 'Requests are the same as earlier ones.', severity: 'warning' },
  'fine-tuning': { title: 'Fine-tuned models cost more than they bring.', severity: 'note' },
  forecast: { title: 'The month is going to cost more than its limit.', severity: 'warning' },
  'image-quality': {
    title: 'The same images in a lower quality would have cost less.',
    severity: 'note',
  },
  incomplete: {
    title: 'Something could not be read, priced or judged.',
    severity: 'error',
  },
  jump: { title: 'A day, model, project or key cost far more than usual.', severity: 'warning' },
  'long-examples': {
    title: 'Examples are longer than the model that is tuned takes.',
    severity: 'warning',
  },
  'long-context': {
    title: 'Requests are billed at long-context rates, or nearly so.',
    severity: 'warning',
  },
  'old-rates': { title: 'The rate table is older than it may be.', severity: 'error' },
  'online-count': { title: 'OpenAI was asked to count.', severity: 'note' },
  'output-limit': {
    title: 'More output was asked about than a request allows.',
    severity: 'warning',
  },
  reasoning: { title: 'Reasoning is billed as output, and is not known.', severity: 'note' },
  'unused-values': { title: 'A value or an option changes nothing.', severity: 'warning' },
  'open-price': { title: 'The data leaves a price open.', severity: 'warning' },
  'not-found': { title: 'Nothing is of what was asked for.', severity: 'warning' },
  'other-currency': { title: 'Billed amounts are not in USD.', severity: 'warning' },
  overlap: { title: 'Two files share usage, which is counted once.', severity: 'note' },
  'prompt-text': { title: 'The text of a prompt is peculiar.', severity: 'note' },
  reconciliation: { title: 'The bill differs from what was used.', severity: 'warning' },
  'savings-together': { title: 'What all savings come to together.', severity: 'note' },
  'shared-prefix': { title: 'Requests begin alike, which caching could save.', severity: 'note' },
  'shut-down': { title: 'A model in use is shut down, or will be.', severity: 'warning' },
  'stale-rates': { title: 'The rate table is old.', severity: 'note' },
  'tokens-per-request': {
    title: 'Requests carry far more tokens than is usual for the model.',
    severity: 'note',
  },
  'training-file': { title: 'A fine-tuning file would be refused.', severity: 'error' },
  'tuning-platform': {
    title: 'Fine-tuning is not open to everybody any more.',
    severity: 'note',
  },
  unattributed: {
    title: 'Rows do not tell whether they are of what was asked for.',
    severity: 'warning',
  },
  unpriced: { title: 'Use has no known price.', severity: 'warning' },
  unchecked: { title: 'Something was left unchecked.', severity: 'note' },
  'unknown-start': {
    title: 'Nobody knows since when a price holds.',
    severity: 'note',
  },
  unreadable: { title: 'A file could not be read.', severity: 'warning' },
};

/** What is known of a rule. One that is not listed is named by its id, and warns. */
export function ruleTitle(id: string): RuleTitle {
  const known = Object.hasOwn(RULE_TITLES, id) ? RULE_TITLES[id] : undefined;
  return known ?? { title: id, severity: 'warning' };
}
