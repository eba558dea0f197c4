import { type FieldError, InitiatorFault } from '../fault.ts';
import { isObject } from '../outcome.ts';
import type { Machine } from '../system.ts';
import { type ApiAnswer, type ApiRequest, type Connection, exchange } from './exchange.ts';
import { RETRY_POLICY, retryAfterMs, waitMs } from './retrying.ts';

export interface Caller extends Connection {
  /** Requests of one call at most. */
  readonly maxTries: number;
  /** Milliseconds after which a call is not repeated any more. */
  readonly deadlineMs: number;
  readonly machine: Machine;
}

/** Statuses that say "not now": the same request may succeed a moment later. */
const RETRYABLE = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Asks until there is an answer that repeating would not change: every request of the API may be repeated with the
 * same content. What is no such answer is thrown when tries or time are used up.
 *
 * @returns an answer below 500, a problem included
 * @throws InitiatorFault, retryable, when there was no answer to the last try; the signal's reason if aborted
 */
export async function call(caller: Caller, request: ApiRequest, signal?: AbortSignal): Promise<ApiAnswer> {
  const { machine } = caller;
  const giveUpAtMs = machine.clock.now() + caller.deadlineMs;
  for (let tries = 1; ; tries += 1) {
    const tried = await attempt(caller, request, signal);
    if ('statusCode' in tried) return tried;
    const { fault, retryAfterMs } = tried;
    const wait = waitMs(
      RETRY_POLICY,
      { failures: tries, ...(retryAfterMs !== undefined && { retryAfterMs }) },
      machine.random,
    );
    if (!fault.retryable || tries >= caller.maxTries) throw fault;
    // A wait that would end after the deadline is not begun: the caller learns now what it would learn then.
    if (machine.clock.now() + wait > giveUpAtMs) throw fault;
    await machine.sleep(wait, signal);
  }
}

async function attempt(
  caller: Caller,
  request: ApiRequest,
  signal: AbortSignal | undefined,
): Promise<ApiAnswer | { readonly fault: InitiatorFault; readonly retryAfterMs?: number }> {
  try {
    const answer = await exchange(caller, request, signal);
    if (!RETRYABLE.has(answer.statusCode)) return answer;
    const after = retryAfterMs(answer.retryAfter, caller.machine.clock.now());
    return { fault: faultOf(request, answer), ...(after !== undefined && { retryAfterMs: after }) };
  } catch (error) {
    if (error instanceof InitiatorFault) return { fault: error };
    throw error;
  }
}

/** A refusal of the API as a fault: the problem's own code where it has one, else what its status says. */
export function faultOf(request: ApiRequest, answer: ApiAnswer): InitiatorFault {
  const { statusCode } = answer;
  const { code, title, errors } = problemOf(answer.json);
  return new InitiatorFault({
    code: code ?? codeOfStatus(statusCode),
    message: `${request.method} ${request.path}: ${statusCode}${title === undefined ? '' : ` ${title}`}`,
    retryable: RETRYABLE.has(statusCode),
    statusCode,
    ...(errors !== undefined && { errors }),
  });
}

/** What stands before the API (throttling, sizes) answers in a form of its own. */
function codeOfStatus(statusCode: number): string {
  if (statusCode === 429) return 'throttled';
  if (statusCode === 413) return 'body_too_large';
  return RETRYABLE.has(statusCode) ? 'unavailable' : 'unexpected_answer';
}

export interface Problem {
  readonly code?: string;
  readonly title?: string;
  readonly errors?: readonly FieldError[];
}

/** A problem (RFC 9457) of the API, as far as it is one. */
export function problemOf(json: unknown): Problem {
  if (!isObject(json)) return {};
  const { code, title, errors } = json;
  return {
    ...(typeof code === 'string' && { code }),
    ...(typeof title === 'string' && { title }),
    ...(Array.isArray(errors) && { errors: errors.filter(isFieldError) }),
  };
}

function isFieldError(value: unknown): value is FieldError {
  return isObject(value) && typeof value.pointer === 'string' && typeof value.code === 'string';
}
