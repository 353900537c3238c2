/** What is wrong with an example of a fine-tuning file, as the API would see it. */
import { isJsonObject, isJsonText, type JsonObject, type JsonValue, own } from '../json.ts';
import { eitherOf } from '../wording.ts';

export const TUNING_METHODS = ['supervised', 'preference', 'reinforcement'] as const;
export type TuningMethod = (typeof TUNING_METHODS)[number];

export interface ExampleProblem {
  /** `error`: the API refuses the file, or nothing can be learned from the example. */
  readonly severity: 'error' | 'warning';
  /** What is wrong and what to do. */
  readonly message: string;
}

/** What the examples of each method have beside each other. */
const KEYS: Readonly<Record<TuningMethod, readonly string[] | undefined>> = {
  supervised: ['messages', 'tools', 'functions', 'parallel_tool_calls'],
  preference: ['input', 'preferred_output', 'non_preferred_output'],
  // What the grader compares with is of the user's own making.
  reinforcement: undefined,
};
const INPUT_KEYS = ['messages', 'tools', 'parallel_tool_calls'];
const MESSAGE_ROLES = ['system', 'developer', 'user', 'assistant', 'tool', 'function'];
const WEIGHTS: readonly unknown[] = [0, 1];

/**
 * The method that an example is for; undefined where it is none. An example for a grader has no
 * answer at its end, and beside its messages what the grader compares with.
 */
export function methodOf(example: JsonValue): TuningMethod | undefined {
  if (!isJsonObject(example)) return undefined;
  if ('preferred_output' in example || 'non_preferred_output' in example) return 'preference';
  const messages = own(example, 'messages');
  if (messages === undefined) return undefined;
  const isGraded = Object.keys(example).some((key) => !KEYS.supervised?.includes(key));
  return isGraded && roleOf(lastOf(messages)) !== 'assistant' ? 'reinforcement' : 'supervised';
}

export function* problemsOf(
  example: JsonValue,
  method: TuningMethod,
): Generator<ExampleProblem, void> {
  if (!isJsonObject(example)) {
    yield error('is no JSON object; write one example in each line');
    return;
  }
  yield* unknownKeys(example, KEYS[method], '');
  if (method === 'preference') yield* preferenceProblems(example);
  else {
    yield* conversationProblems(example, '');
    const messages = own(example, 'messages');
    if (method === 'supervised') yield* answerProblems(messages);
    else if (roleOf(lastOf(messages)) !== 'user') {
      yield warning('does not end with a message of the user, which is what is to be answered');
    }
  }
}

function* preferenceProblems(example: JsonObject): Generator<ExampleProblem> {
  const input = own(example, 'input');
  if (!isJsonObject(input)) yield error('input is missing; give it {"messages": [...]}');
  else {
    yield* unknownKeys(input, INPUT_KEYS, 'input');
    yield* conversationProblems(input, 'input.');
  }
  for (const key of ['preferred_output', 'non_preferred_output']) {
    yield* outputProblems(own(example, key), key);
  }
  const [preferred, other] = [
    own(example, 'preferred_output'),
    own(example, 'non_preferred_output'),
  ];
  if (preferred !== undefined && JSON.stringify(preferred) === JSON.stringify(other)) {
    yield warning('prefers an answer to itself; give two that differ, or leave the example out');
  }
}

function* outputProblems(output: JsonValue | undefined, key: string): Generator<ExampleProblem> {
  if (!isList(output) || output.length === 0) {
    yield error(`${key} is missing or empty; give it a list with the answer`);
    return;
  }
  yield* messageProblems(output, key);
  if (!output.some((message) => roleOf(message) === 'assistant')) {
    yield error(`${key} has no message of the assistant; add the answer`);
  }
}

