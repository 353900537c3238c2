import type { Data } from './data.ts';

const PAGE = /\/Type\s{0,8}\/Page\b/g;

/**
 * How many pages a PDF has, where it says so in the open. Undefined where its objects are packed,
 * or where it was changed by appending, which leaves old pages in it.
 */
export function pdfPages(data: Data): number | undefined {
  const bytes = data.first(data.length);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  if (!text.startsWith('%PDF-') || text.includes('/ObjStm') || text.includes('/Prev')) {
    return undefined;
  }
  const pages = text.match(PAGE)?.length ?? 0;
  return pages > 0 ? pages : undefined;
}
