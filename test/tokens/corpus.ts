/** Text of many kinds, made of a seed. */
import { LEXICONS, type Lexicon } from './lexicon.ts';
import { Random } from './random.ts';

type Make = (random: Random) => string;

function sentence(random: Random, words: Lexicon, gap: string, stops: readonly string[]): string {
  const text = random.times(
    4,
    24,
    () => words.word(random) + (random.chance(0.08) ? stops[0] : ''),
  );
  const joined = text.join(gap);
  return joined.charAt(0).toUpperCase() + joined.slice(1) + random.pick(stops.slice(1)) + gap;
}

function prose(words: Lexicon, gap = ' ', stops: readonly string[] = [',', '.', '.', '?']): Make {
  return (random) =>
    `${random.times(2, 9, () => sentence(random, words, gap, stops)).join('')}\n${random.chance(0.5) ? '\n' : ''}`;
}

const EAST_ASIAN_STOPS = ['，', '。', '。', '？', '！'];

function name(random: Random): string {
  const parts = random.times(1, 3, () => LEXICONS.identifier.word(random));
  return random.chance(0.3)
    ? parts.join('_').toLowerCase()
    : parts
        .map((part, i) => (i === 0 ? part : part.charAt(0).toUpperCase() + part.slice(1)))
        .join('');
}

function number(random: Random): string {
  const digits = random.below(10 ** (1 + random.below(9)));
  return random.chance(0.3) ? (digits / 100).toFixed(2) : String(digits);
}

function hexadecimal(random: Random, length: number): string {
  return Array.from({ length }, () => random.below(16).toString(16)).join('');
}

function uuid(random: Random): string {
  return [8, 4, 4, 4, 12].map((length) => hexadecimal(random, length)).join('-');
}

function time(random: Random): string {
  return new Date(1.7e12 + random.below(1e11)).toISOString();
}

function bytes(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.below(256)));
}

function contraction(random: Random): string {
  const word = LEXICONS.english.word(random);
  const ending = random.pick(['s', 't', 're', 've', 'm', 'll', 'd', 'S', 'LL', 'ſ', 'x']);
  return `${random.chance(0.2) ? word.toUpperCase() : word}${random.pick(["'", '’'])}${ending}`;
}

function statement(random: Random, depth: number): string {
  const indent = '    '.repeat(depth);
  const call = `${name(random)}.${name(random)}(${random.times(0, 3, () => name(random)).join(', ')})`;
  if (depth < 5 && random.chance(0.3)) {
    const body = random.times(1, 4, () => statement(random, depth + 1)).join('');
    return `${indent}if (${name(random)} ${random.pick(['===', '<', '>=', '!=='])} ${number(random)}) {\n${body}${indent}}\n`;
  }
  if (random.chance(0.1))
    return `${indent}// ${sentence(random, LEXICONS.english, ' ', [',', '.'])}\n`;
  return `${indent}${random.pick(['const ', 'return ', 'let ', ''])}${name(random)} = ${call};\n`;
}

function pythonStatement(random: Random, depth: number): string {
  const indent = '\t'.repeat(depth);
  if (depth < 4 && random.chance(0.3)) {
    const body = random.times(1, 4, () => pythonStatement(random, depth + 1)).join('');
    return `${indent}def ${name(random)}(self, ${name(random)}=${number(random)}):\n${body}\n`;
  }
  return `${indent}self.${name(random)}["${name(random)}"] += ${name(random)} # ${name(random)}\n`;
}

function value(random: Random, depth: number): unknown {
  if (depth > 0 && random.chance(0.4)) {
    if (random.chance(0.3)) return random.times(0, 5, () => value(random, depth - 1));
    return Object.fromEntries(random.times(1, 6, () => [name(random), value(random, depth - 1)]));
  }
  return random.pick([
    () => number(random),
    () => random.below(1e6),
    () => random.chance(0.5),
    () => null,
    () => uuid(random),
    () => sentence(random, LEXICONS.english, ' ', [',', '.']),
    () => sentence(random, LEXICONS.latin, ' ', [',', '.\n', '"\t\\']),
  ])();
}

