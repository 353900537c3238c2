/** Pages of buckets, as the Usage and the Costs API of OpenAI return them. */
import type { Row } from '../../core/audit/entry.ts';
import type { Source } from '../../core/source.ts';
import type { Instant } from '../../core/time.ts';
import type { Page } from './format.ts';
import { fieldOf, isObject, JsonFields, plainText, rowFrom } from './json-fields.ts';

export interface Bucket {
  readonly start: Instant;
  /** Exclusive. */
  readonly end: Instant;
}

type ReadResult = (result: JsonFields, bucket: Bucket, source: Source) => Row;

/** Whether it is a page or bucket whose results are of that kind; one without results can be any. */
export function hasResults(value: unknown, kind: RegExp): boolean {
  if (!isObject(value)) return false;
  const buckets = isPage(value) ? listOf(value, 'data') : [value];
  const isBucket = (each: unknown) => fieldOf(each, 'object') === 'bucket';
  if (!isPage(value) && !isBucket(value)) return false;
  const results = buckets.filter(isBucket).flatMap((each) => listOf(each, 'results'));
  return (
    results.length === 0 || results.some((each) => kind.test(plainText(fieldOf(each, 'object'))))
  );
}

/** @param value for which `hasResults` is true */
export function* bucketsOf(value: unknown, source: Source, read: ReadResult): Generator<Row> {
  if (!isPage(value)) return yield* resultsOf(value, '', source, read);
  const buckets = listOf(value, 'data');
  if (buckets.length === 0) yield { kind: 'empty', source };
  for (const [index, bucket] of buckets.entries()) {
    yield* resultsOf(bucket, `data[${index}]`, source, read);
  }
}

/** Undefined for a bucket that is no page. */
export function pageOf(value: unknown): Page | undefined {
  if (!isPage(value)) return undefined;
  const buckets = listOf(value, 'data');
  const [result] = buckets.flatMap((bucket) => listOf(bucket, 'results'));
  const kind = fieldOf(result, 'object');
  const next = fieldOf(value, 'next_page');
  const cursor = typeof next === 'string' && CURSOR.test(next) ? `=${next}` : '';
  return {
    kind: typeof kind === 'string' ? kind : undefined,
    from: fieldOf(buckets[0], 'start_time'),
    to: fieldOf(buckets.at(-1), 'end_time'),
    missing:
      fieldOf(value, 'has_more') === true
        ? `has_more is true and the next page is not here, so the sums are too low; fetch it with the parameter page${cursor}`
        : undefined,
  };
}

const CURSOR = /^[\w=.+/-]{1,200}$/;

function* resultsOf(
  bucket: unknown,
  path: string,
  source: Source,
  read: ReadResult,
): Generator<Row> {
  if (!isObject(bucket)) return yield { kind: 'bad', source, reason: `${path} is no object` };
  const fields = new JsonFields(bucket, path);
  let times: Bucket | undefined;
  const timed = rowFrom(source, () => {
    times = timesOf(fields);
    if (fields.list('results') === undefined) throw fields.bad('results', 'is missing');
    return { kind: 'empty', source, period: times };
  });
  const results = listOf(bucket, 'results');
  if (timed.kind === 'bad' || times === undefined || results.length === 0) return yield timed;
  for (const [index, result] of results.entries()) {
    const place = `${path === '' ? '' : `${path}.`}results[${index}]`;
    if (isObject(result)) yield read(new JsonFields(result, place), times, source);
    else yield { kind: 'bad', source, reason: `${place} is no object` };
  }
}

function timesOf(bucket: JsonFields): Bucket {
  const start = bucket.instant('start_time');
  const end = bucket.instant('end_time');
  if (start === undefined) throw bucket.bad('start_time', 'is missing');
  if (end === undefined) throw bucket.bad('end_time', 'is missing');
  if (end <= start) throw bucket.bad('end_time', 'is not after start_time');
  return { start, end };
}

function isPage(value: unknown): boolean {
  return fieldOf(value, 'object') === 'page';
}

function listOf(value: unknown, key: string): readonly unknown[] {
  const list = fieldOf(value, key);
  return Array.isArray(list) ? list : [];
}
