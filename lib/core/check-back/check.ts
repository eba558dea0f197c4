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
import type { RecordPorts } from '../record/record.ts';
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
  readonly standing: Check;
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
  const standing = await ports.checks.read(message);
  const [pending, end] = await ports.outcomes.versions(message);
  if (standing === undefined || pending?.status !== 'PENDING') throw unknownCheck();
  if (end !== undefined) return ports.outcomes.settlePending(end);
  const context = { ...delivery, standing, pending };
  if (!isWaiting(standing) || standing.rev !== message.rev) {
    return superseded(ports, context, standing);
  }
  const asked =
    pending.checkBack === undefined ? undefined : await askInitiator(ports, { standing, pending });
  if (asked?.says.kind !== 'ended') return askAgain(ports, context, asked);

  const recorded = await recordEnd(ports, { pending, content: asked.says.content });
  if (recorded.kind === 'refused') {
    const attempt = { ...asked.attempt, result: recorded.code };
    return askAgain(ports, context, { ...asked, attempt });
  }
  await ports.outcomes.settlePending(recorded.end);
  report(ports, { ...standing, state: 'resolved' }, asked.attempt);
}

function unknownCheck(): Fault {
  return new Fault({
    code: 'unknown_check',
    message: 'A message names a transaction that nobody prepared.',
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
  const { standing } = context;
  const next = afterAsking(standing, asked, {
    nowMs: ports.clock.now(),
    horizonSeconds: ports.checkHorizonSeconds,
    fraction: ports.random.fraction(),
  });
  const result = await saveFenced({ store: ports.checks, random: ports.random }, next, standing.rev);
  if (result.kind === 'overtaken') return superseded(ports, context, result.current ?? standing);
  if (isWaiting(next)) await sendNext(ports, messageOf(next));
  report(ports, next, asked?.attempt);
}

/** Another message did this work. It may have died before it scheduled the next message, or before it reported. */
async function superseded(ports: CheckingPorts, delivery: CheckDelivery, standing: Check): Promise<void> {
  if (isWaiting(standing)) await sendNextIfUnsent(ports, messageOf(standing), delivery);
  if (standing.state === 'unresolved' && mayBeUnreported(standing, delivery)) {
    report(ports, standing, undefined);
  }
}

function messageOf(standing: Check) {
  return { message: checkMessageFor(standing), nextAttemptAt: standing.nextAttemptAt };
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
