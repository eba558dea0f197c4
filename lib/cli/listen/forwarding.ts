import { callbackBodyOf } from '../../protocol/callback-form.ts';
import { eventTypeOf, webhookIdOf } from '../../protocol/event-names.ts';
import { exchange } from '../../protocol/http/transport.ts';
import type { JsonObject } from '../../protocol/json/json-values.ts';
import { signedHeaders } from '../../protocol/signing/signed-headers.ts';
import { secretBytes } from '../../protocol/signing/webhook-keys.ts';

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
const MAX_ANSWER_BYTES = 64 * 1024;

/** @param transaction the service's answer about a transaction that has ended */
export async function forward(transaction: JsonObject, receiver: Receiver): Promise<Forwarded> {
  const { url, secret, now, signal } = receiver;
  const body = callbackBodyOf(transaction);
  const [transactionId, version] = [String(transaction.transactionId), Number(transaction.version)];
  const id = webhookIdOf({ merchantId: String(transaction.merchantId), transactionId, version });
  const key = secretBytes(secret) ?? new Uint8Array();
  const startedMs = now();
  const headers = signedHeaders({ id, timestamp: Math.floor(startedMs / 1_000), body }, [
    { scheme: 'v1', key },
  ]);
  const { origin, pathname, search } = new URL(url);
  const exchanged = await exchange(
    {
      baseUrl: origin,
      headers: { ...headers, 'user-agent': 'Tidings-Listen' },
      timeoutMs: TIMEOUT_MS,
      maxAnswerBytes: MAX_ANSWER_BYTES,
      fetch: globalThis.fetch,
    },
    { method: 'POST', path: `${pathname}${search}`, body },
    signal,
  );
  const status =
    exchanged.kind === 'answered'
      ? exchanged.answer.status
      : exchanged.kind === 'too_long'
        ? exchanged.status
        : 0;
  return {
    transactionId,
    version,
    type: eventTypeOf({
      transactionType: String(transaction.transactionType),
      status: String(transaction.status),
    }),
    isAccepted: status >= 200 && status < 300,
    answer: status === 0 ? exchanged.kind.replaceAll('_', ' ') : String(status),
    durationMs: now() - startedMs,
  };
}
