/**
 * Spend limits and spend alerts as OpenAI's Admin API returns them: one object, a page of them, or
 * an array. Fields as of 2026-11: `object`, `threshold_amount` in cents, `currency`, `interval`,
 * of a limit `enforcement.status`, of an alert `id`. The e-mail addresses that an alert goes to are
 * not read.
 */
import { InputError, type InputProblem } from '../core/input-error.ts';
import { type Money, unitPrice } from '../core/money.ts';
import type { LimitScope, SpendLimit } from '../core/spending/spend-limit.ts';
import { parseJson } from './usage/json.ts';
import { BadField, fieldOf, isObject, JsonFields } from './usage/json-fields.ts';
import { shown } from './usage/values.ts';

interface Kind {
  readonly kind: SpendLimit['kind'];
  readonly scope: LimitScope['kind'];
}

const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['organization.spend_limit', { kind: 'hard', scope: 'organization' }],
  ['project.spend_limit', { kind: 'hard', scope: 'project' }],
  ['organization.spend_alert', { kind: 'alert', scope: 'organization' }],
  ['project.spend_alert', { kind: 'alert', scope: 'project' }],
]);

const CURRENCY = 'usd';
const INTERVAL = 'month';
const CENTS_PER_USD = 100;

/** A file with OpenAI's own limits. */
export interface LimitFile {
  readonly file: string;
  /** Whose limits they are: OpenAI's objects say that they are of a project, and not of which. */
  readonly project?: string | undefined;
}

/**
 * Every limit of a file, in its order.
 * @throws InputError that names all that cannot be read, each by its path in the JSON
 */
export function readSpendLimits(bytes: Uint8Array, { file, project }: LimitFile): SpendLimit[] {
  const source = { file };
  const parsed = parseJson(new TextDecoder().decode(bytes));
  if ('reason' in parsed) throw new InputError([{ source, message: parsed.reason }]);
  const limits: SpendLimit[] = [];
  const problems: InputProblem[] = [];
  for (const { value, path } of itemsOf(parsed.value)) {
    try {
      limits.push({ ...limitOf(value, path, project), source });
    } catch (error) {
      if (!(error instanceof BadField)) throw error;
      problems.push({ source, message: error.message });
    }
  }
  if (fieldOf(parsed.value, 'has_more') === true) {
    problems.push({
      source,
      message:
        'has_more is true, so limits are missing here; fetch the next page with the parameter after, and put the objects of all pages into one array',
    });
  }
  if (problems.length > 0) throw new InputError(problems);
  return limits;
}

interface Item {
  readonly value: unknown;
  /** Empty for the whole document. */
  readonly path: string;
}

function itemsOf(value: unknown): Item[] {
  const itemsIn = (list: readonly unknown[], name: string) =>
    list.map((item, index) => ({ value: item, path: `${name}[${index}]` }));
  if (Array.isArray(value)) return itemsIn(value, '');
  const data = fieldOf(value, 'data');
  const object = fieldOf(value, 'object');
  const isPage = object === 'list' || object === 'page';
  return isPage && Array.isArray(data) ? itemsIn(data, 'data') : [{ value, path: '' }];
}

function limitOf(
  value: unknown,
  path: string,
  project: string | undefined,
): Omit<SpendLimit, 'source'> {
  if (!isObject(value)) throw new BadField(path === '' ? 'no object' : `${path} is no object`);
  const fields = new JsonFields(value, path);
  const object = fields.text('object');
  if (object === undefined) throw fields.bad('object', `is missing; ${KNOWN}`);
  const known = KINDS.get(object);
  if (!known) throw fields.bad('object', `is ${shown(object)}; ${KNOWN}`);
  only(fields, 'currency', CURRENCY);
  only(fields, 'interval', INTERVAL);
  return {
    name: fields.text('id') ?? object,
    scope: scopeOf(fields, known.scope, project),
    interval: INTERVAL,
    kind: known.kind,
    limit: amountOf(fields, known.kind),
    thresholds: [],
    enforcement: fields.object('enforcement')?.text('status'),
  };
}

const KNOWN = `these are read: ${[...KINDS.keys()].join(', ')}`;

function only(fields: JsonFields, key: string, wanted: string): void {
  const text = fields.text(key);
  if (text === undefined) throw fields.bad(key, 'is missing');
  if (text.toLowerCase() !== wanted) {
    throw fields.bad(key, `is ${shown(text)}; only ${wanted} is known`);
  }
}

function amountOf(fields: JsonFields, kind: SpendLimit['kind']): Money {
  const cents = fields.count('threshold_amount');
  if (cents === undefined) throw fields.bad('threshold_amount', 'is missing');
  // The API takes no such limit, and shows it in its examples where there is none.
  if (cents === 0 && kind === 'hard') {
    throw fields.bad('threshold_amount', 'is 0, and a hard limit is one cent or more');
  }
  const amount = unitPrice(String(cents), CENTS_PER_USD);
  if (amount === undefined) throw new RangeError(`${cents} cents are no amount`);
  return amount;
}

function scopeOf(
  fields: JsonFields,
  scope: LimitScope['kind'],
  project: string | undefined,
): LimitScope {
  if (scope === 'organization') return { kind: scope };
  const own = fields.text('project_id');
  if (own !== undefined && project !== undefined && own !== project) {
    throw fields.bad(
      'project_id',
      `is ${shown(own)}, but the file was given for ${shown(project)}`,
    );
  }
  const id = own ?? project;
  if (id === undefined) {
    throw fields.bad('project_id', 'is missing: OpenAI does not write whose limit it is; add it');
  }
  return { kind: scope, id };
}
