/** One signed HTTP POST as it goes out: the bytes are final. */
export interface CallbackRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Bound on the whole exchange: DNS, connect, TLS, headers and body. */
  readonly timeoutMs: number;
}

/**
 * What came of a request. A receiver's refusal is a response, a broken connection is an `error` with a
 * stable code; neither is thrown. A response whose body is longer than what is read is still a response:
 * the receiver has answered, and how much it adds changes nothing.
 */
export type Exchange =
  | {
      readonly kind: 'response';
      readonly statusCode: number;
      /** The raw header, where there was one. */
      readonly retryAfter?: string;
      /** The first 16 KiB of the body, decoded as UTF-8. */
      readonly body: string;
      /** The body went on, and the rest was thrown away unread. */
      readonly bodyTruncated?: true;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'error';
      readonly code: ExchangeError;
      /** Which fault of TLS or DNS it was, where that is known: `CERT_HAS_EXPIRED`, `ENOTFOUND`. */
      readonly detail?: string;
      readonly durationMs: number;
    };

/**
 * Stable codes of the ways in which an exchange fails before a whole answer was read; the table that
 * explains them is at `AttemptFailure` in `classify.ts`. `address_refused`: the guard refused the URL or an
 * address of its host, and nothing was sent.
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

/** Makes one HTTP request of a notification. Never throws for what a receiver does. */
export interface Sender {
  send(request: CallbackRequest, patience?: Patience): Promise<Exchange>;
}

/** Whoever wants to know of an exchange that takes long while it still does. */
export interface Patience {
  readonly ms: number;
  /** Called once, where the exchange is not over by then. `giveUp` ends it there and then, as a time-out. */
  readonly onExceeded: (giveUp: () => void) => void;
}