function anyCharacter(random: Random): string {
  const limit = random.pick([0x80, 0x250, 0x800, 0x3000, 0x10000, 0x20000, 0x110000]);
  const point = random.below(limit);
  return point >= 0xd800 && point < 0xe000 ? '\ufffd' : String.fromCodePoint(point);
}

function separated(line: readonly unknown[], random: Random): string {
  return `${line.map((cell) => (random.chance(0.1) ? `"${cell}, ""x"""` : cell)).join(',')}\r\n`;
}

export const KINDS = {
  english: prose(LEXICONS.english),
  latin: prose(LEXICONS.latin),
  russian: prose(LEXICONS.cyrillic),
  greek: prose(LEXICONS.greek),
  arabic: prose(LEXICONS.arabic, ' ', ['،', '.', '؟']),
  hebrew: prose(LEXICONS.hebrew),
  hindi: prose(LEXICONS.hindi, ' ', [',', '।']),
  bengali: prose(LEXICONS.bengali, ' ', [',', '।']),
  tamil: prose(LEXICONS.tamil),
  thai: prose(LEXICONS.thai, '', [' ', ' ', '\u200b']),
  chinese: prose(LEXICONS.chinese, '', EAST_ASIAN_STOPS),
  japanese: prose(LEXICONS.japanese, '', EAST_ASIAN_STOPS),
  korean: prose(LEXICONS.korean),
  contractions: (random) => `${random.times(5, 20, () => contraction(random)).join(' ')}\n`,
  javascript: (random) => `function ${name(random)}() {\n${statement(random, 1)}}\n\n`,
  python: (random) => pythonStatement(random, 0),
  json: (random) => `${JSON.stringify(value(random, 4), null, 2)}\n`,
  jsonl: (random) => `${JSON.stringify({ [name(random)]: value(random, 3), at: time(random) })}\n`,
  csv: (random) =>
    separated([time(random), uuid(random), name(random), number(random), number(random)], random),
  logs: (random) =>
    `${time(random)} [${random.pick(['INFO', 'WARN', 'ERROR'])}] ${name(random)}[${random.below(9999)}]: ${sentence(random, LEXICONS.english, ' ', [',', '.'])}took=${number(random)}ms ip=10.${random.below(256)}.${random.below(256)}.1\n`,
  html: (random) =>
    `<div class="${name(random)} ${name(random)}" id="${name(random)}">\n  <p>${sentence(random, LEXICONS.latin, ' ', [',', '.'])}</p>\n\n</div>\n`,
  markdown: (random) =>
    `## ${name(random)}\n\n- **${name(random)}**: ${contraction(random)} ${sentence(random, LEXICONS.english, ' ', [',', '.', '!'])}\n\n\`\`\`js\n${statement(random, 0)}\`\`\`\n\n| a | b |\n|---|---|\n| ${number(random)} | ${number(random)} |\n\n`,
  base64: (random) => `${bytes(random, 300 + random.below(3000)).toString('base64')}\n`,
  hexadecimal: (random) => `${hexadecimal(random, 64)} ${uuid(random)}\n`,
  urls: (random) =>
    `https://${name(random)}.example.com/${random.times(1, 5, () => name(random)).join('/')}?${name(random)}=${uuid(random)}&q=%E2%82%AC\n`,
  emoji: (random) =>
    `${LEXICONS.english.word(random)} ${random.times(1, 4, () => LEXICONS.emoji.word(random)).join(random.pick(['', ' ', '\u200d', '\ufe0f']))} `,
  anyUnicode: (random) => random.times(20, 60, () => anyCharacter(random)).join(''),
  runs: (random) =>
    random
      .pick(['=', '-', '#', ' ', '\n', '\t', 'a', 'A', '0', '中', '*', '\r\n', '. ', 'é'])
      .repeat(1 + random.below(300)),
} satisfies Record<string, Make>;
export type Kind = keyof typeof KINDS;

export const KIND_NAMES = Object.keys(KINDS) as Kind[];

/** At least so many UTF-16 code units of a kind. */
export function makeText(kind: Kind, units: number, seed: number): string {
  const random = new Random(seed);
  const parts: string[] = [];
  for (let length = 0; length < units; length += (parts.at(-1) as string).length) {
    parts.push(KINDS[kind](random));
  }
  return parts.join('');
}
