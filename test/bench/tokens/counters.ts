/** The counters that are compared, each as a function from text to number of tokens. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

export type Count = (text: string | Buffer) => number;
export type BenchEncoding = 'o200k_base' | 'cl100k_base';

export const OURS = 'openai-cost';
export const PEERS = ['js-tiktoken', 'tiktoken', 'gpt-tokenizer', 'ai-tokenizer'] as const;
export type Peer = (typeof PEERS)[number];
export type CounterName = typeof OURS | Peer;
/** OpenAI's own code. */
export const TRUTH = 'tiktoken';

const LOADERS: Record<CounterName, (encoding: BenchEncoding) => Promise<Count>> = {
  'openai-cost': async (encoding) => {
    const file = pathToFileURL(resolve('dist/index.js')).href;
    const ours: { countTokens(text: string | Buffer, encoding: string): number } = await import(
      file
    );
    return (text) => ours.countTokens(text, encoding);
  },
  'js-tiktoken': async (encoding) => {
    const { Tiktoken } = await import('js-tiktoken/lite');
    const ranks =
      encoding === 'o200k_base'
        ? await import('js-tiktoken/ranks/o200k_base')
        : await import('js-tiktoken/ranks/cl100k_base');
    const tokenizer = new Tiktoken(ranks.default);
    return (text) => tokenizer.encode(String(text), [], []).length;
  },
  tiktoken: async (encoding) => {
    const { get_encoding } = await import('tiktoken');
    const tokenizer = get_encoding(encoding);
    return (text) => tokenizer.encode_ordinary(String(text)).length;
  },
  'gpt-tokenizer': async (encoding) => {
    const file: string = `gpt-tokenizer/encoding/${encoding}`;
    const tokenizer: { countTokens(text: string): number } = await import(file);
    return (text) => tokenizer.countTokens(String(text));
  },
  'ai-tokenizer': async (encoding) => {
    const [main, ranks]: string[] = ['ai-tokenizer', `ai-tokenizer/encoding/${encoding}`];
    const { Tokenizer }: { Tokenizer: new (ranks: unknown) => { count(text: string): number } } =
      await import(main as string);
    const tokenizer = new Tokenizer(await import(ranks as string));
    return (text) => tokenizer.count(String(text));
  },
};

export function loadCounter(name: CounterName, encoding: BenchEncoding): Promise<Count> {
  return LOADERS[name](encoding);
}
