import * as z from 'zod';
import type { MerchantId } from '../../model.ts';
import { storedTime, storedWord } from '../../stored.ts';

/** Something that is called and has a health of its own: an endpoint, or the host of transactions' own callback URLs. */
export interface Circuit {
  readonly merchantId: MerchantId;
  /** The endpoint's id, or `host:` and the host. */
  readonly circuitId: string;
}

export const healthSchema = z.object({
  /** A state that this version does not know is not closed. */
  breaker: storedWord<'closed' | 'open' | 'half-open'>(),
  /** First failure since the last success. */
  failingSince: storedTime.exactOptional(),
  /** Days since then on which attempts failed; see `lost-endpoint.ts`. */
  failedDays: z.array(z.number().int().nonnegative()).exactOptional(),
  openedAt: storedTime.exactOptional(),
  /** Of an open breaker: when one request may go out. Of a half-open one: when that request counts as dead. */
  probeAt: storedTime.exactOptional(),
  /** Answers take long: first attempts go to the retry lane, where they hold up no first attempts. */
  slow: z.boolean(),
  rev: z.number().int().nonnegative(),
});

/** The health of a circuit as it is stored. */
export type Health = z.infer<typeof healthSchema>;

/** What the absence of an item means. */
export const HEALTHY: Health = { breaker: 'closed', slow: false, rev: 0 };

export interface HealthStore {
  read(circuit: Circuit): Promise<Health | undefined>;
  /** False where somebody else wrote since `expectedRev` (no item: 0). */
  save(circuit: Circuit, health: Health, expectedRev: number): Promise<boolean>;
}
