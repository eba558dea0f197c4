import { repeatedly, retryAfterMs, type Tried } from '../../protocol/http/repeating.ts';
import type { HttpAnswer } from '../../protocol/http/service-answer.ts';
import { type Exchanged, exchange } from '../../protocol/http/transport.ts';
import { type Now, type Pauses, systemNow, systemPauses } from '../pauses.ts';
import { ReceiverFault } from '../receiver-fault.ts';

/** One HTTP request to the service, with limits on time, bytes and tries. */

export interface ExchangeOptions {
  /** Base URL of the API: `https://….execute-api.eu-central-1.amazonaws.com`. */
  readonly url: string;
  /** Access key `tk_…` with scope `receiver` or `merchant`. */
  readonly key: string;
  /** Milliseconds for one try, from the connection to the last byte; default: 10,000. */
  readonly timeoutMs?: number;
  /** Maximum number of tries while the service is unavailable or busy; default: 4. */
  readonly tries?: number;
  /** Default: the platform's `fetch`. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** Waits between tries; default: the system's timer and randomness. */
  readonly pauses?: Pauses;
}

interface Question {
  readonly method: 'GET' | 'POST';
  /** Path and query, exactly as the answer repeats them. */
  readonly target: string;
  readonly body?: object;
}

const TIMEOUT_MS = 10_000;
const TRIES = 4;
/** Upper bound for the server's `Retry-After`, because a question has no deadline of its own. */
const MAX_RETRY_AFTER_MS = 10_000;
/** The service's answers are under 1 MB. */
const MAX_ANSWER_BYTES = 2 * 1024 * 1024;

/** Cost so far: every try counts as a request; `bytes` is the size of all answers. */
export interface Spent {
  requests: number;
  bytes: number;
}

/** Sends a question and reads the answer. If `read` throws a retryable fault, the question is asked again. */
export type Exchange = <Result>(question: Question, read: (answer: HttpAnswer) => Result) => Promise<Result>;

interface Exchanging extends ExchangeOptions {
  readonly now?: Now;
  /** Ends every question and its waits: the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** Every question is safe to repeat: reads change nothing, and acknowledging is idempotent. */
export function createExchange(options: Exchanging, spent: Spent): Exchange {
  const { tries = TRIES, pauses = systemPauses, now = systemNow, signal } = options;
  return (question, read) =>
    repeatedly({ pauses, maxTries: tries, signal }, async (attempt) => {
      const exchanged = await ask(options, question, spent);
      const tried =
        exchanged.kind === 'answered'
          ? believed(exchanged.answer, read, now())
          : { fault: noAnswer(exchanged) };
      if ('result' in tried) return tried;
      return { ...tried, fault: unanswered(question, attempt, tried.fault) };
    });
}

function ask(options: Exchanging, { method, target, body }: Question, spent: Spent): Promise<Exchanged> {
  const { url, key, timeoutMs = TIMEOUT_MS, fetch = globalThis.fetch, signal } = options;
  spent.requests += 1;
  const connection = {
    baseUrl: url.replace(/\/+$/, ''),
    headers: { authorization: `Bearer ${key}` },
    timeoutMs,
    maxAnswerBytes: MAX_ANSWER_BYTES,
    fetch,
    onBytes: (bytes: number) => {
      spent.bytes += bytes;
    },
  };
  const request = { method, path: target, ...(body !== undefined && { body: JSON.stringify(body) }) };
  return exchange(connection, request, signal);
}

function believed<Result>(
  answer: HttpAnswer,
  read: (answer: HttpAnswer) => Result,
  nowMs: number,
): Tried<Result> & ({ readonly result: Result } | { readonly fault: ReceiverFault }) {
  const askedMs = retryAfterMs(answer.headers.get('retry-after'), nowMs) ?? 0;
  const wait = { retryAfterMs: Math.min(askedMs, MAX_RETRY_AFTER_MS) };
  const isRedirect = answer.status >= 300 && answer.status < 400;
  if (isRedirect || answer.status === 429 || answer.status >= 500) {
    return { fault: new ReceiverFault('service_unavailable', describe(answer)), ...wait };
  }
  try {
    return { result: read(answer) };
  } catch (cause) {
    if (!(cause instanceof ReceiverFault) || !cause.retryable) throw cause;
    const why = `${describe(answer)}: ${cause.message}`;
    return { fault: new ReceiverFault(cause.code, why, { cause }), ...wait };
  }
}

function noAnswer(exchanged: Exclude<Exchanged, { readonly kind: 'answered' }>): ReceiverFault {
  if (exchanged.kind === 'too_long') {
    const what = `The answer, status ${exchanged.status}, has more than ${MAX_ANSWER_BYTES} bytes.`;
    return new ReceiverFault('answer_too_large', what);
  }
  const why = exchanged.kind === 'timeout' ? 'time-out.' : 'the connection failed.';
  return new ReceiverFault('service_unavailable', why, { cause: exchanged.cause });
}

function describe({ status, headers }: HttpAnswer): string {
  return `status ${status} (${headers.get('content-type') ?? 'no content type'})`;
}

function unanswered({ method, target }: Question, tries: number, last: ReceiverFault): ReceiverFault {
  const message = `${method} ${target} failed in all ${tries} tries. Last failure: ${last.message}`;
  return new ReceiverFault(last.code, message, { cause: last.cause, retryable: true });
}