function* conversationProblems(holder: JsonObject, path: string): Generator<ExampleProblem> {
  const messages = own(holder, 'messages');
  if (!isList(messages) || messages.length === 0) {
    yield error(`${path}messages is missing or empty; give it a list of messages`);
    return;
  }
  yield* messageProblems(messages, `${path}messages`);
  const parallel = own(holder, 'parallel_tool_calls');
  if (parallel !== undefined && typeof parallel !== 'boolean') {
    yield error(`${path}parallel_tool_calls is neither true nor false`);
  }
  yield* toolProblems(own(holder, 'tools'), `${path}tools`);
  yield* callProblems(messages, toolNames(holder), `${path}messages`);
}

function* messageProblems(messages: readonly JsonValue[], path: string): Generator<ExampleProblem> {
  for (const [index, message] of messages.entries()) {
    const place = `${path}[${index}]`;
    if (!isJsonObject(message)) yield error(`${place} is no object with role and content`);
    else {
      yield* roleProblems(message, place);
      yield* contentProblems(message, place);
      yield* weightProblems(message, place);
    }
  }
}

function* roleProblems(message: JsonObject, place: string): Generator<ExampleProblem> {
  const role = own(message, 'role');
  if (typeof role === 'string' && MESSAGE_ROLES.includes(role)) return;
  const what = typeof role === 'string' ? `is ${shown(role)}` : 'is missing';
  yield error(`${place}.role ${what}; use ${eitherOf(MESSAGE_ROLES.slice(0, -1))}`);
}

function* contentProblems(message: JsonObject, place: string): Generator<ExampleProblem> {
  const content = own(message, 'content') ?? undefined;
  if (content === undefined) {
    if (isCalling(message) || own(message, 'refusal')) return;
    yield error(`${place}.content is missing; give it a text`);
  } else if (typeof content !== 'string' && !isList(content)) {
    yield error(`${place}.content is neither a text nor a list of parts`);
  } else if (content.length === 0 && !isCalling(message)) {
    const learned = roleOf(message) === 'assistant' ? ', which teaches to answer nothing' : '';
    yield warning(`${place}.content is empty${learned}; fill it or leave the message out`);
  }
}

function* weightProblems(message: JsonObject, place: string): Generator<ExampleProblem> {
  const weight = own(message, 'weight') ?? undefined;
  if (weight === undefined) return;
  if (!WEIGHTS.includes(weight)) {
    yield error(`${place}.weight must be 0 (not learned) or 1 (learned)`);
  } else if (roleOf(message) !== 'assistant') {
    yield error(`${place}.weight is for messages of the assistant alone; leave it out`);
  }
}

/** There must be something to learn, and the example should end with it. */
function* answerProblems(messages: JsonValue | undefined): Generator<ExampleProblem> {
  if (!isList(messages) || messages.length === 0) return;
  const answers = messages.filter((message) => roleOf(message) === 'assistant');
  if (answers.length === 0) {
    yield error('has no message of the assistant; add the answer that is to be learned');
  } else if (answers.every((answer) => isJsonObject(answer) && own(answer, 'weight') === 0)) {
    yield error('has weight 0 for all that the assistant says; leave one to be learned');
  } else if (roleOf(messages.at(-1)) !== 'assistant') {
    yield warning(
      'does not end with a message of the assistant; what comes after it teaches nothing',
    );
  }
}

function* toolProblems(tools: JsonValue | undefined, path: string): Generator<ExampleProblem> {
  if (tools === undefined || tools === null) return;
  if (!isList(tools)) {
    yield error(`${path} is no list`);
    return;
  }
  for (const [index, tool] of tools.entries()) {
    if (nameOfTool(tool) === undefined) {
      yield error(
        `${path}[${index}] is no function with a name; write {"type": "function", "function": {"name": ...}}`,
      );
    }
  }
}

function toolNames(holder: JsonObject): readonly string[] {
  const tools = own(holder, 'tools');
  return isList(tools) ? tools.flatMap((tool) => nameOfTool(tool) ?? []) : [];
}

function nameOfTool(tool: JsonValue): string | undefined {
  if (!isJsonObject(tool) || own(tool, 'type') !== 'function') return undefined;
  return textIn(own(tool, 'function'), 'name');
}

