import { type CallbackPolicy, vetCallbackUrl } from '../../core/address.ts';
import type { CallbackRequest, Exchange, ExchangeError, Sender } from '../../core/deliver/attempt/sender.ts';
import { ConnectFailure, createGuardedConnector, type GuardedConnectorOptions } from './guarded-connector.ts';
import { type Connection, createConnections } from './http-sender-connections.ts';

/** How much of a response's body is read, in bytes (design §6). */
export const MAX_RESPONSE_BYTES = 16_384;

/** How many 1xx responses may precede the answer. */
const MAX_INFORMATIONAL_RESPONSES = 8;

export interface HttpSenderOptions extends Omit<GuardedConnectorOptions, 'allowLoopback'> {
  readonly policy: CallbackPolicy;
  /** A clock in milliseconds that never goes back; durations are taken from it. */
  readonly now: () => number;
}

export interface HttpSender extends Sender {
  /** Ends every connection; requests under way end as `connection_failed` or `connection_reset`. */
  close(): void;
}

/**
 * Sends callbacks with undici over HTTP/1.1, each on a connection of its own that is kept for the next.
 *
 * One deadline bounds the whole exchange. Redirects are not followed, bodies not decompressed, and nothing but
 * the first 16 KiB of a body is held. Nothing is sent after `send` has returned. Where a connection that
 * was used before is reset before any byte of the answer, the request goes out once more on a new
 * connection: a frozen function's sockets die unnoticed. How many requests are under way at once is the
 * caller's to bound.
 *
 * @throws only for faults of the caller, such as a header that HTTP cannot carry.
 * @example
 * const sender = createHttpSender({ policy: { allowedPorts: [443], allowLoopback: false }, now: clock.now });
 */
export function createHttpSender(options: HttpSenderOptions): HttpSender {
  const { policy, now, resolve, trustedCertificates } = options;
  const { allowLoopback } = policy;
  const connections = createConnections(
    createGuardedConnector({ allowLoopback, resolve, trustedCertificates }),
  );

  const attempt = async (connection: Connection, call: Call): Promise<CallEnd> => {
    let end: CallEnd | undefined;
    try {
      end = await exchangeOn(connection, call);
    } finally {
      if (end?.kind === 'answered' && end.isWhole) connections.give(connection);
      else connections.discard(connection);
    }
    return end;
  };

  const exchange = async (call: Call): Promise<CallEnd> => {
    const end = await attempt(connections.take(call.url.origin), call);
    const isStale = end.kind === 'broken' && end.isStaleSocket && !call.signal.aborted;
    return isStale ? attempt(connections.open(call.url.origin), call) : end;
  };

  return {
    async send(request, patience) {
      const startedAt = now();
      const durationMs = (): number => Math.max(0, Math.round(now() - startedAt));
      const verdict = vetCallbackUrl(request.url, policy);
      if (!verdict.ok) return { kind: 'error', code: 'address_refused', durationMs: durationMs() };
      const deadline = new AbortController();
      const timer = setTimeout(() => deadline.abort(), request.timeoutMs);
      const giveUp = () => deadline.abort();
      const patienceTimer = patience && setTimeout(() => patience.onExceeded(giveUp), patience.ms);
      try {
        const end = await exchange({ request, url: verdict.url, signal: deadline.signal });
        return asExchange(end, durationMs());
      } finally {
        clearTimeout(timer);
        clearTimeout(patienceTimer);
      }
    },
    close: connections.close,
  };
}

interface Call {
  readonly request: CallbackRequest;
  readonly url: URL;
  readonly signal: AbortSignal;
}

type CallEnd =
  | {
      readonly kind: 'answered';
      readonly statusCode: number;
      readonly retryAfter: string | undefined;
      readonly body: string;
      /** The answer was read to its end, so the connection can carry another. */
      readonly isWhole: boolean;
    }
  | { readonly kind: 'broken'; readonly code: ExchangeError; readonly isStaleSocket: boolean };

function asExchange(end: CallEnd, durationMs: number): Exchange {
  if (end.kind === 'broken') return { kind: 'error', code: end.code, durationMs };
  const { statusCode, retryAfter, body, isWhole } = end;
  return {
    kind: 'response',
    statusCode,
    ...(retryAfter === undefined ? {} : { retryAfter }),
    body,
    ...(isWhole ? {} : { bodyTruncated: true }),
    durationMs,
  };
}

