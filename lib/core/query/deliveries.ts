import {
  type NotificationState,
  UNDELIVERED_STATES,
  type UndeliveredState,
} from '../../protocol/contract-words.ts';
import { boundedMap } from '../../protocol/runtime/bounded-map.ts';
import type { Notification } from '../deliver/state/notification.ts';
import { isUnreadable } from '../faults.ts';
import { jsonBytes, MAX_ITEMS_BYTES } from '../feed/answer-size.ts';
import { oldestShown, watermarkAt } from '../feed/watermark.ts';
import {
  type EndpointId,
  isTerminal,
  type MerchantId,
  type TerminalOutcome,
  type TransactionId,
} from '../model.ts';
import { isoTime, MINUTE_MS } from '../time.ts';
import {
  type Candidate,
  type CandidatePorts,
  candidatesFromFeed,
  candidatesFromIndex,
  type DeliveriesPosition,
  positionBehind,
} from './delivery-candidates.ts';
import { type FeedRefusal, rangeRefusal } from './feed-page.ts';
import { findTransaction, type QueryPorts } from './transaction-view.ts';

/**
 * Deliveries: outcomes in order of listing, each with its notifications and their attempts. For people who look into them.
 * A receiver that must miss nothing reads the feed instead: it is complete up to its watermark.
 */

export type DeliveriesPorts = QueryPorts & CandidatePorts;

/** Maximum number of outcomes that one request examines. Each costs a strongly consistent read. */
export const MAX_EXAMINED = 100;
/** Concurrent reads of outcomes with their notifications. */
const CONCURRENCY = 16;

export interface DeliveriesQuestion {
  readonly merchantId: MerchantId;
  /** Inclusive, by `listedAt`. Default: the oldest time that is kept. */
  readonly from?: string;
  /** Exclusive, by `listedAt`. Default: now. */
  readonly to?: string;
  readonly endpointId?: EndpointId;
  readonly state?: NotificationState;
  /** Where the previous page ended. */
  readonly after?: DeliveriesPosition;
  /** Outcomes to examine. A page is shorter if the filter skips some. */
  readonly limit: number;
}

export interface Delivery {
  readonly outcome: TerminalOutcome;
  /** The notifications that the filter lets through. */
  readonly notifications: readonly Notification[];
  /** Younger than the feed lag: other outcomes may still appear before this one. */
  readonly isProvisional: boolean;
}

interface DeliveriesPage {
  readonly kind: 'page';
  readonly items: readonly Delivery[];
  /** Transactions of this page whose rows cannot be read. The reasons were reported to operators. */
  readonly unreadable: readonly TransactionId[];
  /** Absent on the last page. */
  readonly next?: DeliveriesPosition;
  readonly watermark: string;
}

/** Reads one page, as of the watermark. It may be empty and still have a next one. */
export async function readDeliveries(
  ports: DeliveriesPorts,
  asked: DeliveriesQuestion,
): Promise<DeliveriesPage | FeedRefusal> {
  const nowMs = ports.clock.now();
  const watermark = watermarkAt(ports, nowMs);
  const oldest = oldestShown(ports, nowMs);
  const { after, state, ...rest } = asked;
  const place = after === undefined ? {} : { after: { kind: 'behind', key: after } as const };
  const wrong = rangeRefusal({ ...rest, ...place }, { nowMs, oldest });
  if (wrong !== undefined) return { kind: 'refused', ...wrong, watermark };
  // The clock that stamped a row may be slightly ahead of ours.
  const range = { from: oldest, to: isoTime(nowMs + MINUTE_MS), ...asked };
  const { candidates, next } = isUndelivered(state)
    ? await candidatesFromIndex(ports, { ...range, state })
    : await candidatesFromFeed(ports, range, nowMs);
  const examined = await boundedMap(candidates, CONCURRENCY, (candidate) =>
    examine(ports, asked, { candidate, nowMs, watermark }),
  );
  ports.clockTrust.assertTrusted();
  const shown = untilFull(examined);
  const last = candidates[shown.taken - 1];
  const cutOff = shown.taken < candidates.length && last !== undefined ? positionBehind(last) : next;
  return { kind: 'page', ...shown, ...(cutOff !== undefined && { next: cutOff }), watermark };
}

function isUndelivered(state: NotificationState | undefined): state is UndeliveredState {
  return UNDELIVERED_STATES.some((one) => one === state);
}

interface Examination {
  readonly candidate: Candidate;
  readonly nowMs: number;
  readonly watermark: string;
}

type Examined =
  | { readonly kind: 'delivery'; readonly delivery: Delivery }
  /** It is gone, or has no notification that the filter lets through. */
  | { readonly kind: 'skipped' }
  | { readonly kind: 'unreadable'; readonly transactionId: TransactionId };

async function examine(
  ports: DeliveriesPorts,
  asked: DeliveriesQuestion,
  { candidate, nowMs, watermark }: Examination,
): Promise<Examined> {
  const { transactionId } = candidate;
  try {
    const found = await findTransaction(ports, { merchantId: asked.merchantId, transactionId }, nowMs);
    if (found === undefined || !isTerminal(found.latest)) return { kind: 'skipped' };
    const notifications = found.notifications.filter((one) => isAsked(one, asked, candidate));
    const isFiltered = asked.endpointId !== undefined || asked.state !== undefined;
    if (isFiltered && notifications.length === 0) return { kind: 'skipped' };
    const isProvisional = found.latest.listedAt > watermark;
    return { kind: 'delivery', delivery: { outcome: found.latest, notifications, isProvisional } };
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return { kind: 'unreadable', transactionId };
  }
}

function isAsked(
  notification: Notification,
  { endpointId = notification.endpointId, state = notification.state }: DeliveriesQuestion,
  { keys }: Candidate,
): boolean {
  const isNamed = keys?.some((key) => key.endpointId === notification.endpointId) ?? true;
  return isNamed && notification.endpointId === endpointId && notification.state === state;
}

/** What fits in one answer, and how many of the candidates that covers. */
function untilFull(examined: readonly Examined[]) {
  const items: Delivery[] = [];
  const unreadable: TransactionId[] = [];
  let bytes = 0;
  let taken = 0;
  for (const one of examined) {
    if (bytes >= MAX_ITEMS_BYTES) break;
    taken += 1;
    if (one.kind === 'unreadable') unreadable.push(one.transactionId);
    if (one.kind !== 'delivery') continue;
    items.push(one.delivery);
    bytes += jsonBytes(one.delivery);
  }
  return { items, unreadable, taken };
}
