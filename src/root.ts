/**
 * The folder of the package, in which `rates/` and the built `dist/vocabulary/` lie. This file, and
 * whatever it is bundled into, lies one level below it: `src/root.ts` or `dist/<chunk>.js`.
 */
export const PACKAGE_ROOT = new URL('../', import.meta.url);
