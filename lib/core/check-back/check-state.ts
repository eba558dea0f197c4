import * as z from 'zod';
import { snippetOf } from '../deliver/state/transitions.ts';
import type { TransactionKey } from '../model.ts';
import { storedMerchantId, storedTime, storedTransactionId, storedWord } from '../stored.ts';
import { isoTime, MINUTE_MS, msOf, SECOND_MS } from '../time.ts';
import { clampWait } from '../waiting.ts';

/** Asking the initiator how a PENDING transaction ended, and how the asking goes. */

export type CheckState = 'waiting' | 'resolved' | 'unresolved';

/** Times it was asked that are kept: the last ones. */
const MAX_ATTEMPTS_KEPT = 8;

const checkAttemptSchema = z.object({
  number: z.number().int(),
  at: storedTime,
  durationMs: z.number().int(),
  statusCode: z.number().int().exactOptional(),
  /** What was answered, or why it was no answer: a stable code. */
  result: z.string(),
});
export type CheckAttempt = z.infer<typeof checkAttemptSchema>;

export const checkKeySchema = z.object({ merchantId: storedMerchantId, transactionId: storedTransactionId });

export const checkSchema = z.object({
  ...checkKeySchema.shape,
  /** The fence, as of notifications: raised by each asking and by the end. */
  rev: z.number().int().nonnegative(),
  state: storedWord<CheckState>(),
  /** When the transaction was prepared: the horizon counts from it. */
  startedAt: storedTime,
  attempts: z.array(checkAttemptSchema),
  /** The beginning of the last answer's body. */
  responseSnippet: z.string().exactOptional(),
  writtenBy: z.string().exactOptional(),
  /** When it is asked next, or is given up. */
  nextAttemptAt: storedTime.exactOptional(),
});
export type Check = z.infer<typeof checkSchema>;

/** A check among those that nobody could end. */
export type UnresolvedKey = TransactionKey & {
  /** Where it stands in their order: by merchant, then the oldest first. */
  readonly order: string;
};

/** The separator sorts before all that ids can hold. */
export function unresolvedOrder({ merchantId, startedAt, transactionId }: Check): string {
  return `${merchantId}#${startedAt}#${transactionId}`;
}

/** A message asks for one check, and names the `rev` for which it was made. */
export type CheckMessage = TransactionKey & { readonly rev: number };
/** Read as rows are: a message on its way may be of a newer version, whose additions go on with it. */
export const checkMessageSchema = z.looseObject({
  ...checkKeySchema.shape,
  rev: z.number().int().nonnegative(),
}) as z.ZodType<CheckMessage>;

export function checkMessageFor({ merchantId, transactionId, rev }: Check): CheckMessage {
  return { merchantId, transactionId, rev };
}

/** The pause after the first asking; it doubles with each. No pause is longer than the most, jitter included. */
const FIRST_PAUSE_MS = 10 * SECOND_MS;
const MAX_PAUSE_MS = 60 * MINUTE_MS;
/** Pauses are lengthened by up to this share, so that what was asked together is not asked together again. */
const JITTER = 0.1;

interface CheckTimes {
  readonly preparedAtMs: number;
  readonly afterSeconds: number | undefined;
  readonly horizonSeconds: number;
}

/** The check that is written with a PENDING. Without an address to ask, it waits for the horizon alone. */
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

function horizonMs({ startedAt }: Check, horizonSeconds: number): number {
  return msOf(startedAt) + horizonSeconds * SECOND_MS;
}

/** A request to the initiator that has ended. */
interface EndedAsking {
  readonly attempt: CheckAttempt;
  readonly body: string;
  readonly waitMs?: number;
}

interface AskingPlan {
  readonly nowMs: number;
  readonly horizonSeconds: number;
  readonly fraction: number;
}

/**
 * The check after one asking that did not end it: it is asked again later, at the horizon at the latest; after that it
 * is `unresolved`, and somebody must look.
 *
 * @param asked absent where there is nobody to ask
 */
export function afterAsking(check: Check, asked: EndedAsking | undefined, plan: AskingPlan): Check {
  const { nextAttemptAt: _due, responseSnippet: _old, ...rest } = check;
  const snippet = asked === undefined ? '' : snippetOf(asked);
  const next: Check = {
    ...rest,
    rev: check.rev + 1,
    attempts:
      asked === undefined ? check.attempts : [...check.attempts, asked.attempt].slice(-MAX_ATTEMPTS_KEPT),
    ...(snippet !== '' && { responseSnippet: snippet }),
  };
  const endMs = horizonMs(check, plan.horizonSeconds);
  if (plan.nowMs >= endMs) return { ...next, state: 'unresolved' };
  if (asked === undefined) return { ...next, nextAttemptAt: isoTime(endMs) };
  const doubledMs = FIRST_PAUSE_MS * 2 ** Math.min(asked.attempt.number - 1, 30);
  const leastMs = Math.min(Math.max(doubledMs, asked.waitMs ?? 0), MAX_PAUSE_MS);
  const jitteredMs = leastMs * (1 + JITTER * plan.fraction);
  const pauseMs = clampWait({ leastMs, jitteredMs, mostMs: MAX_PAUSE_MS });
  return { ...next, nextAttemptAt: isoTime(Math.min(plan.nowMs + pauseMs, endMs)) };
}
