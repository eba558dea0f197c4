import { InitiatorFault } from '../fault.ts';
import type { Machine } from '../system.ts';
import { type ApiRequest, type Connection, exchange } from './exchange.ts';
import { RETRY_POLICY, retryAfterMs, waitMs } from './retrying.ts';
import { readServiceAnswer, type ServiceAnswer } from './service-answer.ts';

export interface Caller extends Connection {
  /** Requests of one call at most. */
  readonly maxTries: number;
  /** Milliseconds after which a call is not repeated any more. */
  readonly deadlineMs: number;
  readonly machine: Machine;
}

/** An answer of the service: what it says, or that it refuses. */
export interface ApiAnswer {
  readonly statusCode: number;
  readonly says: Exclude<ServiceAnswer, { readonly kind: 'unclear' }>;
}

export interface Call<Result> {
  readonly request: ApiRequest;
  /** Takes the result out of an answer; throws a retryable fault where it does not answer the request. */
  readonly read: (answer: ApiAnswer) => Result;
  readonly signal: AbortSignal | undefined;
}

/**
 * Asks until there is an answer that repeating would not change: every request of the API may be repeated with the
 * same content. A fault is thrown at once where it is final, else when tries or time are used up.
 *
 * @throws InitiatorFault, retryable unless the service itself refused; the signal's reason if aborted
 */
export async function call<Result>(caller: Caller, of: Call<Result>): Promise<Result> {
  const { machine } = caller;
  const giveUpAtMs = machine.clock.now() + caller.deadlineMs;
  for (let tries = 1; ; tries += 1) {
    const tried = await attempt(caller, of);
    if ('result' in tried) return tried.result;
    const { fault, retryAfterMs } = tried;
    const wait = waitMs(
      RETRY_POLICY,
      { failures: tries, ...(retryAfterMs !== undefined && { retryAfterMs }) },
      machine.random,
    );
    if (!fault.retryable || tries >= caller.maxTries) throw fault;
    // A wait that would end after the deadline is not begun: the caller learns now what it would learn then.
    if (machine.clock.now() + wait > giveUpAtMs) throw fault;
    await machine.sleep(wait, of.signal);
  }
}

type Tried<Result> =
  | { readonly result: Result }
  | { readonly fault: InitiatorFault; readonly retryAfterMs?: number };

async function attempt<Result>(
  caller: Caller,
  { request, read, signal }: Call<Result>,
): Promise<Tried<Result>> {
  try {
    const answer = await exchange(caller, request, signal);
    const says = readServiceAnswer(answer);
    if (says.kind !== 'unclear') return { result: read({ statusCode: answer.status, says }) };
    const after = retryAfterMs(answer.headers.get('retry-after'), caller.machine.clock.now());
    const fault = new InitiatorFault({
      code: says.code,
      message: `${request.method} ${request.path}: ${says.why}; nobody knows whether it took effect.`,
      retryable: true,
      statusCode: answer.status,
    });
    return { fault, ...(after !== undefined && { retryAfterMs: after }) };
  } catch (error) {
    if (error instanceof InitiatorFault) return { fault: error };
    throw error;
  }
}

/** What is thrown of an answer that is no result: the service's refusal, or that it answers something else. */
export function faultOf(request: ApiRequest, { statusCode, says }: ApiAnswer): InitiatorFault {
  if (says.kind === 'content') return unexpectedAnswer(request, statusCode);
  const { code, title, errors } = says.problem;
  return new InitiatorFault({
    code,
    message: `${request.method} ${request.path}: ${statusCode}${title === undefined ? '' : ` ${title}`}`,
    statusCode,
    ...(errors.length > 0 && { errors }),
  });
}

/** Well formed, but about something else, or not whole: nobody knows, so the same request is made again. */
export function unexpectedAnswer(request: ApiRequest, statusCode: number): InitiatorFault {
  return new InitiatorFault({
    code: 'unexpected_answer',
    message: `${request.method} ${request.path}: the answer, status ${statusCode}, does not answer this request.`,
    retryable: true,
    statusCode,
  });
}
