import { listDeliveries } from '../../../api/deliveries/deliveries-contract.ts';
import {
  askTransaction,
  listTransactions,
  readTransactionBack,
} from '../../../api/transactions/ask-contract.ts';
import { MAX_REFERENCE_PAGE } from '../../../core/query/transaction-view.ts';
import type { NotificationState } from '../../../protocol/contract-words.ts';
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
  /** Set if only the latest are shown, newest first: the time that they cover, up to now. */
  readonly latestMs?: number;
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

/** What of a visit is needed to ask for deliveries. */
export type Asking = Pick<Visit<'{merchantId}'>, 'api' | 'session' | 'params'>;

const PAGE_SIZE = '50';

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
