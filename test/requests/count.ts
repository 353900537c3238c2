/** Counts requests as the program does, with the tables that the package ships. */
import { readFileSync } from 'node:fs';
import type { MediaTokens } from '../../src/core/media/media-tokens.ts';
import {
  type CountedModel,
  countedModel,
  type FramingTable,
} from '../../src/core/request/framing.ts';
import type { ModelRequest, RequestEndpoint } from '../../src/core/request/request.ts';
import { RequestCounter } from '../../src/core/request/request-tokens.ts';
import type { RequestTokens, TokenPart } from '../../src/core/request/tally.ts';
import { readRequest } from '../../src/input/requests/index.ts';
import { readShippedFraming } from '../../src/input/shipped.ts';
import { countTokens } from '../../src/tokens/index.ts';
import { shipped } from '../table.ts';

export const framing: FramingTable = readShippedFraming(
  readFileSync(new URL('../../rates/framing.json', import.meta.url)),
);

export function request(body: unknown, endpoint?: RequestEndpoint): ModelRequest {
  const read = readRequest(body, { file: 'test' }, endpoint);
  if (read.kind === 'bad') throw new Error(read.reason);
  return read.request;
}

export function reasonOf(body: unknown, endpoint?: RequestEndpoint): string {
  const read = readRequest(body, { file: 'test' }, endpoint);
  return read.kind === 'bad' ? read.reason : 'read';
}

export function model(name: string): CountedModel {
  const found = shipped.names.get(name)?.model;
  if (!found) throw new Error(name);
  return countedModel(found);
}

const IMAGE: MediaTokens = { basis: 'exact', low: 85, high: 85, reasons: [] };

export const counter = new RequestCounter({
  framing,
  countText: countTokens,
  countMedia: ({ kind }) =>
    kind === 'image' ? IMAGE : { basis: 'unknown', reason: `no rule for ${kind}` },
});

export function tokens(body: unknown, name: string, endpoint?: RequestEndpoint): RequestTokens {
  return counter.count(request(body, endpoint), model(name));
}

export function total(body: unknown, name: string, endpoint?: RequestEndpoint): number | null {
  return tokens(body, name, endpoint).total.expected;
}

/** What was expected of each part. */
export function parts(body: unknown, name: string): Partial<Record<TokenPart, number | null>> {
  const counted = tokens(body, name).parts.map(({ part, expected }) => [part, expected]);
  return Object.fromEntries(counted) as Partial<Record<TokenPart, number | null>>;
}
