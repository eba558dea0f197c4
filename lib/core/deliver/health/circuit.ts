import * as z from 'zod';
import type { FailureDetail } from '../../../protocol/failure-detail.ts';
import type { MerchantId } from '../../model.ts';
import { onFirstUse, type Parsed } from '../../reading/on-first-use.ts';
import { storedTime, storedWord } from '../../reading/stored.ts';

/** A call target with its own health: an endpoint, or the host of transactions' own callback URLs. */
export interface Circuit {
  readonly merchantId: MerchantId;
  /** `<endpointId>.<hash of its settings>`, `host:<host>`, or only the endpoint's id if its settings are unknown. */
  readonly circuitId: string;
}

const failureSchema = onFirstUse(() =>
  z.object({
    at: storedTime(),
    /** Stable code of the failed attempt. */
    error: z.string(),
    detail: storedWord<FailureDetail>().exactOptional(),
    statusCode: z.number().int().exactOptional(),
  }),
);

export const healthSchema = onFirstUse(() =>
  z.object({
    /** A state unknown to this version counts as not closed. */
    breaker: storedWord<'closed' | 'open' | 'half-open'>(),
    /** First failure since the last success. */
    failingSince: storedTime().exactOptional(),
    /** Days, counted from `failingSince`, on which attempts failed; see `lost-endpoint.ts`. */
    failedDays: z.array(z.number().int().nonnegative()).exactOptional(),
    /** The last success that was known when the row was written: a success alone writes nothing. */
    lastSuccessAt: storedTime().exactOptional(),
    /** The last failure that was worth a write: at most 12 hours older than the last one. See `isWorthWriting`. A success keeps it. */
    lastFailure: failureSchema().exactOptional(),
    openedAt: storedTime().exactOptional(),
    /** Open breaker: when one probe may go out. Half-open breaker: when that probe counts as dead. */
    probeAt: storedTime().exactOptional(),
    /** Responses are slow: first attempts go to the retry lane, where they do not hold up other first attempts. */
    slow: z.boolean(),
    rev: z.number().int().nonnegative(),
  }),
);

/** The stored health of a circuit. */
export type Health = Parsed<typeof healthSchema>;

/** Why a request failed. */
export type RequestFailure = Omit<NonNullable<Health['lastFailure']>, 'at'>;

/** The health of a circuit without a stored item. */
export const HEALTHY: Health = { breaker: 'closed', slow: false, rev: 0 };

export interface HealthStore {
  read(circuit: Circuit): Promise<Health | undefined>;
  /** False if another writer came after `expectedRev` (no item: 0). */
  save(circuit: Circuit, health: Health, expectedRev: number): Promise<boolean>;
}
