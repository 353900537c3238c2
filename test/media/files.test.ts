import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileInputTokens, fileKind } from '../../src/core/media/file-tokens.ts';
import { addTokens, bounded, NO_TOKENS } from '../../src/core/media/media-tokens.ts';
import { dataOfBytes } from '../../src/input/media/data.ts';
import { pdfPages } from '../../src/input/media/pdf-pages.ts';

const pages = (text: string) => pdfPages(dataOfBytes(new TextEncoder().encode(text)));

describe('a file', () => {
  it.each([
    ['report.pdf', 'pdf'],
    ['REPORT.PDF', 'pdf'],
    ['a.b.xlsx', 'spreadsheet'],
    ['data.csv', 'spreadsheet'],
    ['letter.docx', 'document'],
    ['main.ts', 'text'],
    ['README', 'text'],
    ['folder.pdf/notes', 'text'],
    ['a.constructor', 'text'],
    ['', 'text'],
  ])('%s is %s', (name, kind) => {
    expect(fileKind(name)).toBe(kind);
  });

  it('of text costs its text, as an estimate', () => {
    expect(fileInputTokens('text', { textTokens: 7 })).toMatchObject({
      basis: 'estimate',
      low: 7,
      high: 7,
    });
    expect(fileInputTokens('text')).toMatchObject({ basis: 'unknown' });
  });

  it('of another kind is unknown, and says what it is billed as', () => {
    expect(fileInputTokens('pdf', { pages: 3 })).toMatchObject({
      basis: 'unknown',
      reason: expect.stringContaining('each page (3 pages)'),
    });
    expect(fileInputTokens('spreadsheet')).toMatchObject({ basis: 'unknown' });
    expect(fileInputTokens('document')).toMatchObject({ basis: 'unknown' });
  });
});

describe('the pages of a PDF', () => {
  const page = '<< /Type /Page /Parent 2 0 R >>';
  it('are counted where they are in the open', () => {
    expect(pages(`%PDF-1.4 << /Type /Pages /Count 2 >> ${page} ${page} %%EOF`)).toBe(2);
    expect(pages(`%PDF-1.4 <</Type/Page>>`)).toBe(1);
  });

  it('are not guessed', () => {
    expect(pages(`%PDF-1.7 ${page} << /Type /ObjStm >>`)).toBeUndefined();
    expect(pages(`%PDF-1.4 ${page} ${page} trailer << /Prev 12 >>`)).toBeUndefined();
    expect(pages('%PDF-1.4 %%EOF')).toBeUndefined();
    expect(pages(page)).toBeUndefined();
  });
});

describe('a sum of tokens', () => {
  const part = fc.record({ low: fc.nat(1000), more: fc.nat(1000) });

  it('is the sum of both ends', () => {
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const sum = addTokens(parts.map(({ low, more }) => bounded(low, low + more, [])));
        const low = parts.reduce((all, each) => all + each.low, 0);
        expect(sum).toMatchObject({ low, high: parts.reduce((all, each) => all + each.more, low) });
      }),
    );
  });

  it('is only as sure as its least sure part', () => {
    const exact = bounded(1, 1, []);
    const unknown = { basis: 'unknown', reason: 'why' } as const;
    const rejected = { basis: 'rejected', reason: 'no' } as const;
    expect(addTokens([])).toEqual(NO_TOKENS);
    expect(addTokens([exact, exact])).toMatchObject({ basis: 'exact', low: 2 });
    expect(addTokens([exact, bounded(1, 1, ['a']), bounded(2, 3, ['a', 'b'])])).toMatchObject({
      basis: 'estimate',
      reasons: ['a', 'b'],
    });
    expect(addTokens([exact, unknown])).toEqual(unknown);
    expect(addTokens([unknown, exact, rejected])).toEqual(rejected);
  });
});