/** One request on one connection. Whatever comes first settles it; what follows is ignored. */
function exchangeOn(connection: Connection, { request, url, signal }: Call): Promise<CallEnd> {
  return new Promise<CallEnd>((resolve, reject) => {
    const isReused = connection.requests > 0;
    connection.requests += 1;
    let hasAnswerBegun = false;
    let informationalResponses = 0;
    let statusCode: number | undefined;
    let retryAfter: string | undefined;
    const body = createBodyReader();

    const breakOff = (code: ExchangeError, isStaleSocket = false): void =>
      resolve({ kind: 'broken', code, isStaleSocket });
    const answer = (isWhole: boolean): void =>
      statusCode === undefined
        ? breakOff('invalid_response')
        : resolve({ kind: 'answered', statusCode, retryAfter, body: body.text(isWhole), isWhole });

    signal.addEventListener('abort', () => breakOff('timeout'), { once: true });
    connection.client.dispatch(
      {
        method: 'POST',
        path: `${url.pathname}${url.search}`,
        headers: { ...request.headers, 'accept-encoding': 'identity' },
        body: request.body,
      },
      {
        onRequestStart() {},
        onResponseStarted() {
          hasAnswerBegun = true;
        },
        onResponseStart(_controller, status, headers) {
          if (status < 200) {
            informationalResponses += 1;
            if (informationalResponses > MAX_INFORMATIONAL_RESPONSES) breakOff('invalid_response');
            return;
          }
          statusCode = status;
          retryAfter = firstOf(headers['retry-after']);
        },
        onResponseData(_controller, chunk) {
          if (!body.add(chunk)) answer(false);
        },
        onResponseEnd() {
          answer(true);
        },
        onResponseError(_controller, error) {
          const code = exchangeErrorOf(error, { hasAnswerBegun, hasHeaders: statusCode !== undefined });
          if (code === undefined) return reject(error);
          breakOff(code, code === 'connection_reset' && isReused && !hasAnswerBegun);
        },
      },
    );
  });
}

/** Decodes as it comes, so that no buffer of the socket is held, and takes no more than the bound. */
function createBodyReader() {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  return {
    /** False once the body exceeds the bound. */
    add(chunk: Buffer): boolean {
      const taken = chunk.subarray(0, MAX_RESPONSE_BYTES - bytes);
      bytes += taken.length;
      text += decoder.decode(taken, { stream: true });
      return taken.length === chunk.length;
    },
    /** A character that the bound cut in two is left out. */
    text(isWhole: boolean): string {
      return isWhole ? text + decoder.decode() : text;
    },
  };
}

function firstOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

/**
 * The core's word for what undici or Node reports, or nothing for a fault that is not the receiver's.
 * undici gives one code to an end of the connection and to an answer out of place; only the message differs.
 */
function exchangeErrorOf(
  error: Error,
  { hasAnswerBegun, hasHeaders }: { readonly hasAnswerBegun: boolean; readonly hasHeaders: boolean },
): ExchangeError | undefined {
  if (error instanceof ConnectFailure) return error.code;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return 'headers_too_large';
  if (code === 'UND_ERR_SOCKET') {
    return error.message === 'bad response' || error.message === 'bad upgrade'
      ? 'invalid_response'
      : 'connection_reset';
  }
  // Within a body these two say that the connection ended before the body did.
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH')
    return hasHeaders ? 'connection_reset' : 'invalid_response';
  // undici 8 means to give these a code of llhttp's and leaves it undefined.
  if (error.name === 'HTTPParserError') {
    return error.message.includes('Invalid EOF state') ? 'connection_reset' : 'invalid_response';
  }
  if (code.startsWith('ERR_SSL_')) return 'tls_failed';
  // close() was called while the request was under way.
  if (code === 'UND_ERR_DESTROYED') return 'connection_failed';
  if ('syscall' in error) return 'connection_reset';
  // Whatever else an answer brings about, an assertion of the parser included, is the answer's doing.
  return hasAnswerBegun ? 'invalid_response' : undefined;
}
