import type { HttpAnswer } from '../../protocol/http/service-answer.ts';
import { isoTime } from '../../protocol/instants.ts';
import { isObject, type JsonObject } from '../../protocol/json/json-values.ts';
import { createExchange, type ExchangeOptions, type Spent } from '../../receiver/asking/exchange.ts';
import { countOf, hashOf, listOf, textOf, timeOf } from '../../receiver/asking/reading.ts';
import type { Refusal } from '../../receiver/asking/service-client.ts';
import { canonicalRequest, createAnswerVerifier, type VerifiedAnswer } from '../../receiver/index.ts';
import type { LedgerRow } from './columns.ts';
import { ReconcileFailure } from './failure.ts';
import type { RowSum } from './sums.ts';

/** The service, as a ledger asks it. */

export interface ServiceOptions extends Omit<ExchangeOptions, 'timeoutMs'> {
  /** The merchant's: with it, answers are verified. */
  readonly secret?: string;
  readonly now?: () => number;
}

export interface Side {
  readonly version: number;
  readonly status: string;
  readonly amount: number;
  readonly currency: string;
  /** Of the class `type`. */
  readonly transactionType?: string;
  /** Of the class `listedAt`. */
  readonly listedAt?: string;
}

/** Here is the service, there is the ledger. */
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

/** A window, or one bucket of it, of the event types of a range. */
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
  /** The merchant whose key it is; known from the first answer. */
  merchantId(): string;
  readonly spent: Readonly<Spent>;
  read(path: string, parameters?: Readonly<Record<string, string>>): Promise<VerifiedAnswer | Refusal>;
  /** How far windows are closed; undefined where none is yet. */
  closing(): Promise<Closing | undefined>;
  /**
   * Claims rows as all of a window, or of one bucket of it.
   *
   * @param sum of these rows: the answer says of which it is
   * @returns undefined where there are too many for one answer
   */
  claim(
    of: ClaimedPart,
    rows: readonly ClaimedRow[],
    sum: RowSum,
  ): Promise<readonly Difference[] | undefined>;
}

/** The service has deleted what is that old, or is about to. */
export class BeyondRetention extends ReconcileFailure {
  /** Where what it keeps begins; undefined where it does not say. */
  readonly oldestMs: number | undefined;

  constructor(oldestMs: number | undefined) {
    super('beyond_retention', 'The range begins before what Tidings keeps. Give a later --from.');
    this.oldestMs = oldestMs;
  }
}

/** A window of many rows is read whole before it is answered. */
const TIMEOUT_MS = 30_000;
const HOUR_MS = 3_600_000;
/** What the service says where a question is too large, and a smaller one would do. */
const TOO_MUCH = new Set(['window_too_large', 'too_many_differences', 'body_too_large']);

export function openService(options: ServiceOptions): Service {
  const { secret, now = Date.now } = options;
  const spent: Spent = { requests: 0, bytes: 0 };
  const exchange = createExchange({ ...options, timeoutMs: TIMEOUT_MS }, spent);
  let merchantId: string | undefined;
  let verify: ((raw: HttpAnswer, request: string) => unknown) | undefined;

  async function ask({ method, path, parameters, body }: Question): Promise<VerifiedAnswer | Refusal> {
    const request = canonicalRequest(method, path, parameters);
    const target = request.slice(method.length + 1);
    const raw = await exchange({ method, target, ...(body !== undefined && { body }) }, (answer) => answer);
    const content = contentOf(raw);
    if (raw.status === 401 || content.code === 'insufficient_scope') throw keyRefused(content);
    merchantId ??= textOf(content, 'merchantId');
    if (secret !== undefined) {
      verify ??= createAnswerVerifier({ merchantSecrets: secret, merchantId, now });
      verify(raw, request);
    }
    if (content.request !== request || content.merchantId !== merchantId) {
      throw new ReconcileFailure(
        'wrong_answer',
        `The answer to ${request} is one to ${String(content.request)}.`,
      );
    }
    if (content.code === 'beyond_retention') {
      throw new BeyondRetention(content.oldest === undefined ? undefined : timeOf(content, 'oldest'));
    }
    const asOf = textOf(content, 'asOf');
    return raw.status < 300 ? { asOf, content } : { kind: 'refused', code: textOf(content, 'code'), content };
  }

  return {
    spent,
    merchantId: () => merchantId ?? '',
    read: (path, parameters) => ask({ method: 'GET', path, ...(parameters !== undefined && { parameters }) }),

    async closing() {
      // Windows begin at full hours, whatever their length is.
      const hour = Math.floor(now() / HOUR_MS) * HOUR_MS;
      const [from = '', to = ''] = [hour - HOUR_MS, hour].map(isoTime);
      const answer = await this.read('/v1/windows', { from, to, resolution: 'day' });
      const { content } = answer;
      if (content.closedThrough === undefined) {
        if ('kind' in answer && answer.code === 'window_not_closed') return undefined;
        throw new ReconcileFailure(
          'wrong_answer',
          `The service does not say what is closed: ${codeOf(answer)}.`,
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
        if (TOO_MUCH.has(answer.code)) return undefined;
        throw new ReconcileFailure('wrong_answer', `The service refused a comparison: ${answer.code}.`);
      }
      const { content } = answer;
      const { there } = content;
      // The body is no part of the question that is signed along, so the answer says itself of what it is.
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
    // Said below, whatever it was.
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
