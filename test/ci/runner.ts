/** What GitHub's runner makes of a log and of the file of outputs. */

export interface RunnerCommand {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

const LINES = /\r\n|\r|\n/;

/** The commands in a log, both of the form `::` and of the older one. */
export function commandsIn(log: string): RunnerCommand[] {
  return log.split(LINES).flatMap((line) => {
    const [, name = '', properties = '', data = ''] =
      /^\s*::([^\s:]+)(?: (.*?))?::(.*)$/s.exec(line) ?? [];
    if (name !== '') return [{ name, properties: propertiesOf(properties), data: unescaped(data) }];
    return line.includes('##[') ? [{ name: 'legacy', properties: {}, data: line }] : [];
  });
}

function propertiesOf(text: string): Record<string, string> {
  const pairs = text.split(',').map((pair) => {
    const [name = '', ...value] = pair.split('=');
    return [name, unescaped(value.join('='))];
  });
  return Object.fromEntries(pairs);
}

const unescaped = (text: string) =>
  text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%');

/** The outputs of a step; those of several lines go on up to their delimiter. */
export function outputsIn(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  const lines = text.split(LINES);
  while (lines.length > 1) {
    const line = lines.shift() ?? '';
    const [, name = '', operator, rest = ''] = /^(.+?)(=|<<)(.*)$/.exec(line) ?? [];
    if (operator === undefined) throw new Error(`"${line}" is no output`);
    if (operator === '=') {
      outputs[name] = rest;
      continue;
    }
    const end = lines.indexOf(rest);
    if (end < 0) throw new Error(`nothing ends ${name}`);
    outputs[name] = lines.splice(0, end).join('\n');
    lines.shift();
  }
  return outputs;
}
