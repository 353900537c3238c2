import { InputError } from '../core/input-error.ts';
import { resolveModel } from '../core/names.ts';
import { EXIT } from '../core/report.ts';
import { instantOf } from '../core/time.ts';
import { counted } from '../core/wording.ts';
import { CONFIG_NAME } from '../input/config.ts';
import { errorCode } from '../input/file-names.ts';
import type { Io } from '../io.ts';
import { loadRates } from './load-rates.ts';

export interface InitOptions {
  readonly model?: string;
}

/** Where prompts lie in most projects, most telling first. */
const PROMPT_PATTERNS = [
  'prompts/**/*.{md,txt,prompt,j2,jinja,jinja2}',
  '**/prompts/**/*.{md,txt,prompt,j2,jinja,jinja2}',
  '**/*.prompt{,.md,.txt}',
];
/** Where they are expected, if there are none. */
const PROMPTS = 'prompts/**/*.md';
/** As OpenAI names its exports. */
const USAGE_PATTERNS = ['**/*completions_usage*.csv', '**/*usage*.csv', '**/*activity-*.csv'];

/**
 * `openai-cost init`: writes a configuration to start from, with what it finds, and never over one
 * that is there.
 */
export async function runInit(options: InitOptions, io: Io): Promise<number> {
  await checkModel(options, io);
  const prompts = await firstMatched(PROMPT_PATTERNS, io);
  const usage = await firstMatched(USAGE_PATTERNS, io);
  const text = `${JSON.stringify(configFor(prompts, usage, options), null, 2)}\n`;
  try {
    io.createFile(CONFIG_NAME, text);
  } catch (error) {
    const code = errorCode(error);
    const message =
      code === 'EEXIST'
        ? 'is already there, and is left as it is; delete it first to start anew'
        : `cannot be written (${code})`;
    throw new InputError([{ source: { file: CONFIG_NAME }, message }]);
  }
  io.out(`${CONFIG_NAME} is written: ${foundText(prompts, usage)}.\n`);
  io.out(
    prompts || usage
      ? 'Set its limits, then run: openai-cost check\n'
      : `There is nothing to check yet: put prompts into ${PROMPTS}, or name yours in "files", and exports of usage in "usage"; set the limits, then run: openai-cost check\n`,
  );
  return EXIT.ok;
}

/** A slip would leave every limit undecided. */
async function checkModel({ model }: InitOptions, io: Io): Promise<void> {
  if (model === undefined) return;
  const found = resolveModel(await loadRates(io), model, instantOf(io.now()));
  if (!found.model) throw new InputError(`--model ${model}: ${found.reason}`);
}

interface Found {
  readonly pattern: string;
  readonly files: number;
}

async function firstMatched(patterns: readonly string[], io: Io): Promise<Found | undefined> {
  for (const pattern of patterns) {
    const files = await io.glob(pattern);
    if (files.length > 0) return { pattern, files: files.length };
  }
  return undefined;
}

function foundText(prompts: Found | undefined, usage: Found | undefined): string {
  const parts = [prompts, usage].map((found, index) => {
    const what = index === 0 ? 'prompt file' : 'usage export';
    return found ? `${counted(found.files, what)} (${found.pattern})` : `no ${what}s were found`;
  });
  return parts.join(', ');
}

function configFor(prompts: Found | undefined, usage: Found | undefined, { model }: InitOptions) {
  return {
    $schema: './node_modules/openai-cost/src/input/config.schema.json',
    $comment: [
      'Budgets for "openai-cost check": it exits with 1 where one is exceeded, and with 3 where',
      'something could not be read or priced, so that it cannot be judged.',
      'Amounts are in USD, as numbers or as text such as "0.0005". Keys named $comment are for you.',
    ],
    // A budget of files that are not there cannot be checked.
    ...(prompts || !usage
      ? {
          prompts: [
            {
              $comment: [
                'Files, globs or directories; "!pattern" in a list takes files out. Each file is one call;',
                'outputTokens is what you expect of its answer, or "maximum". "per" is run, hour, day',
                'or month.',
              ],
              name: 'prompts',
              files: prompts?.pattern ?? PROMPTS,
              models: model ?? 'gpt-5.4-mini',
              outputTokens: 500,
              requests: 100,
              per: 'day',
              limits: {
                usdPerCall: 0.01,
                usdPerMonth: 100,
                tokensPerFile: 8000,
                contextShare: 0.5,
              },
              warnAt: [80],
            },
          ],
        }
      : {}),
    ...(usage
      ? {
          usage: [
            {
              $comment: [
                'OpenAI\'s usage exports. Limits are of each day and calendar month, UTC; "each":',
                '"project" makes them limits of each project.',
              ],
              name: 'usage',
              files: usage.pattern,
              limits: { usdPerDay: 50, usdPerMonth: 1000 },
              warnAt: [50, 80],
            },
          ],
        }
      : {}),
  };
}
