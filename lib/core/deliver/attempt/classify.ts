import type { FailureDetail } from '../../../protocol/failure-detail.ts';
import type { ExpectBody } from '../../merchants/settings/accepted-bodies.ts';
import type { Exchange, ExchangeError } from './sender.ts';

/**
 * Why an attempt failed. Stable: stored with the attempt, shown to merchants, counted in metrics.
 *
 * | code | meaning |
 * |---|---|
 * | `redirect` | 3xx; redirects are never followed |
 * | `http_client_error` | 4xx other than 410; `statusCode` says which |
 * | `http_server_error` | 5xx; `statusCode` says which |
 * | `unexpected_status` | a final status below 200 or above 599 |
 * | `unexpected_body` | 2xx, but not with a body that the endpoint's `expectBody` accepts |
 * | `dns_failed` | the host name did not resolve |
 * | `connection_failed` | no connection was established (refused, unreachable) |
 * | `connection_reset` | the connection ended before the response was complete |
 * | `tls_failed` | the handshake failed or the certificate is not valid for the host |
 * | `timeout` | the whole exchange took longer than the endpoint's time-out |
 * | `handed_over` | no response within 2 s: the request was aborted; another follows at once, with the endpoint's full time-out |
 * | `invalid_response` | the response is not valid HTTP/1.1, or contradicts its own length |
 * | `headers_too_large` | the response's headers exceed 16 KiB |
 *
 * `address_refused` is not in this list: see `AttemptResult`.
 */
type AttemptFailure =
  | Exclude<ExchangeError, 'address_refused'>
  | 'handed_over'
  | 'redirect'
  | 'http_client_error'
  | 'http_server_error'
  | 'unexpected_status'
  | 'unexpected_body';

/**
 * What an attempt means for its notification.
 *
 * - `delivered`: the receiver confirmed receipt.
 * - `gone`: the receiver asks not to be called again. Disable the endpoint and block the notification.
 * - `failed`: retry on the schedule, no sooner than `retryAfterSeconds` (not capped here).
 * - `refused`: the address guard sent nothing. Counts as a failed attempt; three in a row block the notification.
 */
export type AttemptResult =
  | { readonly result: 'delivered'; readonly statusCode: number }
  | { readonly result: 'gone'; readonly statusCode: number }
  | {
      readonly result: 'failed';
      readonly code: AttemptFailure;
      /** What exactly failed, if known. */
      readonly detail?: FailureDetail;
      readonly statusCode?: number;
      readonly retryAfterSeconds?: number;
    }
  | { readonly result: 'refused'; readonly code: 'address_refused' };

export interface ClassifyOptions {
  /** The accepted response bodies; both sides are trimmed before comparison. Default: any body counts. */
  readonly expectBody?: ExpectBody | undefined;
  /** When the attempt began, in milliseconds since 1970. Dates in `Retry-After` are relative to it. */
  readonly attemptAtMs: number;
}

type Response = Extract<Exchange, { kind: 'response' }>;

const GONE = 410;
const TOO_MANY_REQUESTS = 429;
const SERVICE_UNAVAILABLE = 503;

/**
 * Classifies an exchange. Total: every exchange has exactly one result.
 *
 * @example classify(exchange, { expectBody: 'success', attemptAtMs: clock.now() })
 */
export function classify(exchange: Exchange, options: ClassifyOptions): AttemptResult {
  if (exchange.kind === 'error') {
    const { code, detail } = exchange;
    if (code === 'address_refused') return { result: 'refused', code };
    return { result: 'failed', code, ...(detail !== undefined && { detail }) };
  }
  const { statusCode } = exchange;
  if (statusCode >= 200 && statusCode <= 299) {
    return hasExpectedBody(exchange, options.expectBody)
      ? { result: 'delivered', statusCode }
      : { result: 'failed', code: 'unexpected_body', statusCode };
  }
  if (statusCode === GONE) return { result: 'gone', statusCode };
  const code = statusFailure(statusCode);
  const retryAfterSeconds = askedWait(exchange, options.attemptAtMs);
  return retryAfterSeconds === undefined
    ? { result: 'failed', code, statusCode }
    : { result: 'failed', code, statusCode, retryAfterSeconds };
}

