import {
  createInitiator,
  type MerchantId,
  type OutcomeToRecord,
  type PendingContent,
  type TerminalStatus,
  type TransactionId,
} from '../../lib/initiator/index.ts';
import type { Effects } from './effects.ts';

/** What a customer asks for, repeatedly and with the same content until it is done. */
export interface Order {
  readonly id: TransactionId;
  /** In the currency's minor unit. */
  readonly amount: number;
  readonly currency: string;
  readonly occurredAt: string;
}

/** An initiator's client of Tidings. */
export interface Tidings {
  /** Records how a transaction ended. A repetition changes nothing. @throws if it already ended differently */
  record(order: Order, status: TerminalStatus, details?: Details): Promise<string>;
  /** Records that a transaction is about to be decided. @returns its current status: PENDING or its end */
  prepare(order: Order, details?: Pick<PendingContent, 'checkBack'>): Promise<string>;
}

type Details = Partial<Pick<OutcomeToRecord, 'reason' | 'notifyUrl'>>;

export interface ServiceAccess {
  readonly api: string;
  readonly key: string;
  readonly merchant: MerchantId;
  /** Signs answers, and callbacks to a transaction's own URL. */
  readonly merchantSecret: string;
  /** A key with which the merchant queries. */
  readonly receiverKey: string;
  /** The service's own table, for initiators that write outcomes into it directly. */
  readonly table: TableAccess & { readonly tableName: string; readonly feedLagSeconds: number };
}

/** Address of the table and credentials for it. */
export interface TableAccess {
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export function openTidings({ api, key, merchant }: ServiceAccess, effects: Effects): Tidings {
  const initiator = createInitiator({
    baseUrl: api,
    key,
    fetch: countedFetch(effects),
  });
  const contentOf = ({ id, amount, currency, occurredAt }: Order) => ({
    merchantId: merchant,
    transactionId: id,
    transactionType: 'payment',
    amount,
    currency,
    occurredAt,
  });
  return {
    async record(order, status, details) {
      const result = await initiator.record({ ...contentOf(order), ...details, status });
      if ('outcome' in result) return result.kind;
      throw new Error(`${order.id} cannot end as ${status}: ${result.kind}, it is ${result.current.status}`);
    },
    async prepare(order, details) {
      const result = await initiator.record({ ...contentOf(order), ...details, status: 'PENDING' });
      if (result.kind === 'outcome_mismatch') throw new Error(`${order.id} was prepared with other content`);
      return 'outcome' in result ? result.outcome.status : result.current.status;
    },
  };
}

/** The transaction's status, read back with the initiator's key. Undefined if there is no such transaction. */
export async function statusOf(
  { api, key, merchant }: ServiceAccess,
  { id }: Order,
): Promise<string | undefined> {
  const initiator = createInitiator({ baseUrl: api, key });
  return (await initiator.readBack({ merchantId: merchant, transactionId: id }))?.status;
}

/** The global fetch. Requests other than GET count as effects. */
export function countedFetch(effects: Effects): typeof globalThis.fetch {
  return (input, init) => {
    const method = init?.method ?? 'GET';
    return method === 'GET' ? fetch(input, init) : effects.makeAsync(() => fetch(input, init));
  };
}
