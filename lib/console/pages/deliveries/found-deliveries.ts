import { listDeliveries } from '../../../api/deliveries/deliveries-contract.ts';
import {
  askTransaction,
  listTransactions,
  readTransactionBack,
} from '../../../api/transactions/ask-contract.ts';
import type { NotificationState } from '../../../core/model.ts';
import { MAX_REFERENCE_PAGE } from '../../../core/query/transaction-view.ts';
import { HOUR_MS, isoTime, msOf } from '../../../core/time.ts';
import { matches, REFERENCE, TRANSACTION_ID } from '../../../protocol/id-forms.ts';
import { ApiProblem } from '../../asking/api-problem.ts';
import type { AnswerOf } from '../../asking/console-api.ts';
import type { Visit } from '../../site/page.ts';

/** The outcomes that a list of deliveries shows. */

type Listed = AnswerOf<typeof listDeliveries>['items'][number];
/** An outcome with its notifications, as far as the list knows them. */
export type Row = Omit<Listed, 'notifications'> & Partial<Pick<Listed, 'notifications'>>;

export interface FoundRows {
  readonly rows: readonly Row[];
  readonly nextCursor?: string | undefined;
  /** Set if only the latest are shown, newest first: the hours that they cover. */
  readonly latestHours?: number;
  /** Outcomes that the service cannot read. */
  readonly unreadable?: readonly string[];
}

export interface Filters {
  readonly state?: NotificationState | undefined;
  readonly endpointId?: string | undefined;
  /** ISO times. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

type Asking = Pick<Visit<'{merchantId}'>, 'api' | 'session' | 'params'>;

const PAGE_SIZE = '50';
/** As many outcomes as one answer may have. */
const LATEST_SIZE = '100';
/** A longer time is looked at if the shorter one has few outcomes. */
const LATEST_HOURS = [1 / 12, 1, 24, 24 * 7] as const;
const FEW = 20;

/** A page of the list, oldest first, as the service keeps it. */
export async function listPage(
  { api, params: { merchantId } }: Asking,
  { state, endpointId, from, to }: Filters,
  cursor: string | undefined,
): Promise<FoundRows> {
  const { items, nextCursor, hasMore, unreadable } = await api.ask(listDeliveries, {
    merchantId,
    query: {
      limit: PAGE_SIZE,
      ...(cursor !== undefined && { cursor }),
      ...(state !== undefined && { state }),
      ...(endpointId !== undefined && { endpointId }),
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    },
  });
  return {
    rows: items,
    nextCursor: hasMore ? nextCursor : undefined,
    ...(unreadable && { unreadable: unreadable.map(({ transactionId }) => transactionId) }),
  };
}

/**
 * The latest outcomes, newest first. The service lists oldest first, so this asks for the longest of a few short times
 * whose outcomes fit on one page. Undefined if not even the shortest does, or nothing happened lately.
 */
export async function latestRows(asking: Asking, now: string): Promise<FoundRows | undefined> {
  let found: FoundRows | undefined;
  for (const hours of LATEST_HOURS) {
    const page = await rowsSince(asking, isoTime(msOf(now) - hours * HOUR_MS));
    if (page === undefined) break;
    found = { ...page, latestHours: hours };
    if (page.rows.length >= FEW) break;
  }
  return found?.rows.length === 0 ? undefined : found;
}

/** All outcomes since a time, newest first. Undefined if they need several pages, or the retention is shorter. */
async function rowsSince({ api, params: { merchantId } }: Asking, from: string) {
  try {
    const query = { from, limit: LATEST_SIZE };
    const { items, hasMore, unreadable = [] } = await api.ask(listDeliveries, { merchantId, query });
    if (hasMore) return undefined;
    return { rows: items.toReversed(), unreadable: unreadable.map(({ transactionId }) => transactionId) };
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'beyond_retention') return undefined;
    throw error;
  }
}

/** Outcomes by order number, and the one with this transaction id. */
export async function searchRows(
  asking: Asking,
  search: string,
  cursor: string | undefined,
): Promise<FoundRows> {
  const { merchantId } = asking.params;
  const byId = cursor === undefined ? await transactionOf(asking, search) : [];
  if (!matches(REFERENCE, search)) return { rows: byId };
  const { items, nextCursor, hasMore } = await asking.api.ask(listTransactions, {
    merchantId,
    query: { reference: search, limit: String(MAX_REFERENCE_PAGE), ...(cursor !== undefined && { cursor }) },
  });
  const others = items.filter(({ transactionId }) => transactionId !== byId[0]?.transactionId);
  return { rows: [...byId, ...others], nextCursor: hasMore ? nextCursor : undefined };
}

async function transactionOf(asking: Asking, search: string): Promise<readonly Row[]> {
  if (!matches(TRANSACTION_ID, search)) return [];
  try {
    return [await readTransaction(asking, search)];
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'unknown_transaction') return [];
    throw error;
  }
}

/** A transaction with its notifications, for a session of any kind. */
export function readTransaction({ api, session, params: { merchantId } }: Asking, transactionId: string) {
  return session.scope === 'admin'
    ? api.ask(readTransactionBack, { params: { merchantId, transactionId } })
    : api.ask(askTransaction, { params: { transactionId } });
}
