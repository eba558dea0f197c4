import type { Dispatcher } from '../deliver/dispatcher.ts';
import { saveFenced } from '../deliver/state/fence.ts';
import { isNextUnsent } from '../deliver/state/superseded.ts';
import { Fault } from '../faults.ts';
import type { Outcome } from '../model.ts';
import type { RecordPorts } from '../record/record.ts';
import { msOf } from '../time.ts';
import { type Asked, type AskingPorts, askInitiator } from './ask-initiator.ts';
import {
  afterAsking,
  type Check,
  type CheckAttempt,
  type CheckMessage,
  checkMessageFor,
} from './check-state.ts';
import type { CheckStore } from './check-store.ts';
import { recordEnd } from './record-end.ts';

export interface CheckingPorts extends RecordPorts, AskingPorts {
  readonly checks: CheckStore;
  readonly dispatcher: Pick<Dispatcher, 'sendAt'>;
}

export interface CheckDelivery {
  readonly message: CheckMessage;
  /** How often the queue has handed this message out, 1 the first time. */
  readonly receivedTimes: number;
}

/** A message that is being worked off, with what was read before anything was done. */
interface CheckContext extends CheckDelivery {
  readonly standing: Check;
  readonly pending: Outcome;
}

/**
 * Asks the initiator once how a PENDING transaction ended. What it says is recorded like any outcome, and only then is
 * the check over; what it does not say is asked again later, until the horizon. Dying anywhere brings the message
 * back, and it finds out by the fence and by the outcome how far it had come.
 */
export async function check(ports: CheckingPorts, delivery: CheckDelivery): Promise<void> {
  const { message } = delivery;
  const standing = await ports.checks.read(message);
  const [pending, end] = await ports.outcomes.versions(message);
  if (standing === undefined || pending?.status !== 'PENDING') throw unknownCheck();
  if (end !== undefined) return ports.outcomes.settlePending(end);
  const context = { ...delivery, standing, pending };
  if (standing.state !== 'waiting' || standing.rev !== message.rev) {
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
 * The end is still open: asks again later, or gives up at the horizon. The order is what makes it safe: the check is
 * written under the fence, then the next message is sent, then operators are told.
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
  await sendDue(ports, next);
  report(ports, next, asked?.attempt);
}

/** Another message did this work; it may have died before it scheduled the next, or before it told. */
async function superseded(
  ports: CheckingPorts,
  { message, receivedTimes }: CheckDelivery,
  standing: Check,
): Promise<void> {
  const isUnsent = isNextUnsent(standing, { receivedTimes, nowMs: ports.clock.now() });
  if (standing.state === 'waiting' && isUnsent) await sendDue(ports, standing);
  const isEndOfThis =
    receivedTimes > 1 && standing.state === 'unresolved' && standing.rev === message.rev + 1;
  if (isEndOfThis) report(ports, standing, undefined);
}

async function sendDue(ports: CheckingPorts, standing: Check): Promise<void> {
  const { nextAttemptAt } = standing;
  if (nextAttemptAt !== undefined)
    await ports.dispatcher.sendAt(checkMessageFor(standing), msOf(nextAttemptAt));
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
