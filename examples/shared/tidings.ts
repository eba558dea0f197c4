import {
  createInitiator,
  merchantId,
  type OutcomeToRecord,
  type PendingContent,
  type TerminalStatus,
  type TransactionId,
} from '../../lib/initiator/index.ts';
import type { Effects } from './effects.ts';

/** What a customer asks for, and asks for again with the same content until it is done. */
export interface Order {
  readonly id: TransactionId;
  /** In the currency's minor unit. */
  readonly amount: number;
  readonly currency: string;
  readonly occurredAt: string;
}

/** An initiator's way to Tidings. */
export interface Tidings {
  /** Says how a transaction ended; said again, it changes nothing. @throws where it ended otherwise already */
  announce(order: Order, status: TerminalStatus, details?: Details): Promise<string>;
  /** Says that a transaction is about to be decided. @returns what stands of it now: PENDING, or its end */
  prepare(order: Order, details?: Pick<PendingContent, 'checkBack'>): Promise<string>;
}

type Details = Partial<Pick<OutcomeToRecord, 'reason' | 'notifyUrl'>>;

export interface ServiceAccess {
  readonly api: string;
  readonly key: string;
  readonly merchant: string;
}

/** Requests of a start at most; more is a loop. */
const TIMEOUT_MS = 10_000;

export function openTidings({ api, key, merchant }: ServiceAccess, effects: Effects): Tidings {
  const initiator = createInitiator({
    baseUrl: api,
    key,
    timeoutMs: TIMEOUT_MS,
    fetch: countedFetch(effects),
  });
  const contentOf = ({ id, amount, currency, occurredAt }: Order) => ({
    merchantId: merchantId(merchant),
    transactionId: id,
    transactionType: 'payment',
    amount,
    currency,
    occurredAt,
  });
  return {
    async announce(order, status, details) {
      const result = await initiator.record({ ...contentOf(order), ...details, status });
      if ('outcome' in result) return result.kind;
      throw new Error(`${order.id} cannot end as ${status}: ${result.kind}, it is ${result.current.status}`);
    },
    async prepare(order, details) {
      const result = await initiator.record({ ...contentOf(order), ...details, status: 'PENDING' });
      if (result.kind === 'outcome_mismatch') throw new Error(`${order.id} was prepared otherwise`);
      return 'outcome' in result ? result.outcome.status : result.current.status;
    },
  };
}

/** The global one; what may change something is an effect. */
export function countedFetch(effects: Effects): typeof globalThis.fetch {
  return (input, init) => {
    const method = init?.method ?? 'GET';
    return method === 'GET' ? fetch(input, init) : effects.makeAsync(() => fetch(input, init));
  };
}
