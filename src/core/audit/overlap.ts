/**
 * What two exports share is counted once. Rows of one file are all real, however alike; but a
 * bucket, or a request, that two files have is the same one.
 */
import { grouped } from '../grouped.ts';
import type { Source } from '../source.ts';
import type { Instant } from '../time.ts';
import { sumTokens } from '../usage.ts';
import type { Cell } from './ledger.ts';

export interface Overlap {
  /** The file whose rows were left out, and the one whose rows count. */
  readonly file: string;
  readonly keptFile: string;
  readonly rows: number;
  /** Of them, those that say something else than the rows that count. */
  readonly differing: number;
}

/**
 * Of cells that keep bucket and file apart, those that count. Where files differ on a bucket, the
 * one with more in it counts: the other was exported before the bucket was full.
 */
export function withoutOverlaps(cells: readonly Cell[]): { kept: Cell[]; overlaps: Overlap[] } {
  const kept: Cell[] = [];
  const overlaps = new Map<string, { -readonly [K in keyof Overlap]: Overlap[K] }>();
  for (const alike of byIdentity(cells).values()) {
    const [first, ...others] = [...byFile(alike).values()].sort(fullestFirst);
    if (!first) continue;
    kept.push(...first);
    for (const other of others) {
      const [{ file = '' } = {}] = other;
      const [{ file: keptFile = '' } = {}] = first;
      const key = JSON.stringify([file, keptFile]);
      const overlap = overlaps.get(key) ?? { file, keptFile, rows: 0, differing: 0 };
      const rows = other.reduce((sum, cell) => sum + cell.rows, 0);
      overlap.rows += rows;
      if (weight(other) !== weight(first)) overlap.differing += rows;
      overlaps.set(key, overlap);
    }
  }
  return { kept, overlaps: [...overlaps.values()] };
}

/**
 * Images of models that are billed by the token are in two exports: in that of images by their
 * number, and in that of completions by their tokens. Where both were given, the tokens count.
 */
export function withoutCountedImages(cells: readonly Cell[]): {
  kept: Cell[];
  overlaps: Overlap[];
} {
  const drawn = new Map<string, Cell>();
  const keyOf = ({ model, day }: Cell) => JSON.stringify([model, day]);
  for (const cell of cells) {
    if ((cell.tokens.image?.output ?? 0) > 0) drawn.set(keyOf(cell), cell);
  }
  const kept: Cell[] = [];
  const overlaps = new Map<string, Overlap>();
  for (const cell of cells) {
    const other = drawn.get(keyOf(cell));
    if (cell.endpoint !== 'images' || other === undefined || cell.quantities.length === 0) {
      kept.push(cell);
      continue;
    }
    const [file, keptFile] = [cell.source.file, other.source.file];
    const key = JSON.stringify([file, keptFile]);
    const rows = (overlaps.get(key)?.rows ?? 0) + cell.rows;
    overlaps.set(key, { file, keptFile, rows, differing: 0 });
  }
  return { kept, overlaps: [...overlaps.values()] };
}

function byIdentity(cells: readonly Cell[]): Map<string, Cell[]> {
  const organizationOf = organizationsIn(cells);
  return grouped(cells, (cell) => {
    const { at, end, id, endpoint, model, tiers, free, project, apiKey, user } = cell;
    // A request is known by its id, whatever else a log says of it.
    if (id !== undefined) return `id ${id}`;
    const whose = [organizationOf(cell), project, apiKey, user];
    return JSON.stringify([at, end, endpoint, model, tiers, free, ...whose]);
  });
}

interface OfOrganization {
  readonly organization?: string | undefined;
  readonly project: string | undefined;
}

/**
 * What tells organizations apart: nothing where there is but one, as not every file names it. Where
 * there are several, the id of a project tells whose it is, as far as any file names that.
 */
export function organizationsIn(
  all: readonly OfOrganization[],
): (each: OfOrganization) => string | undefined {
  const isOne = new Set(all.flatMap(({ organization }) => organization ?? [])).size < 2;
  if (isOne) return () => undefined;
  const byProject = new Map<string, string>();
  for (const each of all) {
    const { organization, project } = each;
    if (organization !== undefined && project !== undefined && hasProjectId(each)) {
      byProject.set(project, organization);
    }
  }
  return ({ organization, project = '' }) => organization ?? byProject.get(project);
}

/** Rows of a file that does not tell whose they are, beside files that name several organizations. */
export interface OfNobody {
  readonly file: string;
  readonly organizations: number;
  readonly rows: number;
}

/**
 * Where several organizations are named, what names none counts as that of one more; of the days that
 * it shares with them, it may as well be the same again, unless ids of projects tell otherwise.
 */
export function ofNobody(
  all: readonly (OfOrganization & {
    readonly source: Source;
    readonly day: Instant;
    readonly rows: number;
  })[],
): OfNobody[] {
  const organizationOf = organizationsIn(all);
  const named = all.filter((each) => organizationOf(each) !== undefined);
  const organizations = new Set(named.map(organizationOf)).size;
  if (organizations < 2) return [];
  const days = new Set(named.map(({ day }) => day));
  const daysByProject = new Set(days);
  for (const each of named) if (!hasProjectId(each)) daysByProject.delete(each.day);
  const unnamed = all.filter(
    (each) =>
      organizationOf(each) === undefined &&
      days.has(each.day) &&
      !(hasProjectId(each) && daysByProject.has(each.day)),
  );
  return [...grouped(unnamed, ({ source }) => source.file)].map(([file, rows]) => ({
    file,
    organizations,
    rows: rows.reduce((sum, each) => sum + each.rows, 0),
  }));
}

/** Names are no ids: each organization has a Default project. */
function hasProjectId({ project }: OfOrganization): boolean {
  return project?.startsWith('proj_') ?? false;
}

function byFile(cells: readonly Cell[]): Map<string, Cell[]> {
  return grouped(cells, ({ file = '' }) => file);
}

/** By what they hold; then by name, so that the order of the files makes no difference. */
function fullestFirst(a: readonly Cell[], b: readonly Cell[]): number {
  return weight(b) - weight(a) || ((a[0]?.file ?? '') < (b[0]?.file ?? '') ? -1 : 1);
}

function weight(cells: readonly Cell[]): number {
  return cells.reduce((sum, { tokens, requests, quantities }) => {
    const amounts = quantities.reduce((total, { amount }) => total + amount, 0);
    return sum + sumTokens(tokens, () => true) + requests + amounts;
  }, 0);
}
