import type { LoadTarget } from '../load/target/load-target.ts';
import type { Found, HeldOrders } from './trials/finding.ts';

/** A service that `bench:peers` compares: Tidings or a peer. */
export interface Contestant {
  /** Gets the load. Its `name` is shown in tables. */
  readonly target: LoadTarget;
  /** Looks for what the receiver does not hold, in the way that the service offers. */
  find(orders: HeldOrders): Promise<Found>;
  /** What the same costs among another number of orders, by computing or on memory adapters. */
  findAmong(orders: number, found: Found): Promise<FindCost>;
  /** Kills it with SIGKILL, starts it again and waits until it answers. Absent if the settings do not say how. */
  readonly killAndRestart: (() => Promise<void>) | undefined;
  /** Removes what the bench created in it, and stops what the bench started. */
  close(): Promise<void>;
}

export type FindCost = Pick<Found, 'requests' | 'bytes'>;