function statusFailure(statusCode: number): AttemptFailure {
  if (statusCode >= 300 && statusCode <= 399) return 'redirect';
  if (statusCode >= 400 && statusCode <= 499) return 'http_client_error';
  if (statusCode >= 500 && statusCode <= 599) return 'http_server_error';
  return 'unexpected_status';
}

/**
 * Some receivers on payment platforms answer 200 with a body that reports a failure. So an endpoint may name the bodies
 * that count as success. A truncated body never matches.
 */
function hasExpectedBody(response: Response, expectBody: ExpectBody | undefined): boolean {
  if (expectBody === undefined) return true;
  const body = response.body.trim();
  return response.bodyTruncated !== true && [expectBody].flat().some((one) => one.trim() === body);
}

/** `Retry-After` is honoured for 429 and 503 only, which signal load. On other statuses it may be accidental. */
function askedWait(response: Response, attemptAtMs: number): number | undefined {
  const { statusCode, retryAfter } = response;
  if (statusCode !== TOO_MANY_REQUESTS && statusCode !== SERVICE_UNAVAILABLE) return undefined;
  return retryAfter === undefined ? undefined : retryAfterSecondsOf(retryAfter.trim(), attemptAtMs);
}

function retryAfterSecondsOf(value: string, attemptAtMs: number): number | undefined {
  if (/^\d+$/.test(value)) return Math.min(Number(value), Number.MAX_SAFE_INTEGER);
  const atMs = httpDateMs(value, attemptAtMs);
  return atMs === undefined ? undefined : Math.max(0, Math.ceil((atMs - attemptAtMs) / 1_000));
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const TIME = String.raw`(?<hour>\d{2}):(?<minute>\d{2}):(?<second>\d{2})`;

/**
 * The three date formats that a recipient must accept (RFC 9110 §5.6.7): IMF-fixdate, RFC 850 and asctime.
 * `Date.parse` is too lenient: it accepts `2026`, `1` and much else as a date.
 */
const HTTP_DATES = [
  new RegExp(
    String.raw`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?<day>\d{2}) (?<month>[A-Z][a-z]{2}) (?<year>\d{4}) ${TIME} GMT$`,
  ),
  new RegExp(
    String.raw`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\d{2})-(?<month>[A-Z][a-z]{2})-(?<year>\d{2}) ${TIME} GMT$`,
  ),
  new RegExp(
    String.raw`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?<month>[A-Z][a-z]{2}) (?<day>[ \d]\d) ${TIME} (?<year>\d{4})$`,
  ),
];

function httpDateMs(value: string, nowMs: number): number | undefined {
  const groups = HTTP_DATES.map((form) => form.exec(value)?.groups).find((found) => found !== undefined);
  if (groups === undefined) return undefined;
  const part = (name: string): number => Number(groups[name]);
  const year = fullYear(groups.year ?? '', nowMs);
  const month = MONTHS.indexOf(groups.month ?? '');
  const [day, hour, minute, second] = [part('day'), part('hour'), part('minute'), part('second')];
  const daysInMonth = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  // Second 60 is valid (leap second); Date.UTC carries it into the next minute.
  const isValid = month >= 0 && day >= 1 && day <= daysInMonth && hour <= 23 && minute <= 59 && second <= 60;
  return isValid ? Date.UTC(year, month, day, hour, minute, second) : undefined;
}

/** A two-digit year more than 50 years ahead means the previous century (RFC 9110 §5.6.7). */
function fullYear(digits: string, nowMs: number): number {
  const year = Number(digits);
  if (digits.length === 4) return year;
  const thisYear = new Date(nowMs).getUTCFullYear();
  const inThisCentury = thisYear - (thisYear % 100) + year;
  return inThisCentury > thisYear + 50 ? inThisCentury - 100 : inThisCentury;
}
