import { spawn } from 'node:child_process';
import type { GitAnswer } from './core/files.ts';

/**
 * Runs git in a folder and waits for its end. It takes no locks, asks nobody for anything, and
 * speaks the language that its messages are read in.
 * @throws the error of the system, such as ENOENT where there is no git
 */
export function runGit(cwd: string, args: readonly string[], stdin = ''): Promise<GitAnswer> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' };
    const child = spawn('git', args, { cwd, env });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code: code ?? 1, out: Buffer.concat(out), err: Buffer.concat(err).toString() }),
    );
    // git may be done before it has read everything.
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);
  });
}
