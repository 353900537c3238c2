/** What the rows of all of OpenAI's exports begin with: a bucket of time, and whose it is. */
import type { UsageEntry } from '../../core/audit/entry.ts';
import type { Instant } from '../../core/time.ts';
import { type Cells, fail, needed } from './values.ts';

export const BUCKET_COLUMNS = ['start_time', 'end_time'] as const;

export function bucketOf(cells: Cells): { start: Instant; end: Instant } {
  const start = needed(cells.time('start_time'), 'start_time');
  const end = needed(cells.time('end_time'), 'end_time');
  if (end <= start) fail('end_time is not after start_time');
  return { start, end };
}

type Owner = Pick<UsageEntry, 'organization' | 'project' | 'apiKey' | 'user'>;

export function ownerOf(cells: Cells): Owner {
  return {
    organization: cells.text('organization_id') ?? cells.text('organization_name'),
    project: cells.text('project_id') ?? cells.text('project_name'),
    apiKey: cells.text('api_key_id'),
    user: cells.text('user_id') ?? cells.text('user_email'),
  };
}
