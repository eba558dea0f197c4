import * as z from 'zod';
import type { CheckState, TransactionKey } from '../model.ts';
import { onFirstUse, type Parsed } from '../reading/on-first-use.ts';
import { storedMerchantId, storedTime, storedTransactionId, storedWord } from '../reading/stored.ts';
import { isoTime, SECOND_MS } from '../time.ts';

/** The check that is written with a PENDING: when to ask the initiator how it ended, and the progress so far. */

const checkAttemptSchema = onFirstUse(() =>
  z.object({
    number: z.number().int(),
    at: storedTime(),
    durationMs: z.number().int(),
    statusCode: z.number().int().exactOptional(),
    /** Stable code: the answer, or why there was no valid one. */
    result: z.string(),
    /** What exactly failed, if known; see `failure-detail.ts`. */
    detail: z.string().exactOptional(),
  }),
);
export type CheckAttempt = Parsed<typeof checkAttemptSchema>;

export const checkKeySchema = onFirstUse(() =>
  z.object({ merchantId: storedMerchantId(), transactionId: storedTransactionId() }),
);

export const checkSchema = onFirstUse(() =>
  z.object({
    ...checkKeySchema().shape,
    /** The fence, as on notifications: each request to the initiator and the end raise it. */
    rev: z.number().int().nonnegative(),
    state: storedWord<CheckState>(),
    /** When the transaction was prepared. The horizon counts from it. */
    startedAt: storedTime(),
    attempts: z.array(checkAttemptSchema()),
    /** The start of the latest answer's body. */
    responseSnippet: z.string().exactOptional(),
    writtenBy: z.string().exactOptional(),
    /** When the initiator is asked next, or the check is given up. */
    nextAttemptAt: storedTime().exactOptional(),
  }),
);
export type Check = Parsed<typeof checkSchema>;

/** Whether the initiator is still to be asked. */
export function isWaiting({ state }: Check): boolean {
  return state === 'waiting';
}

/** Key of an unresolved check. */
export type UnresolvedKey = TransactionKey & {
  /** Sort key: by merchant, then oldest first. */
  readonly order: string;
};

/** Sort key of unresolved checks. The separator sorts before every character that ids can contain. */
export function unresolvedOrder({ merchantId, startedAt, transactionId }: Check): string {
  return `${merchantId}#${startedAt}#${transactionId}`;
}

/** A message requests one check, and names the `rev` for which it was made. */
export type CheckMessage = TransactionKey & { readonly rev: number };
/** Read as loosely as stored rows: a message in flight may come from a newer version. Its extra fields are kept. */
export const checkMessageSchema = onFirstUse(
  () =>
    z.looseObject({
      ...checkKeySchema().shape,
      rev: z.number().int().nonnegative(),
    }) as z.ZodType<CheckMessage>,
);

export function checkMessageFor({ merchantId, transactionId, rev }: Check): CheckMessage {
  return { merchantId, transactionId, rev };
}

interface CheckTimes {
  readonly preparedAtMs: number;
  readonly afterSeconds: number | undefined;
  readonly horizonSeconds: number;
}

/** The check that is written with a PENDING. Without `afterSeconds` (no address to ask), it is due at the horizon. */
export function newCheck(key: TransactionKey, options: CheckTimes): Check {
  const { preparedAtMs, afterSeconds, horizonSeconds } = options;
  const waitSeconds = Math.min(afterSeconds ?? horizonSeconds, horizonSeconds);
  return {
    merchantId: key.merchantId,
    transactionId: key.transactionId,
    rev: 0,
    state: 'waiting',
    startedAt: isoTime(preparedAtMs),
    attempts: [],
    nextAttemptAt: isoTime(preparedAtMs + waitSeconds * SECOND_MS),
  };
}
