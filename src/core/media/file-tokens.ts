import { counted } from '../wording.ts';
import { bounded, type MediaTokens } from './media-tokens.ts';

/** What the API makes of a file in a request: OpenAI's guide to file inputs tells these apart. */
export const FILE_KINDS = ['pdf', 'spreadsheet', 'document', 'text'] as const;
export type FileKind = (typeof FILE_KINDS)[number];

const KIND_OF_EXTENSION: ReadonlyMap<string, FileKind> = new Map<string, FileKind>([
  ['pdf', 'pdf'],
  ...ofKind('spreadsheet', ['csv', 'tsv', 'xls', 'xlsx', 'iif']),
  ...ofKind('document', ['doc', 'docx', 'ppt', 'pptx', 'rtf', 'odt']),
]);

function ofKind(kind: FileKind, extensions: readonly string[]): [string, FileKind][] {
  return extensions.map((extension) => [extension, kind]);
}

/** By the end of its name; all that is nothing else is text and code. */
export function fileKind(name: string): FileKind {
  const [, extension = ''] = /\.([^./\\]+)$/.exec(name) ?? [];
  return KIND_OF_EXTENSION.get(extension.toLowerCase()) ?? 'text';
}

/**
 * The input tokens of a file. Only those of text can be counted without the API: of a one-page PDF
 * it billed 218 tokens in one endpoint and 4 in another.
 *
 * @param textTokens of the whole content, where it is text
 */
export function fileInputTokens(
  kind: FileKind,
  known: { readonly textTokens?: number | undefined; readonly pages?: number | undefined } = {},
): MediaTokens {
  switch (kind) {
    case 'text':
      if (known.textTokens === undefined) {
        return { basis: 'unknown', reason: 'the content of the file is not known' };
      }
      return bounded(known.textTokens, known.textTokens, [
        'what the API writes around the text of a file is not documented',
      ]);
    case 'pdf': {
      const pages = known.pages === undefined ? '' : ` (${counted(known.pages, 'page')})`;
      return unknown(`a PDF is billed as its text and an image of each page${pages}`);
    }
    case 'spreadsheet':
      return unknown('a spreadsheet is billed as 1,000 rows of each sheet and a summary of them');
    case 'document':
      return unknown('a document is billed as the text that the API finds in it');
  }
}

function unknown(what: string): MediaTokens {
  return {
    basis: 'unknown',
    reason: `${what}, which only the API can count (in a Responses request --online asks it)`,
  };
}
