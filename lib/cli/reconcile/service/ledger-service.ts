import type { LedgerRow } from '../../../ledger/columns.ts';
import { ReconcileFailure } from '../../../ledger/ledger-failure.ts';
import type { RowSum } from '../../../ledger/sums.ts';
import type { HttpAnswer } from '../../../protocol/http/service-answer.ts';
import { isoTime } from '../../../protocol/instants.ts';
import { isObject, type JsonObject } from '../../../protocol/json/json-values.ts';
import { createExchange, type ExchangeOptions, type Spent } from '../../../receiver/asking/exchange.ts';
import { countOf, hashOf, listOf, textOf, timeOf } from '../../../receiver/asking/reading.ts';
import type { Refusal } from '../../../receiver/asking/service-client.ts';
import { canonicalRequest, createAnswerVerifier, type VerifiedAnswer } from '../../../receiver/index.ts';
import { refusal } from '../../connection/refusal.ts';

/** The API as the comparison uses it. */

export interface ServiceOptions extends Omit<ExchangeOptions, 'timeoutMs'> {
  /** The merchant's secret. With it, every answer is verified. */
  readonly secret?: string;
  /** With an admin's key: the merchant that it asks about. Such answers are not signed, and do not name their request. */
  readonly asAdminOf?: string;
  readonly now?: () => number;
}

export interface Side {
  readonly version: number;
  readonly status: string;
  readonly amount: number;
  readonly currency: string;
  /** Only in differences of class `type`. */
  readonly transactionType?: string;
  /** Only in differences of class `listedAt`. */
  readonly listedAt?: string;
}

/** One difference. `here` is the service, `there` is the ledger. */
export interface Difference {
  readonly class: string;
  readonly transactionId: string;
  readonly here?: Side;
  readonly there?: Side;
}

type ClaimedRow = Pick<LedgerRow, 'transactionId' | 'version' | 'status' | 'amount' | 'currency'>;

export interface Closing {
  readonly windowSeconds: number;
  readonly closedThroughMs: number;
}

/** A window or one of its buckets, limited to `types`. */
interface ClaimedPart {
  readonly startMs: number;
  readonly bucket?: number;
  readonly types: string | undefined;
}

interface Question {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly body?: object;
}

export interface Service {
  /** The merchant of the key. Known after the first answer; empty before. */
  merchantId(): string;
  readonly spent: Readonly<Spent>;
  /** @throws CommandFailure if the service refused for good, such as for an unknown merchant */
  read(path: string, parameters?: Readonly<Record<string, string>>): Promise<VerifiedAnswer | Refusal>;
  /** The end of the last closed window. Undefined if no window is closed yet. */
  closing(): Promise<Closing | undefined>;
  /**
   * Claims that `rows` are all rows of a window, or of one of its buckets.
   *
   * @param sum the sum of these rows; the answer must name the same sum
   * @returns the differences; undefined if there are too many rows or differences for one answer
   */
  claim(
    of: ClaimedPart,
    rows: readonly ClaimedRow[],
    sum: RowSum,
  ): Promise<readonly Difference[] | undefined>;
}

/** The range starts before what the service keeps, or before what it is about to delete. */
export class BeyondRetention extends ReconcileFailure {
  /** The start of what the service keeps. Undefined if the answer does not name it. */
  readonly oldestMs: number | undefined;

  constructor(oldestMs: number | undefined) {
    super(
      'beyond_retention',
      'The range starts before the oldest data that Tidings keeps. Give a later --from.',
    );
    this.oldestMs = oldestMs;
  }
}

/** The service reads a large window completely before it answers. */
const TIMEOUT_MS = 30_000;
const HOUR_MS = 3_600_000;
/** Refusals of a query that is too large. A smaller query would succeed. */
const TOO_MUCH = ['window_too_large', 'too_many_differences', 'body_too_large'];
/** Refusals that a comparison can go on with, or that pass. All others end it: the service will refuse again. */
const ANSWERS = new Set([
  ...TOO_MUCH,
  ...['window_not_closed', 'window_in_doubt', 'range_too_long', 'answer_too_large', 'invalid_cursor'],
  'unknown_transaction',
]);

