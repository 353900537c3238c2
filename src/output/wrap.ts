/** Breaks at spaces so that no line is wider; what follows the first is indented by two more. */
export function wrap(text: string, width: number): string {
  const indent = /^ */.exec(text)?.[0] ?? '';
  const [first = '', ...words] = text.slice(indent.length).split(' ');
  const lines: string[] = [];
  let line = indent + first;
  for (const word of words) {
    if (line.length + 1 + word.length > width) {
      lines.push(line);
      line = `${indent}  ${word}`;
    } else {
      line += ` ${word}`;
    }
  }
  return [...lines, line].join('\n');
}
