import { sha256Hex } from '../../protocol/hashes.ts';
import { type AttemptPorts, sendSigned } from '../deliver/attempt/make-attempt.ts';
import { nextNumber } from '../deliver/state/notification.ts';
import type { GeneratedSecret } from '../merchants/secrets/service-secret.ts';
import type { Outcome } from '../model.ts';
import type { Check, CheckAttempt } from '../record/pending-check.ts';
import { isoTime, SECOND_MS } from '../time.ts';
import { type CheckReply, readAnswer } from './check-answer.ts';
import { serviceSigner } from './service-key.ts';

/** Time-out of one request to an initiator, from the DNS look-up to the last byte of the response. */
const CHECK_TIMEOUT_MS = 10 * SECOND_MS;

export interface AskingPorts extends AttemptPorts {
  readonly signingSecret: GeneratedSecret;
}

/** One request to an initiator, and its result. */
export interface Asked {
  readonly attempt: CheckAttempt;
  readonly reply: CheckReply;
  readonly body: string;
  readonly waitMs?: number;
}

/** Asks the initiator once. Never throws because of its answer. */
export async function askInitiator(
  ports: AskingPorts,
  { current, pending }: { readonly current: Check; readonly pending: Outcome },
): Promise<Asked> {
  const { merchantId, transactionId } = current;
  const number = nextNumber(current);
  const made = await sendSigned(ports, {
    id: `chk_${sha256Hex(`${merchantId}\n${transactionId}\n${number}`).slice(0, 32)}`,
    body: JSON.stringify({ merchantId, transactionId, attempt: number }),
    target: {
      url: pending.checkBack?.url ?? '',
      timeoutMs: CHECK_TIMEOUT_MS,
      signers: [serviceSigner(await ports.signingSecret.value())],
    },
    number,
  });
  const reply = readAnswer(made, { pending, nowMs: ports.clock.now() });
  const { outcome } = made;
  return {
    reply,
    body: made.body,
    ...(outcome.result === 'failed' &&
      outcome.retryAfterSeconds !== undefined && { waitMs: outcome.retryAfterSeconds * SECOND_MS }),
    attempt: {
      number,
      at: isoTime(made.atMs),
      durationMs: Math.round(made.durationMs),
      ...('statusCode' in outcome && outcome.statusCode !== undefined && { statusCode: outcome.statusCode }),
      ...('detail' in outcome && outcome.detail !== undefined && { detail: outcome.detail }),
      result: reply.kind === 'ended' ? reply.content.status : reply.result,
    },
  };
}
