import * as z from 'zod';
import { snippetOf } from '../deliver/state/transitions.ts';
import type { TransactionKey } from '../model.ts';
import { storedMerchantId, storedTime, storedTransactionId, storedWord } from '../reading/stored.ts';
import { clampWait } from '../runtime/waiting.ts';
import { isoTime, MINUTE_MS, msOf, SECOND_MS } from '../time.ts';

/** The check of a PENDING transaction: when to ask the initiator how it ended, and the progress so far. */

export type CheckState = 'waiting' | 'resolved' | 'unresolved';

/** Attempts kept on a check: the latest ones. */
const MAX_ATTEMPTS_KEPT = 8;

const checkAttemptSchema = z.object({
  number: z.number().int(),
  at: storedTime,
  durationMs: z.number().int(),
  statusCode: z.number().int().exactOptional(),
  /** Stable code: the answer, or why there was no valid one. */
  result: z.string(),
});
export type CheckAttempt = z.infer<typeof checkAttemptSchema>;

export const checkKeySchema = z.object({ merchantId: storedMerchantId, transactionId: storedTransactionId });

export const checkSchema = z.object({
  ...checkKeySchema.shape,
  /** The fence, as on notifications: each request to the initiator and the end raise it. */
  rev: z.number().int().nonnegative(),
  state: storedWord<CheckState>(),
  /** When the transaction was prepared. The horizon counts from it. */
  startedAt: storedTime,
  attempts: z.array(checkAttemptSchema),
  /** The start of the latest answer's body. */
  responseSnippet: z.string().exactOptional(),
  writtenBy: z.string().exactOptional(),
  /** When the initiator is asked next, or the check is given up. */
  nextAttemptAt: storedTime.exactOptional(),
});
export type Check = z.infer<typeof checkSchema>;

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
export const checkMessageSchema = z.looseObject({
  ...checkKeySchema.shape,
  rev: z.number().int().nonnegative(),
}) as z.ZodType<CheckMessage>;

export function checkMessageFor({ merchantId, transactionId, rev }: Check): CheckMessage {
  return { merchantId, transactionId, rev };
}

/** Pause after the first request. It doubles with each request, up to `MAX_PAUSE_MS`, jitter included. */
const FIRST_PAUSE_MS = 10 * SECOND_MS;
const MAX_PAUSE_MS = 60 * MINUTE_MS;
/** Jitter lengthens pauses by up to this share, so that checks made together are not repeated together. */
const JITTER = 0.1;

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

function horizonMs({ startedAt }: Check, horizonSeconds: number): number {
  return msOf(startedAt) + horizonSeconds * SECOND_MS;
}

/** A completed request to the initiator. */
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
 * The check after a request that did not end it. The next request follows later, at the horizon at the latest. After the
 * horizon the check is `unresolved`, and an operator must look.
 *
 * @param asked undefined if there is no address to ask
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
  const minMs = Math.min(Math.max(doubledMs, asked.waitMs ?? 0), MAX_PAUSE_MS);
  const jitteredMs = minMs * (1 + JITTER * plan.fraction);
  const pauseMs = clampWait({ minMs, jitteredMs, maxMs: MAX_PAUSE_MS });
  return { ...next, nextAttemptAt: isoTime(Math.min(plan.nowMs + pauseMs, endMs)) };
}
