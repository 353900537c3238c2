import { beforeAll, describe, expect, it } from 'vitest';
import { commit, config, folderOf, git, prompts, put, repositoryOf } from './budgets/build.ts';
import { run } from './run.ts';

/** Ways in which the gates of other tools let a build pass. This one does not, and says why. */

const PROMPT = 'Answer the question.\n';
const INCREASE = prompts({ increase: { total: { usd: 0 } } });
const HEADER =
  'start_time,end_time,project_id,num_model_requests,model,batch,service_tier,input_tokens,output_tokens,input_cached_tokens';

type Files = Readonly<Record<string, unknown>>;

interface Gate {
  readonly files?: Files;
  readonly budget?: object;
  readonly usage?: object;
  readonly args?: readonly string[];
  readonly now?: string;
  readonly config?: object;
}

async function gate(folder: string, { files, budget, usage, args = [], now, ...more }: Gate) {
  const own = { ...(budget ? { prompts: [budget] } : {}), ...(usage ? { usage: [usage] } : {}) };
  put(folder, {
    'prompts/a.md': PROMPT,
    'openai-cost.json': { ...own, ...more.config },
    ...files,
  });
  const { code, out, err } = await run(['check', ...args], {
    cwd: folder,
    ...(now === undefined ? {} : { now }),
  });
  return { code, said: out + err };
}

describe('a gate does not pass', () => {
  it.each<[string, Gate, number, string]>([
    [
      'a model that it does not know',
      { budget: prompts({ models: 'gpt-9-turbo', limits: { usdPerCall: 1000 } }) },
      3,
      'cannot be held against the limit of $1,000.00 (usdPerCall of prompts): unknown model',
    ],
    [
      'a model that it does not know, in usage',
      {
        usage: { name: 'u', files: 'u.csv', limits: { usd: 1000 } },
        files: { 'u.csv': `${HEADER}\n1790812800,1790899200,p,1,gpt-9,False,default,1,1,0\n` },
      },
      3,
      'cannot be held against the limit of $1,000.00 (usd of u): gpt-9: unknown model',
    ],
    [
      'a base that is missing',
      { budget: INCREASE },
      2,
      'limits an increase, and there is nothing to compare with; set --base REF',
    ],
    [
      'a base outside of any repository',
      { budget: INCREASE, args: ['--base', 'main'] },
      2,
      'main: there is no git work tree here',
    ],
    [
      'a base that is an empty variable',
      { budget: INCREASE, args: ['--base', ''] },
      2,
      'the base has no name (perhaps a variable that is not set)',
    ],
    [
      'a base that is a broken report',
      { budget: INCREASE, args: ['--base', 'base.json'], files: { 'base.json': '{' } },
      2,
      'base.json:1: error: not JSON: it ends too early',
    ],
    [
      'a base of nothing',
      {
        budget: prompts({ increase: { total: { percent: 50 } } }),
        args: ['--base', 'base.json'],
        files: { 'base.json': { schemaVersion: 1, command: 'check', prompts: [] } },
      },
      3,
      'it cost nothing at the base, so no percentage can be told',
    ],
    [
      'a configuration that is missing',
      { budget: INCREASE, args: ['--config', 'costs.json'] },
      2,
      'costs.json: error: no such file',
    ],
    [
      'a configuration with a slip',
      { budget: prompts({ limit: { usdPerCall: 1 } }) },
      2,
      'openai-cost.json:1: error: prompts[0]: has an unknown key limit; did you mean limits?',
    ],
    [
      'a configuration without a limit',
      { budget: prompts() },
      2,
      'prompts: has no limit; add "limits" or "increase"',
    ],
    [
      'prompts that are missing',
      { budget: prompts({ files: 'promts/*.md', limits: { usdPerCall: 1 } }) },
      2,
      'promts/*.md: error: no file matches this pattern (files of the budget prompts)',
    ],
    [
      'a prompt that cannot be read',
      {
        budget: prompts({ limits: { usdPerCall: 1 } }),
        files: { 'prompts/b.md': new Uint8Array([0]) },
      },
      3,
      'prompts/b.md: warning: cannot be read: binary',
    ],
    [
      'an answer that is left out of the cost',
      { budget: prompts({ outputTokens: undefined, limits: { usdPerCall: '0.001' } }) },
      3,
      'the output is not known, and as much as the model can give would not fit; set outputTokens',
    ],
    [
      // As floats, 0.1 + 0.2 is above 0.3, and what is a picodollar above may be equal to it.
      'a picodollar above its limit',
      { budget: prompts({ limits: { usdPerCall: '0.000061649999' } }) },
      1,
      '$0.000000000001 above the limit of $0.00006165',
    ],
    [
      'usage that is empty',
      {
        usage: { name: 'u', files: 'u.csv', limits: { usd: 1 } },
        files: { 'u.csv': `${HEADER}\n` },
      },
      2,
      'u: nothing in its files is in its scope',
    ],
    [
      'usage of a project that is not there',
      {
        usage: { name: 'u', files: 'u.csv', scope: { project: 'x' }, limits: { usd: 1 } },
        files: { 'u.csv': `${HEADER}\n1790812800,1790899200,p,1,gpt-4o,False,default,1,1,0\n` },
      },
      2,
      'u: nothing in its files is in its scope (project x)',
    ],
    [
      'rows that cannot be read',
      {
        usage: { name: 'u', files: 'u.csv', limits: { usd: 1 } },
        files: { 'u.csv': `${HEADER}\n1790812800,1790899200,p,1,gpt-4o,False,default,many,1,0\n` },
      },
      3,
      '1 row cannot be read',
    ],
    [
      'prices that are out of date',
      {
        budget: prompts({ limits: { usdPerCall: 1 } }),
        config: { maxRatesAgeDays: 90 },
        now: '2029-01-01T00:00:00Z',
      },
      1,
      'and maxRatesAgeDays is 90; update openai-cost',
    ],
  ])('%s', async (_, given, code, said) => {
    const found = await gate(folderOf(), given);
    expect(found.said).toContain(said);
    expect(found.code).toBe(code);
  });

  describe('in a repository,', () => {
    let repository: string;

    beforeAll(() => {
      repository = repositoryOf({ 'prompts/a.md': PROMPT, 'openai-cost.json': config(INCREASE) });
      put(repository, { 'prompts/a.md': `${PROMPT}${PROMPT}` });
      commit(repository);
    });

    it('a base ref that is missing', async () => {
      const { code, err } = await run(['check', '--base', 'origin/main'], { cwd: repository });
      expect(err).toContain('origin/main: there is no such commit, branch or tag here; fetch it');
      expect(code).toBe(2);
    });

    it('a clone that is too shallow to tell', async () => {
      const clone = `${folderOf()}/clone`;
      git('/', 'clone', '-q', '--depth', '1', `file://${repository}`, clone);
      const { code, err } = await run(['check', '--base', 'origin/main'], { cwd: clone });
      expect(err).toContain('the clone is shallow: fetch the history');
      expect(code).toBe(2);
    });

    it('a crash of what it runs', async () => {
      put(repository, { '.git/HEAD.bak': '' });
      git(repository, 'config', 'core.repositoryformatversion', '99');
      const { code, err } = await run(['check', '--base', 'main'], { cwd: repository });
      expect(err).toContain('there is no git work tree here');
      expect(code).toBe(2);
    });
  });
});
