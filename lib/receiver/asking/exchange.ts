import { ReceiverFault, type ReceiverFaultCode } from '../faults.ts';
import { type Pauses, systemPauses } from '../system.ts';

/** One question over HTTP: bounded in time, in bytes and in tries. */

export interface ExchangeOptions {
  /** Where the API is: `https://….execute-api.eu-central-1.amazonaws.com`. */
  readonly url: string;
  /** `tk_…`, of scope `receiver` or `merchant`. */
  readonly key: string;
  /** Milliseconds for one try, from the connection to the last byte; 10,000 unless said otherwise. */
  readonly timeoutMs?: number;
  /** How often a question is asked at most while the service is away or busy; 4 unless said otherwise. */
  readonly tries?: number;
  /** Unless said otherwise, that of the platform. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** How it waits between tries; the system's unless said otherwise. */
  readonly pauses?: Pauses;
}

interface Question {
  readonly method: 'GET' | 'POST';
  /** Path and query, as they are repeated in the answer. */
  readonly target: string;
  readonly body?: object;
}

const TIMEOUT_MS = 10_000;
const TRIES = 4;
const FIRST_PAUSE_MS = 200;
const MAX_PAUSE_MS = 10_000;
/** Answers of the service are under 1 MB. */
const MAX_ANSWER_BYTES = 2 * 1024 * 1024;

/** What questions have cost so far: each try, and the bytes of what was answered. */
export interface Spent {
  requests: number;
  bytes: number;
}

/** Asks, and reads the answer; what `read` throws as retryable is no answer, and the question is asked again. */
export type Exchange = <Result>(question: Question, read: (answer: RawAnswer) => Result) => Promise<Result>;

/** An answer as it came: nothing of it is believed yet. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** All questions may be asked again: reading changes nothing, and acknowledging twice is acknowledging. */
export function createExchange(options: ExchangeOptions, spent: Spent): Exchange {
  const { tries = TRIES, pauses = systemPauses } = options;
  return async (question, read) => {
    for (let attempt = 1; ; attempt += 1) {
      spent.requests += 1;
      const result = await tryOnce(options, question, spent);
      const away = result.kind === 'away' ? result : believed(result.answer, read);
      if (away.kind === 'believed') return away.result;
      if (attempt >= tries) throw unanswered(question, attempt, away);
      const pauseMs = FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + pauses.fraction() / 2);
      await pauses.sleep(Math.min(Math.max(pauseMs, away.waitMs), MAX_PAUSE_MS));
    }
  };
}

/** No answer, or none that is believed: nobody knows. */
interface Away {
  readonly kind: 'away';
  readonly why: string;
  readonly code: ReceiverFaultCode;
  readonly waitMs: number;
  readonly cause?: unknown;
}

function believed<Result>(
  answer: RawAnswer,
  read: (answer: RawAnswer) => Result,
): Away | { readonly kind: 'believed'; readonly result: Result } {
  const waitMs = retryAfterMs(answer.headers);
  const isRedirect = answer.status >= 300 && answer.status < 400;
  if (isRedirect || answer.status === 429 || answer.status >= 500) {
    return { kind: 'away', why: whyOf(answer), code: 'service_unavailable', waitMs };
  }
  try {
    return { kind: 'believed', result: read(answer) };
  } catch (cause) {
    if (!(cause instanceof ReceiverFault) || !cause.retryable) throw cause;
    return { kind: 'away', why: `${whyOf(answer)}: ${cause.message}`, code: cause.code, waitMs, cause };
  }
}

function whyOf({ status, headers }: RawAnswer): string {
  return `status ${status} (${headers.get('content-type') ?? 'no content type'})`;
}

function unanswered({ method, target }: Question, tries: number, away: Away): ReceiverFault {
  const message = `${method} ${target} was not answered in ${tries} tries. The last time: ${away.why}`;
  return new ReceiverFault(away.code, message, { cause: away.cause, retryable: true });
}

async function tryOnce(
  options: ExchangeOptions,
  question: Question,
  spent: Spent,
): Promise<Away | { readonly kind: 'answer'; readonly answer: RawAnswer }> {
  const { url, key, timeoutMs = TIMEOUT_MS, fetch = globalThis.fetch } = options;
  const { method, target, body } = question;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(`${url.replace(/\/+$/, '')}${target}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      // Followed to another host, a redirect would carry the key there.
      redirect: 'manual',
      signal: timeout,
    });
    const { status, headers } = response;
    return { kind: 'answer', answer: { status, headers, body: await bytesOf(response, spent) } };
  } catch (cause) {
    const isKnown = cause instanceof ReceiverFault;
    const why = isKnown ? cause.message : timeout.aborted ? 'time-out.' : 'no connection.';
    return { kind: 'away', why, code: isKnown ? cause.code : 'service_unavailable', waitMs: 0, cause };
  }
}

async function bytesOf(response: Response, spent: Spent): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    spent.bytes += chunk.length;
    if (size > MAX_ANSWER_BYTES) {
      const what = `The answer, status ${response.status}, has more than ${MAX_ANSWER_BYTES} bytes.`;
      throw new ReceiverFault('answer_too_large', what);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** The form in seconds; that with a date is not worth a second clock. */
function retryAfterMs(headers: Headers): number {
  const text = headers.get('retry-after') ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : 0;
}
