import { ReceiverFault } from '../faults.ts';
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

export interface Question {
  readonly method: 'GET' | 'POST';
  /** Path and query, as they are repeated in the answer. */
  readonly target: string;
  readonly body?: object;
}

/** An answer as it came: nothing of it is believed yet. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
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

/** All questions may be asked again: reading changes nothing, and acknowledging twice is acknowledging. */
export function createExchange(
  options: ExchangeOptions,
  spent: Spent,
): (question: Question) => Promise<RawAnswer> {
  const { tries = TRIES, pauses = systemPauses } = options;
  return async (question) => {
    for (let attempt = 1; ; attempt += 1) {
      spent.requests += 1;
      const result = await tryOnce(options, question);
      if (result.kind === 'answer') {
        spent.bytes += result.answer.body.length;
        return result.answer;
      }
      if (attempt >= tries) {
        const message = `${question.method} ${question.target} was not answered in ${attempt} tries: ${result.why}.`;
        throw new ReceiverFault('service_unavailable', message, { cause: result.cause });
      }
      const pauseMs = FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + pauses.fraction() / 2);
      await pauses.sleep(Math.min(Math.max(pauseMs, result.waitMs), MAX_PAUSE_MS));
    }
  };
}

type Try =
  | { readonly kind: 'answer'; readonly answer: RawAnswer }
  | { readonly kind: 'away'; readonly why: string; readonly waitMs: number; readonly cause?: unknown };

async function tryOnce(options: ExchangeOptions, question: Question): Promise<Try> {
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
      // A redirect would carry the key to somebody else.
      redirect: 'error',
      signal: timeout,
    });
    const bytes = await bytesOf(response);
    const { status, headers } = response;
    if (status !== 429 && status < 500) return { kind: 'answer', answer: { status, headers, body: bytes } };
    return { kind: 'away', why: `status ${status}`, waitMs: retryAfterMs(headers) };
  } catch (cause) {
    if (cause instanceof ReceiverFault) throw cause;
    return { kind: 'away', why: timeout.aborted ? 'time-out' : 'no connection', waitMs: 0, cause };
  }
}

async function bytesOf(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) {
      throw new ReceiverFault('answer_too_large', `An answer has more than ${MAX_ANSWER_BYTES} bytes.`);
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
