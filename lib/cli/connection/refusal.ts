import { isObject, type JsonObject } from '../../protocol/json/json-values.ts';
import { CommandFailure, EXIT } from '../command-line/exit-status.ts';

/** What to do about codes that people meet often. */
const HINTS: Readonly<Record<string, string>> = {
  invalid_key: 'Check TIDINGS_KEY or the profile: tidings whoami shows which is used.',
  missing_key: 'Set TIDINGS_KEY, or make a profile: tidings init.',
  insufficient_scope: 'tidings whoami shows what the key may do. Use a key of another scope.',
  unknown_merchant: 'tidings merchants list shows all merchants.',
  merchant_conflict:
    'Settings of a merchant that exists are changed by tidings merchants change --merchant ID.',
  merchant_erased: 'Use another id.',
  endpoint_deleted: 'Use another id.',
  unknown_endpoint: 'tidings endpoints list shows the merchant’s endpoints.',
  outcome_conflict:
    'A repetition has the same content: also the same --occurred, as a time and not as an age such as 1h. tidings get shows what is recorded.',
  unknown_transaction:
    'Was it recorded under this merchant? tidings get --reference ORDER finds it by order number.',
};

/** The problem with which the service refused, as a failure of a command: what is wrong, with all facts, and what to do. */
export function refusal(problem: JsonObject): CommandFailure {
  const { code, title, detail, errors, current } = problem;
  const said = [title, detail].filter((text): text is string => typeof text === 'string');
  const fields = Array.isArray(errors)
    ? errors.filter(isObject).map((error) => fieldError(error, current))
    : [];
  const name = String(code);
  const hint = HINTS[name];
  return new CommandFailure(
    EXIT.refused,
    name,
    [
      ...(said.length === 0 ? ['The service refused the request.'] : said),
      ...factsOf(problem),
      ...fields,
    ].join(' '),
    { problem, ...(hint !== undefined && { hint }) },
  );
}

/** Members that every problem has, or that are said otherwise. */
const SAID = new Set(['type', 'title', 'detail', 'status', 'code', 'merchantId', 'request', 'asOf']);

/** What the problem says beyond its sentence: `readyAfter: 2026-11-30T00:00:03.000Z.` */
function factsOf(problem: JsonObject): readonly string[] {
  return Object.entries(problem)
    .filter(([name, value]) => !SAID.has(name) && (typeof value === 'string' || typeof value === 'number'))
    .map(([name, value]) => `${name}: ${String(value)}.`);
}

/** @param current what is recorded, where the problem says it */
function fieldError({ pointer, code }: JsonObject, current: unknown): string {
  const recorded = isObject(current) ? current[String(pointer).slice(1)] : undefined;
  const isShown = typeof recorded === 'string' || typeof recorded === 'number';
  return `${String(pointer)}: ${String(code)}${isShown ? `, recorded is ${recorded}` : ''}.`;
}
