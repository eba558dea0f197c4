import type { Dispatcher } from '../deliver/dispatcher.ts';
import { mayBeUnreported, sendNext, sendNextIfUnsent } from '../deliver/next-message.ts';
import { saveFenced } from '../deliver/state/fence.ts';
import { Fault } from '../faults.ts';
import type { Outcome } from '../model.ts';
import {
  type Check,
  type CheckAttempt,
  type CheckMessage,
  checkMessageFor,
  isWaiting,
} from '../record/pending-check.ts';
import { PROFILE_MAX_AGE_MS, type RecordPorts } from '../record/record.ts';
import { msOf } from '../time.ts';
import { type Asked, type AskingPorts, askInitiator } from './ask-initiator.ts';
import { afterAsking } from './check-state.ts';
import type { CheckStore } from './check-store.ts';
import { recordEnd } from './record-end.ts';

export interface CheckingPorts extends RecordPorts, AskingPorts {
  readonly checks: CheckStore;
  readonly dispatcher: Pick<Dispatcher, 'sendAt'>;
}

export interface CheckDelivery {
  readonly message: CheckMessage;
  /** How many times the queue has delivered this message; 1 on the first receipt. */
  readonly receivedTimes: number;
}

/** A message being processed, with the state that was read before any action. */
interface CheckContext extends CheckDelivery {
  readonly current: Check;
  readonly pending: Outcome;
}

/**
 * Asks the initiator once how a PENDING transaction ended. An end is recorded like any outcome; only then is the check
 * over. Without an end, the check is repeated later, until the horizon. If the process dies at any point, the message
 * comes back; the fence and the outcome show how far the work had got.
 *
 * @throws Fault `unknown_check` (not retryable) if there is no check or no PENDING
 */
export async function check(ports: CheckingPorts, delivery: CheckDelivery): Promise<void> {
  const { message } = delivery;
  const current = await ports.checks.read(message);
  const [pending, end] = await ports.outcomes.versions(message);
  if (current === undefined || pending?.status !== 'PENDING') {
    // Its rows may be deleted already, or half of them. Cached settings may be older than the erasure, so they are not asked.
    if (await ports.configs.isErased(message.merchantId)) return drop(ports, message);
    throw unknownCheck();
  }
  if (end !== undefined) return ports.outcomes.settlePending(end);
  const context = { ...delivery, current, pending };
  if (await isOfErased(ports, message)) return drop(ports, message);
  if (!isWaiting(current) || current.rev !== message.rev) {
    return superseded(ports, context, current);
  }
  const asked = pending.checkBack === undefined ? undefined : await askInitiator(ports, { current, pending });
  if (asked?.reply.kind !== 'ended') return askAgain(ports, context, asked);

  const recorded = await recordEnd(ports, { pending, content: asked.reply.content });
  if (recorded.kind === 'merchant_erased') return drop(ports, message);
  if (recorded.kind === 'refused') {
    const attempt = { ...asked.attempt, result: recorded.code };
    return askAgain(ports, context, { ...asked, attempt });
  }
  await ports.outcomes.settlePending(recorded.end);
  report(ports, { ...current, state: 'resolved' }, asked.attempt);
}

/** Whether nobody is to be asked any more. The settings may be as old as for recording. */
async function isOfErased({ configs, clock }: CheckingPorts, { merchantId }: CheckMessage): Promise<boolean> {
  const config = await configs.get(merchantId, clock.now() - PROFILE_MAX_AGE_MS);
  return config === undefined && configs.isErased(merchantId);
}

/** Nobody is asked about a transaction of an erased merchant. It is deleted: no index names a PENDING without a check. */
async function drop(ports: CheckingPorts, { merchantId, transactionId }: CheckMessage): Promise<void> {
  await ports.outcomes.erasePending({ merchantId, transactionId });
  ports.reporter.report({ event: 'message_dropped', merchantId, transactionId });
}

function unknownCheck(): Fault {
  return new Fault({
    code: 'unknown_check',
    message: 'The transaction of the message has no check or no PENDING.',
    retryable: false,
  });
}

/**
 * The transaction is still open: asks again later, or gives up at the horizon. The order makes it safe: write the check
 * under the fence, send the next message, report to operators.
 */
async function askAgain(
  ports: CheckingPorts,
  context: CheckContext,
  asked: Asked | undefined,
): Promise<void> {
  const { current } = context;
  const next = afterAsking(current, asked, {
    nowMs: ports.clock.now(),
    horizonSeconds: ports.checkHorizonSeconds,
    fraction: ports.random.fraction(),
  });
  const result = await saveFenced({ store: ports.checks, random: ports.random }, next, current.rev);
  if (result.kind === 'overtaken') return superseded(ports, context, result.current ?? current);
  if (isWaiting(next)) await sendNext(ports, messageOf(next));
  report(ports, next, asked?.attempt);
}

/** Another message did this work. It may have died before it scheduled the next message, or before it reported. */
async function superseded(ports: CheckingPorts, delivery: CheckDelivery, current: Check): Promise<void> {
  if (isWaiting(current)) await sendNextIfUnsent(ports, messageOf(current), delivery);
  if (current.state === 'unresolved' && mayBeUnreported(current, delivery)) {
    report(ports, current, undefined);
  }
}

function messageOf(current: Check) {
  return { message: checkMessageFor(current), nextAttemptAt: current.nextAttemptAt };
}

function report(ports: CheckingPorts, check: Check, attempt: CheckAttempt | undefined): void {
  const { merchantId, transactionId, state, startedAt, nextAttemptAt } = check;
  if (attempt !== undefined) {
    const { number, result, durationMs, statusCode, at } = attempt;
    ports.reporter.report({
      event: 'check',
      merchantId,
      transactionId,
      number,
      result,
      ...(statusCode !== undefined && { statusCode }),
      durationMs,
      sincePreparedMs: msOf(at) - msOf(startedAt),
      state,
      ...(nextAttemptAt !== undefined && state === 'waiting' && { nextAttemptAt }),
    });
  }
  if (state === 'unresolved') ports.reporter.report({ event: 'unresolved', merchantId, transactionId });
}