/** Every call has its result before anybody says something else, unless the example ends with it. */
function* callProblems(
  messages: readonly JsonValue[],
  tools: readonly string[],
  path: string,
): Generator<ExampleProblem> {
  let open = new Map<string, string>();
  for (const [index, message] of messages.entries()) {
    if (!isJsonObject(message)) continue;
    const place = `${path}[${index}]`;
    if (own(message, 'role') === 'tool') {
      const id = textIn(message, 'tool_call_id');
      if (id === undefined)
        yield error(`${place}.tool_call_id is missing; give the id of the call`);
      else if (!open.delete(id)) {
        yield error(
          `${place} is the result of no call before it; give tool_call_id the id of a call`,
        );
      }
      continue;
    }
    yield* withoutResult(open);
    open = new Map();
    for (const [number, call] of callsOf(message).entries()) {
      const at = `${place}.tool_calls[${number}]`;
      yield* oneCall(call, tools, at);
      const id = textIn(call, 'id');
      if (id !== undefined) open.set(id, at);
    }
  }
  // The calls that an example ends with are its answer; some of them with results are not.
  if (roleOf(messages.at(-1)) === 'tool') yield* withoutResult(open);
}

function* withoutResult(open: ReadonlyMap<string, string>): Generator<ExampleProblem> {
  for (const at of open.values()) {
    yield error(`${at} has no result; add a message with role tool and its tool_call_id`);
  }
}

function* oneCall(
  call: JsonValue,
  tools: readonly string[],
  at: string,
): Generator<ExampleProblem> {
  const called = isJsonObject(call) ? own(call, 'function') : undefined;
  const name = textIn(called, 'name');
  const written = textIn(called, 'arguments');
  if (textIn(call, 'id') === undefined) yield error(`${at}.id is missing`);
  if (name === undefined) yield error(`${at}.function.name is missing`);
  else if (!tools.includes(name)) {
    yield warning(`${at} calls ${shown(name)}, which tools does not have; define it there`);
  }
  if (written === undefined)
    yield error(`${at}.function.arguments is no text; give it JSON as a text`);
  else if (!isJsonText(written)) yield warning(`${at}.function.arguments is no JSON`);
}

function callsOf(message: JsonObject): readonly JsonValue[] {
  const calls = own(message, 'tool_calls');
  return isList(calls) ? calls : [];
}

function isCalling(message: JsonObject): boolean {
  return callsOf(message).length > 0 || isJsonObject(own(message, 'function_call'));
}

function* unknownKeys(
  object: JsonObject,
  known: readonly string[] | undefined,
  path: string,
): Generator<ExampleProblem> {
  const unknown =
    known === undefined ? [] : Object.keys(object).filter((key) => !known.includes(key));
  const [first] = unknown;
  if (first === undefined) return;
  const others = unknown.length > 1 ? ` and ${unknown.length - 1} more` : '';
  const where = path === '' ? '' : `${path} `;
  yield warning(
    `${where}has a key ${shown(first)}${others} that no example has; the API may refuse it`,
  );
}

/** Only what looks like a word of an API is shown, so that no content gets into a message. */
function shown(word: string): string {
  return /^[\w.:/-]{1,60}$/.test(word) ? `"${word}"` : 'of another form';
}

function roleOf(message: JsonValue | undefined): string | undefined {
  return textIn(message, 'role');
}

function textIn(object: JsonValue | undefined, key: string): string | undefined {
  const value = isJsonObject(object) ? own(object, key) : undefined;
  return typeof value === 'string' ? value : undefined;
}

function lastOf(list: JsonValue | undefined): JsonValue | undefined {
  return isList(list) ? list.at(-1) : undefined;
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function error(message: string): ExampleProblem {
  return { severity: 'error', message };
}

function warning(message: string): ExampleProblem {
  return { severity: 'warning', message };
}
