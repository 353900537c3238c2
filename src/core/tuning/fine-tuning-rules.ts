/** What is known of fine-tuning beside its prices: `rates/fine-tuning.json`. */
export interface FineTuningRules {
  readonly version: string;
  readonly sources: Readonly<Record<string, FineTuningSource>>;
  /** Who may still tune, and until when. */
  readonly platform: {
    readonly note: string;
    /** The last day on which a job can be made. */
    readonly jobsUntil: string;
    readonly sources: readonly string[];
  };
  /** A file with fewer examples is refused. */
  readonly fewestExamples: number;
  readonly epochs: EpochRule;
  /** Training tokens of an example on top of its messages: the fewest and the most that are told. */
  readonly exampleTokens: {
    readonly tokens: readonly [least: number, most: number];
    readonly evidence: string;
    readonly sources: readonly string[];
  };
  readonly limits: readonly ExampleLimit[];
}

interface FineTuningSource {
  readonly title: string;
  /** The last day for which the source vouches. */
  readonly checked: string;
  readonly official?: boolean | undefined;
}

/** How often a file is gone through where nobody says it. */
export interface EpochRule {
  readonly usual: number;
  /** Examples times epochs: a file that would have fewer is gone through more often. */
  readonly fewestTrained: number;
  readonly mostEpochs: number;
  /** A file that would have more than this is gone through less often. */
  readonly mostTrained: number;
  /** What may be asked for. */
  readonly allowed: readonly [least: number, most: number];
  readonly evidence: string;
  readonly sources: readonly string[];
}

/** Examples with more tokens are cut off at the end. */
export interface ExampleLimit {
  readonly models: readonly string[];
  /** The least and the most that the limit can be; both the same where it is known. */
  readonly maxTokens: readonly [least: number, most: number];
  readonly sources: readonly string[];
}

export function exampleLimit(rules: FineTuningRules, model: string): ExampleLimit | undefined {
  return rules.limits.find(({ models }) => models.includes(model));
}

/** How often so many examples are gone through where nobody says it. */
export function defaultEpochs(rule: EpochRule, examples: number): number {
  if (examples === 0) return rule.usual;
  if (rule.usual * examples < rule.fewestTrained) {
    return Math.min(rule.mostEpochs, Math.floor(rule.fewestTrained / examples));
  }
  if (rule.usual * examples > rule.mostTrained) {
    return Math.max(1, Math.floor(rule.mostTrained / examples));
  }
  return rule.usual;
}
