import type { Order } from '../../load/target/load-target.ts';

/** A product's public HTTP API, as far as the bench uses it. One file in this folder for each product. */
export interface PeerApi {
  /** The largest page of its list that its documentation permits, or 1,000 where it names no maximum. */
  readonly pageSize: number;
  /** Creates a tenant of this run whose every message goes to this URL. */
  open(sinkUrl: string): Promise<void>;
  /** Hands over one message under the order's id. Resolves when the product has accepted it. */
  send(order: Order): Promise<void>;
  /** One page of what the product has stored for this run's tenant. */
  list(cursor: string | undefined): Promise<PeerPage>;
  /** Deletes what `open` created. */
  remove(): Promise<void>;
}

interface PeerPage {
  /** Ids of the orders. */
  readonly ids: readonly string[];
  /** Cursor of the next page. Absent on the last one. */
  readonly next: string | undefined;
  /** Size of the answer's body. */
  readonly bytes: number;
}

/** What a peer delivers to its receiver, and what Tidings' callback tells as well: the id and the order's content. */
export function payloadOf({ id, content }: Order): Readonly<Record<string, unknown>> {
  return { transactionId: id, ...content };
}

/** All products get the same event type. */
export const EVENT_TYPE = 'payment.succeeded';
