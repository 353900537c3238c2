/** Writes a usage export of so many rows, with all columns that OpenAI's has; always the same one. */
import { closeSync, existsSync, openSync, renameSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COLUMNS, randomFrom } from '../../scan/exports.ts';

const DAYS = 60;
const HOUR = 3600;
const FIRST_DAY = Date.UTC(2026, 8, 1) / 1000;
const MODELS = [
  ...['gpt-4o-mini-2024-07-18', 'gpt-4o-2024-08-06', 'gpt-4.1-2025-04-14', 'gpt-5.4'],
  ...['gpt-5-mini-2025-08-07', 'gpt-5-2025-08-07', 'gpt-5.6-sol', 'o3-2025-04-16'],
];
const TIERS = ['True,default', 'False,flex', 'False,default', 'False,default', 'False,default'];
const [PROJECTS, USERS, KEYS] = [8, 40, 80];
const WRITE_CHARACTERS = 1 << 20;

export function writeExport(rows: number): string {
  const path = join(tmpdir(), `audit-benchmark-v1-${rows}.csv`);
  if (existsSync(path)) return path;
  const random = randomFrom(7);
  const projects = ids('proj_', PROJECTS, 24);
  const users = ids('user-', USERS, 24);
  const keys = ids('key_', KEYS, 16);
  const file = openSync(`${path}.part`, 'w');
  let text = `${COLUMNS.join(',')}\n`;
  for (let row = 0; row < rows; row++) {
    const start = FIRST_DAY + Math.floor((row / rows) * DAYS * 24) * HOUR;
    const user = random(USERS);
    const owner = [users[user], keys[user + USERS * random(2)]].join(',');
    const isOne = random(2) === 0;
    const requests = isOne ? 1 : 1 + random(40);
    const input = random(isOne ? (random(50) ? 20_000 : 500_000) : 200_000);
    const cached = random(5) < 2 ? Math.floor(random(input + 1) / 128) * 128 : 0;
    const output = random(isOne ? 3000 : 90_000);
    const fresh = input - cached;
    const what = `${MODELS[random(MODELS.length)]},${TIERS[random(TIERS.length)]}`;
    text += `${start},${start + HOUR},${iso(start)},${iso(start + HOUR)},${projects[user % PROJECTS]},${requests},${owner},${what},,${input},${output},${cached},0,${fresh},${fresh},${output},${cached},0,0,0,0,0,0\n`;
    if (text.length > WRITE_CHARACTERS) {
      writeSync(file, text);
      text = '';
    }
  }
  writeSync(file, text);
  closeSync(file);
  renameSync(`${path}.part`, path);
  return path;
}

function ids(prefix: string, many: number, length: number): string[] {
  const random = randomFrom(length);
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  const letter = () => letters[random(letters.length)];
  return Array.from({ length: many }, () => prefix + Array.from({ length }, letter).join(''));
}

const isoTimes = new Map<number, string>();
function iso(instant: number): string {
  const known = isoTimes.get(instant) ?? new Date(instant * 1000).toISOString().slice(0, 19);
  isoTimes.set(instant, known);
  return known;
}
