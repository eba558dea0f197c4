import { type EndpointId, type MerchantId, merchantIdSchema, type Outcome } from '../../lib/core/model.ts';
import { isoTime, MINUTE_MS, SECOND_MS } from '../../lib/core/time.ts';

/** One window of a service that has been closed and audited up to it, and the times at which it is closed and audited. */

export const WINDOW_SECONDS = 300;
export const FEED_LAG_SECONDS = 30;
export const AUDIT_AFTER_SECONDS = 900;
const START_MS = Date.parse('2026-11-20T08:00:00.000Z');
const END_MS = START_MS + WINDOW_SECONDS * SECOND_MS;
const CLOSED_AT_MS = END_MS + FEED_LAG_SECONDS * SECOND_MS;
const AUDITED_AT_MS = CLOSED_AT_MS + AUDIT_AFTER_SECONDS * SECOND_MS;
/** The shares of the partitions, each with an invocation of its own, as in the template. */
export const SHARES = [0, 4, 8, 12].map((first) => [first, first + 1, first + 2, first + 3]);

export type Work = 'close' | 'audit';
export const WORKS: readonly Work[] = ['close', 'audit'];
export const startOf = (work: Work) => (work === 'close' ? CLOSED_AT_MS : AUDITED_AT_MS);
/** How far each mark is when the work begins. */
export const marksOf = (work: Work) => ({
  closed: isoTime(work === 'close' ? START_MS : END_MS),
  audited: isoTime(START_MS),
});

export interface WindowLoad {
  /** Merchants that record nothing. */
  readonly idle: number;
  /** Rows of one more merchant in the window. */
  readonly rows: number;
  /** Whether these rows are ends after a PENDING. */
  readonly isAfterPending: boolean;
}

/** The merchant with rows. */
export const BUSY = merchantIdSchema().parse('busy');
export const ENDPOINT = 'ep_1' as EndpointId;
export const CREATED_AT = isoTime(START_MS - 60 * MINUTE_MS);

export const idleMerchant = (number: number): MerchantId => merchantIdSchema().parse(`idle_${number}`);

/** The row `number` of the window. */
export function rowOf({ rows, isAfterPending }: WindowLoad, number: number): Outcome {
  const stamp = isoTime(START_MS + Math.floor((number / rows) * WINDOW_SECONDS * SECOND_MS));
  return {
    merchantId: BUSY,
    transactionId: `pay_${String(number).padStart(9, '0')}` as Outcome['transactionId'],
    version: isAfterPending ? 2 : 1,
    transactionType: 'payment',
    status: 'SUCCEEDED',
    amount: 1999,
    currency: 'CNY',
    reference: `ORDER-${number}`,
    occurredAt: stamp,
    recordedAt: stamp,
    listedAt: stamp,
  };
}
