import { type Pauses, repeatedly, retryAfterMs, type Tried } from '../../protocol/http/repeating.ts';
import {
  type HttpAnswer,
  readServiceAnswer,
  type ServiceAnswer,
} from '../../protocol/http/service-answer.ts';
import {
  type Connection,
  type Exchanged,
  exchange,
  type ServiceRequest,
} from '../../protocol/http/transport.ts';
import type { Machine } from '../../protocol/runtime/machine.ts';
import { InitiatorFault } from '../fault.ts';

export interface Caller {
  readonly connection: Connection;
  /** Maximum number of requests per call. */
  readonly maxTries: number;
  /** Milliseconds after which a call is no longer repeated. */
  readonly deadlineMs: number;
  readonly machine: Machine;
}

/** An answer of the service: content or a refusal. */
export interface ApiAnswer {
  readonly statusCode: number;
  readonly parsed: Exclude<ServiceAnswer, { readonly kind: 'unclear' }>;
}

export interface Call<Result> {
  readonly request: ServiceRequest;
  /** Reads the result from an answer; throws a retryable fault if it does not answer the request. */
  readonly read: (answer: ApiAnswer) => Result;
  readonly signal: AbortSignal | undefined;
}

/** Part of the message of every fault that leaves the effect of the request unknown. */
const UNKNOWN = 'the result is unknown: the request may have taken effect';

/**
 * Repeats a request until there is a final answer. Every request of the API is safe to repeat with the same content. A
 * final fault is thrown at once, any other when tries or time are used up.
 *
 * @throws InitiatorFault, retryable unless the service itself refused; the signal's reason if aborted
 */
export function call<Result>(caller: Caller, of: Call<Result>): Promise<Result> {
  const { maxTries, deadlineMs, machine } = caller;
  const { clock } = machine;
  const giveUpAtMs = clock.now() + deadlineMs;
  // Do not start a wait that would end after the deadline: fail now instead of then.
  const mayWait = (ms: number) => clock.now() + ms <= giveUpAtMs;
  const repeating = { pauses: pausesOf(machine), maxTries, mayWait, signal: of.signal };
  return repeatedly(repeating, () => attempt(caller, of));
}

function pausesOf(machine: Machine): Pauses {
  return {
    sleep: (ms, signal) => machine.sleep(ms, signal),
    fraction: () => machine.random.fraction(),
  };
}

async function attempt<Result>(
  { connection, machine }: Caller,
  { request, read, signal }: Call<Result>,
): Promise<Tried<Result>> {
  const exchanged = await exchange(connection, request, signal);
  if (exchanged.kind !== 'answered') return { fault: noAnswer(request, exchanged, connection) };
  try {
    return interpreted(request, exchanged.answer, { read, nowMs: machine.clock.now() });
  } catch (error) {
    if (error instanceof InitiatorFault && error.retryable) return { fault: error };
    throw error;
  }
}

function interpreted<Result>(
  request: ServiceRequest,
  answer: HttpAnswer,
  { read, nowMs }: { readonly read: Call<Result>['read']; readonly nowMs: number },
): Tried<Result> {
  const parsed = readServiceAnswer(answer);
  if (parsed.kind !== 'unclear') return { result: read({ statusCode: answer.status, parsed }) };
  const fault = new InitiatorFault({
    code: parsed.code,
    message: `${request.method} ${request.path}: ${parsed.why}; ${UNKNOWN}.`,
    retryable: true,
    statusCode: answer.status,
  });
  return { fault, retryAfterMs: retryAfterMs(answer.headers.get('retry-after'), nowMs) };
}

/** A retryable fault: it is unknown whether the request took effect. */
function noAnswer(
  { method, path }: ServiceRequest,
  exchanged: Exclude<Exchanged, { readonly kind: 'answered' }>,
  { maxAnswerBytes }: Connection,
): InitiatorFault {
  const what = `${method} ${path}`;
  switch (exchanged.kind) {
    case 'too_long':
      return new InitiatorFault({
        code: 'unexpected_answer',
        message: `The answer, status ${exchanged.status}, is longer than ${maxAnswerBytes} bytes; ${UNKNOWN}.`,
        retryable: true,
        statusCode: exchanged.status,
      });
    case 'timeout':
      return new InitiatorFault({
        code: 'timeout',
        message: `${what}: no complete answer in time; ${UNKNOWN}.`,
        retryable: true,
        cause: exchanged.cause,
      });
    case 'connection_failed':
      return new InitiatorFault({
        code: 'connection_failed',
        message: `${what}: the connection failed; ${UNKNOWN}.`,
        retryable: true,
        cause: exchanged.cause,
      });
  }
}

/** The fault for an answer without a result: a refusal by the service, or an answer to something else. */
export function faultOf(request: ServiceRequest, { statusCode, parsed }: ApiAnswer): InitiatorFault {
  if (parsed.kind === 'content') return unexpectedAnswer(request, statusCode);
  const { code, title, detail, errors } = parsed.problem;
  return new InitiatorFault({
    code,
    message: [`${request.method} ${request.path}: ${statusCode}`, title ?? [], detail ?? []].flat().join(' '),
    statusCode,
    ...(errors.length > 0 && { errors }),
  });
}

/** The answer is well formed, but incomplete or about something else. The effect is unknown, so the request is repeated. */
export function unexpectedAnswer(request: ServiceRequest, statusCode: number): InitiatorFault {
  return new InitiatorFault({
    code: 'unexpected_answer',
    message: `${request.method} ${request.path}: the answer, status ${statusCode}, does not match this request; ${UNKNOWN}.`,
    retryable: true,
    statusCode,
  });
}
