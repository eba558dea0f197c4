import type { Exchange, ExchangeError, Sender } from '../../core/deliver/attempt/sender.ts';
import { type CallbackPolicy, vetTarget } from '../../protocol/content/callback-target.ts';
import { ConnectFailure, createGuardedConnector, type GuardedConnectorOptions } from './guarded-connector.ts';
import { type Call, type CallEnd, exchangeOn } from './http-exchange.ts';
import { type Connection, createConnections } from './http-sender-connections.ts';

export interface HttpSenderOptions extends Omit<GuardedConnectorOptions, 'allowLoopback' | 'permittedHosts'> {
  readonly policy: CallbackPolicy;
  /** A monotonic clock in milliseconds, used for durations. */
  readonly now: () => number;
}

export interface HttpSender extends Sender {
  /** Ends every connection. Requests in flight end as `connection_failed`. */
  close(): void;
}

/**
 * Sends callbacks over HTTP/1.1, each on a connection of its own that is kept for the next.
 *
 * One deadline bounds the whole exchange. Redirects are not followed, bodies not decompressed, and nothing but
 * the first 16 KiB of a body is held. Nothing is sent after `send` has returned. If a reused connection is
 * reset before any byte of the answer, the request is sent once more on a new connection: a frozen
 * function's sockets die unnoticed. The caller must bound the number of concurrent requests.
 *
 * @throws only for faults of the caller, such as a header that HTTP cannot carry.
 * @example
 * const sender = createHttpSender({ policy: { allowedPorts: [443], allowLoopback: false }, now: clock.now });
 */
export function createHttpSender(options: HttpSenderOptions): HttpSender {
  const { policy, now, resolve, trustedCertificates } = options;
  const { allowLoopback, permittedHosts } = policy;
  const connections = createConnections(
    createGuardedConnector({ allowLoopback, permittedHosts, resolve, trustedCertificates }),
  );
  const underWay = new Set<AbortController>();

  const attempt = async (connection: Connection, call: Call): Promise<CallEnd> => {
    let end: CallEnd | undefined;
    try {
      end = await exchangeOn(connection.socket, call);
    } finally {
      if (end?.kind === 'answered' && end.isReusable) connections.give(connection, end.keepAlive);
      else connections.discard(connection);
    }
    return end;
  };

  const attemptOnNewConnection = async (call: Call): Promise<CallEnd> => {
    const { url, signal } = call;
    let connection: Connection;
    try {
      connection = await connections.open(url, signal);
    } catch (error) {
      if (!(error instanceof ConnectFailure)) throw error;
      const { code, detail } = error;
      return {
        kind: 'broken',
        hasAnswerBegun: false,
        ...(signal.aborted ? { code: signal.reason } : { code, detail }),
      };
    }
    return attempt(connection, call);
  };

  const exchange = async (call: Call): Promise<CallEnd> => {
    const kept = await connections.take(call.url.origin);
    if (kept === undefined) return attemptOnNewConnection(call);
    const end = await attempt(kept, call);
    const isStale = end.kind === 'broken' && end.code === 'connection_reset' && !end.hasAnswerBegun;
    return isStale ? attemptOnNewConnection(call) : end;
  };

  return {
    async send(request, patience) {
      const startedAt = now();
      const durationMs = (): number => Math.max(0, Math.round(now() - startedAt));
      const verdict = vetTarget(request.url, policy);
      if (!verdict.ok) return { kind: 'error', code: 'address_refused', durationMs: durationMs() };
      const deadline = new AbortController();
      underWay.add(deadline);
      const timer = setTimeout(() => endWith(deadline, 'timeout'), request.timeoutMs);
      const giveUp = () => endWith(deadline, 'timeout');
      const patienceTimer = patience && setTimeout(() => patience.onExceeded(giveUp), patience.ms);
      try {
        const end = await exchange({ request, url: verdict.url, signal: deadline.signal });
        return asExchange(end, durationMs());
      } finally {
        clearTimeout(timer);
        clearTimeout(patienceTimer);
        underWay.delete(deadline);
      }
    },
    close() {
      for (const deadline of underWay) endWith(deadline, 'connection_failed');
      connections.close();
    },
  };
}

/** Ends a call at any stage. */
function endWith(deadline: AbortController, code: ExchangeError): void {
  deadline.abort(code);
}

function asExchange(end: CallEnd, durationMs: number): Exchange {
  if (end.kind === 'broken') {
    const { code, detail } = end;
    return { kind: 'error', code, ...(detail === undefined ? {} : { detail }), durationMs };
  }
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
