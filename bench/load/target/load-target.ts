import { randomBytes } from 'node:crypto';

/** A service that `bench:load` drives and watches. Another service implements this interface to get the same load. */
export interface LoadTarget {
  /** Shown in tables: `tidings`, `tidings outbox`. */
  readonly name: string;
  /** Maximum number of orders in one call of `record`. */
  readonly maxBatch: number;
  /** The processes whose CPU and memory count. Children of a process that are not listed themselves count as part of it. */
  readonly processes: readonly WatchedProcess[];
  /** Makes the service ready to send every order to this URL. Called once, before the first `record`. */
  prepare(sinkUrl: string): Promise<void>;
  /**
   * Hands over orders in one request. Resolves when the service has acknowledged them.
   * The request that the service later makes to the sink must contain the order's `id` in its body.
   * @throws Error if they were not all accepted
   */
  record(orders: readonly Order[]): Promise<void>;
}

export interface WatchedProcess {
  readonly name: string;
  readonly pid: number;
}

/** What one notification tells: a payment, as it is recorded. */
export interface Order {
  /** Unique in a run. {@link ORDER_ID} finds it in any text. */
  readonly id: string;
  readonly content: OrderContent;
}

interface OrderContent {
  readonly transactionType: string;
  readonly status: 'SUCCEEDED';
  readonly amount: number;
  readonly currency: string;
  readonly occurredAt: string;
  readonly reference: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Finds the id of an order in the body of a request. */
export const ORDER_ID = /load-[a-z0-9]+-[0-9]+/;

/** What the ids of all orders of one {@link createOrders} begin with. */
export function seriesOf({ id }: Pick<Order, 'id'>): string {
  return id.slice(0, id.lastIndexOf('-'));
}

/** Creates orders with ids that were never used before, so that no service takes them for repetitions. */
export function createOrders(count: number): readonly Order[] {
  const occurredAt = new Date().toISOString();
  const token = randomBytes(6).toString('hex');
  return Array.from({ length: count }, (_, number) => ({
    id: `load-${token}-${number}`,
    content: {
      transactionType: 'payment',
      status: 'SUCCEEDED',
      amount: 500 + ((number * 737) % 9_000),
      currency: 'CNY',
      occurredAt,
      reference: `ORDER-${number}`,
      metadata: { channel: 'app', terminal: `till-${number % 40}`, note: 'paid by balance' },
    },
  }));
}
