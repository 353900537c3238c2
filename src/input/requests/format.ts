import type { ModelRequest, RequestEndpoint } from '../../core/request/request.ts';
import type { Source } from '../../core/source.ts';
import type { JsonFields } from '../usage/json-fields.ts';

/** A kind of request that is recognised by what is in it. */
export interface RequestFormat {
  readonly endpoint: RequestEndpoint;
  /** With the fields by which it is recognised. */
  readonly title: string;
  matches(fields: JsonFields): boolean;
  /** @throws BadField */
  read(fields: JsonFields, source: Source): ModelRequest;
}
