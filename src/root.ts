import { dirname } from 'node:path';

/**
 * A file of the package, such as `rates/openai.json` or the built `dist/vocabulary/`, by its path below
 * the package's root. This module, and whatever it is bundled into, lies one level below that:
 * `src/root.ts` or `dist/<chunk>.js`. No URL, as to make a path of it takes Node 1 ms.
 */
export function packageFile(path: string): string {
  return `${dirname(import.meta.dirname)}/${path}`;
}
