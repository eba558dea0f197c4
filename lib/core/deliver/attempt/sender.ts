import type { FailureDetail } from '../../../protocol/failure-detail.ts';

/** One signed HTTP POST, ready to send: its bytes are final. */
export interface CallbackRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Bound on the whole exchange: DNS, connect, TLS, headers and body. */
  readonly timeoutMs: number;
}

/**
 * The result of a request. A receiver's refusal is a `response`; a broken connection is an `error` with a stable code.
 * Neither is thrown. A response whose body exceeds the read limit is still a response: the receiver has answered.
 */
export type Exchange =
  | {
      readonly kind: 'response';
      readonly statusCode: number;
      /** The raw `Retry-After` header, if present. */
      readonly retryAfter?: string;
      /** The first 16 KiB of the body, decoded as UTF-8. */
      readonly body: string;
      /** The body was longer; the rest was discarded unread. */
      readonly bodyTruncated?: true;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'error';
      readonly code: ExchangeError;
      /** What exactly failed, if known. */
      readonly detail?: FailureDetail;
      readonly durationMs: number;
    };

/**
 * Stable codes for an exchange that failed before a complete response was read. The table at `AttemptFailure` in
 * `classify.ts` explains them. `address_refused`: the guard refused the URL or an address of its host; nothing was sent.
 */
export type ExchangeError =
  | 'address_refused'
  | 'dns_failed'
  | 'connection_failed'
  | 'connection_reset'
  | 'tls_failed'
  | 'timeout'
  | 'invalid_response'
  | 'headers_too_large';

/** Sends one HTTP request. Never throws for what a receiver does. */
export interface Sender {
  send(request: CallbackRequest, patience?: Patience): Promise<Exchange>;
}

/** A callback for an exchange that is still running after `ms` milliseconds. */
export interface Patience {
  readonly ms: number;
  /** Called once, if the exchange is still running by then. `giveUp` aborts it at once, as a time-out. */
  readonly onExceeded: (giveUp: () => void) => void;
}