export function openService(options: ServiceOptions): Service {
  const { secret, asAdminOf, now = Date.now } = options;
  const spent: Spent = { requests: 0, bytes: 0 };
  const exchange = createExchange({ ...options, timeoutMs: TIMEOUT_MS }, spent);
  let merchantId: string | undefined = asAdminOf;
  let verify: ((raw: HttpAnswer, request: string) => unknown) | undefined;

  /** Whether an answer to a key of the merchant is the one to this request. */
  function check(raw: HttpAnswer, content: JsonObject, request: string): void {
    merchantId ??= textOf(content, 'merchantId');
    if (secret !== undefined) {
      verify ??= createAnswerVerifier({ merchantSecrets: secret, merchantId, now });
      verify(raw, request);
    }
    if (content.request !== request || content.merchantId !== merchantId) {
      throw new ReconcileFailure(
        'wrong_answer',
        `The answer to ${request} belongs to ${String(content.request)}.`,
      );
    }
  }

  async function ask({ method, path, parameters, body }: Question): Promise<VerifiedAnswer | Refusal> {
    const asked = asAdminOf === undefined ? path : path.replace(/^\/v1/, `/v1/merchants/${asAdminOf}`);
    const request = canonicalRequest(method, asked, parameters);
    const target = request.slice(method.length + 1);
    const raw = await exchange({ method, target, ...(body !== undefined && { body }) }, (answer) => answer);
    const content = contentOf(raw);
    if (raw.status === 401 || content.code === 'insufficient_scope') throw keyRefused(content);
    if (asAdminOf === undefined) check(raw, content, request);
    if (content.code === 'beyond_retention') {
      throw new BeyondRetention(content.oldest === undefined ? undefined : timeOf(content, 'oldest'));
    }
    const asOf = asAdminOf === undefined ? textOf(content, 'asOf') : isoTime(now());
    if (raw.status < 300) return { asOf, content };
    const code = textOf(content, 'code');
    if (!ANSWERS.has(code)) throw refusal(content);
    return { kind: 'refused', code, content };
  }

  return {
    spent,
    merchantId: () => merchantId ?? '',
    read: (path, parameters) => ask({ method: 'GET', path, ...(parameters !== undefined && { parameters }) }),

    async closing() {
      // Windows start at full hours for every window length.
      const hour = Math.floor(now() / HOUR_MS) * HOUR_MS;
      const [from = '', to = ''] = [hour - HOUR_MS, hour].map(isoTime);
      const answer = await this.read('/v1/windows', { from, to, resolution: 'day' });
      const { content } = answer;
      if (content.closedThrough === undefined) {
        if ('kind' in answer && answer.code === 'window_not_closed') return undefined;
        throw new ReconcileFailure(
          'wrong_answer',
          `The answer does not say which windows are closed: ${codeOf(answer)}.`,
        );
      }
      return {
        windowSeconds: countOf(content, 'windowSeconds'),
        closedThroughMs: timeOf(content, 'closedThrough'),
      };
    },

    async claim({ startMs, bucket, types }, rows, sum) {
      const answer = await ask({
        method: 'POST',
        path: '/v1/reconciliations',
        body: {
          window: isoTime(startMs),
          ...(bucket !== undefined && { bucket }),
          ...(types !== undefined && { types: types.split(',') }),
          rows: rows.map(({ transactionId, version, status, amount, currency }) => ({
            transactionId,
            version,
            status,
            amount,
            currency,
          })),
        },
      });
      if ('kind' in answer) {
        if (TOO_MUCH.includes(answer.code)) return undefined;
        throw new ReconcileFailure('wrong_answer', `The service refused a comparison: ${answer.code}.`);
      }
      const { content } = answer;
      const { there } = content;
      // The signature covers method and path, but not the request body. So check which rows the answer is about.
      if (timeOf(content, 'start') !== startMs || content.bucket !== bucket) {
        throw new ReconcileFailure('wrong_answer', 'The answer to a comparison is about another window.');
      }
      if (!isObject(there) || countOf(there, 'count') !== sum.count || hashOf(there) !== sum.hash) {
        throw new ReconcileFailure('wrong_answer', 'The answer to a comparison is about other rows.');
      }
      return listOf(content, 'differences').map(differenceOf);
    },
  };
}

function codeOf(answer: VerifiedAnswer | Refusal): string {
  return 'kind' in answer ? answer.code : 'no code';
}

function contentOf({ body, status }: HttpAnswer): JsonObject {
  try {
    const content: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    if (isObject(content)) return content;
  } catch {
    // Thrown below.
  }
  throw new ReconcileFailure(
    'wrong_answer',
    `Status ${status} without JSON: is TIDINGS_API the address of a Tidings service?`,
  );
}

function keyRefused({ code }: JsonObject): ReconcileFailure {
  return new ReconcileFailure(
    'key_refused',
    code === 'insufficient_scope'
      ? 'TIDINGS_KEY is not allowed to read windows: it must have scope receiver or merchant.'
      : 'TIDINGS_KEY is unknown, wrong, revoked or expired.',
  );
}

function differenceOf(item: JsonObject): Difference {
  const { here, there } = item;
  return {
    class: textOf(item, 'class'),
    transactionId: textOf(item, 'transactionId'),
    ...(isObject(here) && { here: sideOf(here) }),
    ...(isObject(there) && { there: sideOf(there) }),
  };
}

function sideOf(side: JsonObject): Side {
  const numbers = { version: countOf(side, 'version'), amount: countOf(side, 'amount') };
  return { ...numbers, status: textOf(side, 'status'), currency: textOf(side, 'currency') };
}
