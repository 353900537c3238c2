/**
 * Text in which GitHub's runner, which reads all that a step prints, finds no command: neither
 * `::command` at the start of a line nor the older `##[command]` anywhere in one.
 */
export function withoutCommands(text: string): string {
  return text.replace(/^(\s*):(?=:)/gm, '$1: ').replaceAll('##[', '## [');
}

/** Whether a runner of GitHub reads what is printed. */
export function isReadByRunner(env: Readonly<Record<string, string | undefined>>): boolean {
  return env.GITHUB_ACTIONS === 'true';
}
