import { eventTypeOf } from '../../protocol/event-names.ts';
import type { JsonObject } from '../../protocol/json/json-values.ts';
import { answerOf, isAccepted, postCallback } from '../receivers/post-callback.ts';
import { callbackOf } from '../receivers/signing-callbacks.ts';

/** Sends one callback to the receiver under test, as the service sends it. */

export interface Receiver {
  readonly url: string;
  /** `whsec_…` */
  readonly secret: string;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

export interface Forwarded {
  readonly transactionId: string;
  readonly version: number;
  readonly type: string;
  readonly isAccepted: boolean;
  /** The receiver's status, or why there was none. */
  readonly answer: string;
  readonly durationMs: number;
}

const TIMEOUT_MS = 15_000;

/** @param transaction the service's answer about a transaction that has ended */
export async function forward(transaction: JsonObject, receiver: Receiver): Promise<Forwarded> {
  const { url, secret, now, signal } = receiver;
  const posted = await postCallback({
    url,
    ...callbackOf(transaction, { secret, atMs: now() }),
    timeoutMs: TIMEOUT_MS,
    signal,
  });
  return {
    transactionId: String(transaction.transactionId),
    version: Number(transaction.version),
    type: eventTypeOf({
      transactionType: String(transaction.transactionType),
      status: String(transaction.status),
    }),
    isAccepted: isAccepted(posted),
    answer: answerOf(posted),
    durationMs: posted.durationMs,
  };
}
