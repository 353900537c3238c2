/** Recorded requests with the tokens that the API reported for them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface AccuracyRecord {
  readonly id: string;
  readonly file: string;
  readonly source: string;
  readonly model: string;
  readonly endpoint: string;
  readonly request: unknown;
  readonly expected: Readonly<Record<string, unknown>>;
  readonly media: readonly RecordedMedia[];
}

/** What was cut from the request, by JSON path. */
export interface RecordedMedia {
  readonly path?: string;
  readonly width?: number;
  readonly height?: number;
  readonly seconds?: number;
}

export interface Records {
  readonly records: readonly AccuracyRecord[];
  /** By reason. */
  readonly leftOut: ReadonlyMap<string, number>;
}

/** The recorder has cut long base64, and whatever looked like it, out of texts. */
const CUT_TEXT = /"(?:content|text|input|instructions|prompt)":"[^"]*<omitted /;

export function readRecords(folder: string): Records {
  const records: AccuracyRecord[] = [];
  const leftOut = new Map<string, number>();
  const leave = (reason: string) => leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1);
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.json')) continue;
    const parsed: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    if (!Array.isArray(parsed)) continue;
    for (const row of parsed) {
      if (row.flags?.length > 0) leave('flagged: not to be relied on');
      else if (CUT_TEXT.test(JSON.stringify(row.request))) leave('text cut from the record');
      else if (isAltered(row)) leave('text altered by its recorder, which writes — as --');
      else if (isUnaskedUsage(row))
        leave('stream that did not ask for usage, which the API then does not report');
      else records.push({ media: [], ...row, file });
    }
  }
  return { records, leftOut };
}

/**
 * The recorder of pydantic-ai makes typographic characters ASCII (`SMART_CHAR_MAP` in its tests):
 * where it left a trace between letters, what was really sent cannot be known.
 */
function isAltered({ source, request }: AccuracyRecord): boolean {
  return source.startsWith('pydantic/pydantic-ai') && /[a-z]--[a-z]/.test(JSON.stringify(request));
}

function isUnaskedUsage({ endpoint, request }: AccuracyRecord): boolean {
  if (endpoint !== '/v1/chat/completions') return false;
  const { stream, stream_options: options } = request as {
    stream?: boolean;
    stream_options?: { include_usage?: boolean };
  };
  return stream === true && options?.include_usage !== true;
}
