import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { get_encoding, type TiktokenEncoding } from 'tiktoken';
import { describe, expect, it } from 'vitest';
import { run } from './run.ts';

/** Prompts as people write them; the oracle is OpenAI's own tokenizer. */
const PROMPTS: Readonly<Record<string, string>> = {
  english: `You are a support agent. Don't apologise twice. Answer in at most 3 sentences.\n\nTicket #48213: "My parcel hasn't arrived, and it's been 12 days!"\n`,
  german: `Fasse den folgenden Vertrag in fünf Stichpunkten zusammen und nenne alle Kündigungsfristen.\n\n§ 4 Die Gebühr beträgt 1.299,00 € jährlich; Änderungen bedürfen der Schriftform.\n`,
  french: `Traduis ce courriel en français soutenu, sans changer les chiffres :\n« Où est ma commande n° 7 ? J'attends depuis l'été dernier… »\n`,
  spanish: `¿Cuáles son los tres puntos débiles de esta propuesta? ¡Sé breve!\n\nEl año pasado invertimos 2,5 millones en señalización.\n`,
  russian: `Определи тональность отзыва: положительная, отрицательная или смешанная.\n\nЧайник отличный, но крышка сломалась через неделю.\n`,
  chinese: `请用一句话总结下面的评论，并判断其情感倾向。\n\n这款水壶烧水很快，外观也不错，但盖子用了一周就坏了。\n`,
  japanese: `次のレビューを一文で要約してください。\n\nお湯が沸くのは速いですが、蓋が一週間で壊れました。ｶﾀｶﾅも数えます。\n`,
  arabic: `لخّص المراجعة التالية في جملة واحدة، ثم حدّد إن كانت إيجابية أم سلبية.\n\nالغلاية سريعة لكن الغطاء انكسر بعد أسبوع.\n`,
  hindi: `नीचे दी गई समीक्षा का एक वाक्य में सारांश लिखें।\n\nकेतली जल्दी उबालती है, लेकिन ढक्कन एक हफ्ते में टूट गया।\n`,
  korean: `다음 후기를 한 문장으로 요약하고 감정을 분류하세요.\n\n물은 빨리 끓지만 뚜껑이 일주일 만에 부러졌어요 😢👍🏽\n`,
  code: `Explain this function and find the bug:\n\n\`\`\`python\ndef mean(xs):\n\ttotal = 0\n\tfor x in xs:\n\t\ttotal += x\n\treturn total / (len(xs) - 1)  # <- ?\n\`\`\`\n`,
  json: `${JSON.stringify({ role: 'user', content: 'Hi\r\n\tthere', ids: [1, 22, 333, 4444, 55555], ok: true, n: null }, null, 2)}\r\n`,
};

const MODELS: Readonly<Record<string, TiktokenEncoding>> = {
  'gpt-6.2-sol': 'o200k_base',
  'gpt-4o-mini': 'o200k_base',
  'gpt-4-turbo': 'cl100k_base',
  'text-davinci-003': 'p50k_base',
  'text-ada-001': 'r50k_base',
};

describe('counts of real prompts equal those of tiktoken', () => {
  const folder = mkdtempSync(join(tmpdir(), 'openai-cost-'));

  for (const [language, text] of Object.entries(PROMPTS)) {
    it(language, async () => {
      writeFileSync(join(folder, language), text);
      const names = Object.keys(MODELS);
      const { out } = await run(
        ['estimate', language, '-m', names.join(','), '-f', 'json', '--as', 'text'],
        {
          cwd: folder,
        },
      );
      const entries: { model: string; tokens: { input: number } }[] = JSON.parse(out).byModel;
      const counted = Object.fromEntries(entries.map(({ model, tokens }) => [model, tokens.input]));
      const expected = Object.fromEntries(
        Object.entries(MODELS).map(([model, name]) => {
          const encoding = get_encoding(name);
          const length = encoding.encode_ordinary(text).length;
          encoding.free();
          return [model, length];
        }),
      );
      expect(counted).toEqual(expected);
    });
  }
});
