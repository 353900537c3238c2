import { aliasOf } from '../../core/audit/alias.ts';
import type { Dimension } from '../../core/audit/audit.ts';
import type { Cell } from '../../core/audit/ledger.ts';
import type { AuditRequest } from '../../core/report.ts';

/** How projects, keys and users appear in messages: here, and nowhere else. */
export function named(
  dimension: Dimension,
  value: string,
  { showIds }: Pick<AuditRequest, 'showIds'>,
): string {
  return showIds ? value : aliasOf(dimension, value);
}

/** `project a, key b`, as far as the data tells; undefined where it does not. */
export function placeOf(
  { project, apiKey }: Pick<Cell, 'project' | 'apiKey'>,
  request: Pick<AuditRequest, 'showIds'>,
): string | undefined {
  const parts = [
    project === undefined ? [] : [`project ${named('project', project, request)}`],
    apiKey === undefined ? [] : [`key ${named('key', apiKey, request)}`],
  ].flat();
  return parts.length > 0 ? parts.join(', ') : undefined;
}
