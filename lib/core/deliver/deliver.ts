import type { Clock, Random, Reporter } from '../environment.ts';
import type { Lane } from '../events.ts';
import { Fault } from '../faults.ts';
import type { Gate } from '../gate.ts';
import type { ConfigCache } from '../merchants/config-cache.ts';
import { disableEndpoint } from '../merchants/endpoints.ts';
import type { MerchantStore } from '../merchants/merchant-store.ts';
import type { Seal } from '../merchants/seal.ts';
import { isTerminal, NOTIFY_URL_ENDPOINT, type TerminalOutcome } from '../model.ts';
import type { OutcomeStore } from '../record/outcome-store.ts';
import { MINUTE_MS, msOf } from '../time.ts';
import { clampWait, MAX_QUEUE_WAIT_MS } from '../waiting.ts';
import { attemptPatiently } from './attempt/lane-patience.ts';
import type { Sender } from './attempt/sender.ts';
import { resolveTarget, type Target } from './attempt/target.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Admission } from './health/circuit-breaker.ts';
import type { HealthMonitor } from './health/health-monitor.ts';
import { reportAttempt, reportEnd } from './state/delivery-events.ts';
import { saveNotification } from './state/fence.ts';
import {
  admits,
  isDue,
  messageFor,
  type Notification,
  type NotificationMessage,
  untried,
} from './state/notification.ts';
import type { NotificationStore } from './state/notification-store.ts';
import { type AttemptMade, afterAttempt, block, defer, handOver } from './state/transitions.ts';

export interface DeliverPorts {
  readonly outcomes: OutcomeStore;
  readonly notifications: NotificationStore;
  readonly merchants: MerchantStore;
  readonly configs: ConfigCache;
  readonly dispatcher: Pick<Dispatcher, 'sendAt'>;
  readonly sender: Sender;
  readonly health: HealthMonitor;
  readonly gate: Gate;
  readonly seal: Seal;
  readonly clock: Clock;
  readonly random: Random;
  readonly reporter: Reporter;
}

export interface Delivery {
  readonly message: NotificationMessage;
  readonly lane: Lane;
  /** How often the queue has handed this message out, 1 the first time. */
  readonly receivedTimes: number;
}

/** Lost races for one 2xx after which the message comes back; each loss means that somebody else wrote. */
const MAX_FENCE_TRIES = 5;

/**
 * Makes one attempt. Attempt and new state are one conditional write; only then is the next attempt
 * scheduled, and only then may the message go. Dying anywhere brings the message back, and it finds out by
 * the fence how far it had come.
 */
export async function deliver(ports: DeliverPorts, delivery: Delivery): Promise<void> {
  const { message, lane } = delivery;
  const outcome = await ports.outcomes.read(message);
  if (outcome === undefined || !isTerminal(outcome)) {
    throw new Fault({
      code: 'unknown_outcome',
      message: 'A message names an outcome that is not there to be told.',
      retryable: false,
    });
  }
  const standing = await standingNotification(ports, delivery, outcome);
  if (!admits(standing, message.rev)) return superseded(ports, delivery, standing);

  const target = await resolveTarget(ports, message, outcome);
  if (target.kind === 'blocked') {
    const { reason } = target;
    return withoutRequest(ports, delivery, { standing, next: block(standing, reason), reason });
  }
  // A slow one would keep its whole batch, and then this lane, from the others: it waits where the slow wait.
  if (lane === 'first' && (await ports.health.isSlowOrOpen(target.circuit))) {
    return ports.dispatcher.sendAt(message, ports.clock.now());
  }
  const admission = await ports.health.admit(target.circuit);
  if (admission.kind === 'defer') {
    const next = deferred(ports, { standing, target, admission });
    return withoutRequest(ports, delivery, { standing, next, reason: 'horizon_passed' });
  }
  const number = (standing.attempts.at(-1)?.number ?? 0) + 1;
  const { made, isHandedOver } = await attemptPatiently(ports, { outcome, target, number, lane });
  if (isHandedOver) return handOn(ports, delivery, { standing, made });
  await learn(ports, delivery, { made, target });
  await keep(ports, delivery, { standing, made, target });
}

/** Writes the attempt that the first lane did not wait for, then sends it on: to be made anew in the retry lane, now. */
async function handOn(
  ports: DeliverPorts,
  delivery: Delivery,
  { standing, made }: { readonly standing: Notification; readonly made: AttemptMade },
): Promise<void> {
  const { lane } = delivery;
  const next = handOver(standing, made, ports.clock.now());
  const result = await saveNotification(ports, next, standing.rev);
  const isSaved = result.kind === 'saved';
  if (isSaved) await sendDue(ports, next);
  const current = isSaved ? next : (result.current ?? standing);
  reportAttempt(ports.reporter, { made, lane, notification: current, kept: isSaved });
  if (!isSaved) await superseded(ports, delivery, current);
}

/** A first message, received once, needs no look: the fence of its write is enough. All others are read first. */
async function standingNotification(
  ports: DeliverPorts,
  { message, lane, receivedTimes }: Delivery,
  outcome: TerminalOutcome,
): Promise<Notification> {
  const blank = untried(message, outcome.listedAt);
  if (lane === 'first' && receivedTimes === 1) return blank;
  return (await ports.notifications.read(message)) ?? blank;
}

/**
 * The fence refused: another message did this work. A message that was received again may itself have done
 * it and died before it scheduled the next attempt, so it first sends what the item is due. So does one that
 * finds the item overdue, such as a dead letter that was put back.
 */
async function superseded(ports: DeliverPorts, delivery: Delivery, standing: Notification): Promise<void> {
  const { receivedTimes, message } = delivery;
  const isAgain = receivedTimes > 1;
  const resent = isDue(standing) && (isAgain || isOverdue(standing, ports.clock.now()));
  if (resent) await sendDue(ports, standing);
  const { transactionId, rev } = message;
  ports.reporter.report({ event: 'message_superseded', transactionId, rev, resent });
  // Whoever wrote the end may have died before it told: better told twice than never.
  if (isAgain && standing.rev === rev + 1) {
    reportEnd(ports.reporter, { notification: standing, reason: 'told_again' });
  }
}

/** Later than any message of its own would be: that message is lost, or lies among the dead letters. */
const OVERDUE_MS = MINUTE_MS;

function isOverdue({ nextAttemptAt }: Notification, nowMs: number): boolean {
  return nextAttemptAt !== undefined && msOf(nextAttemptAt) < nowMs - OVERDUE_MS;
}

async function sendDue(ports: DeliverPorts, notification: Notification): Promise<void> {
  const { nextAttemptAt } = notification;
  const dueMs = nextAttemptAt === undefined ? ports.clock.now() : msOf(nextAttemptAt);
  await ports.dispatcher.sendAt(messageFor(notification), dueMs);
}

/** Each deferral is at least half as long as the endpoint has been dead, so that waiting costs few writes. */
const MAX_DEFERRAL_MS = 6 * 60 * MINUTE_MS;
/** Deferred attempts spread out by up to this share, or all would come back at once. */
const DEFERRAL_SPREAD = 0.1;
/** What was listed or asked for lately waits no longer than for the next probe: the endpoint may be back by then. */
const YOUNG_MS = 60 * MINUTE_MS;
/** Leaves room for the whole spread below what a queue can hold: clamped, all would come back at once after all. */
const MAX_YOUNG_DEFERRAL_MS = MAX_QUEUE_WAIT_MS / (1 + DEFERRAL_SPREAD);

function deferred(
  ports: DeliverPorts,
  options: {
    readonly standing: Notification;
    readonly target: Target;
    readonly admission: Extract<Admission, { kind: 'defer' }>;
  },
): Notification {
  const nowMs = ports.clock.now();
  const { probeAtMs, openedAtMs } = options.admission;
  const isYoung = nowMs - msOf(options.standing.startedAt) < YOUNG_MS;
  const mostMs = isYoung ? MAX_YOUNG_DEFERRAL_MS : MAX_DEFERRAL_MS;
  // A queue can hold the wait for any probe; by a clock that is behind, it would look a little longer.
  const probeInMs = Math.min(probeAtMs - nowMs, MAX_QUEUE_WAIT_MS);
  const leastMs = Math.max(probeInMs, Math.min((nowMs - openedAtMs) / 2, mostMs));
  const jitteredMs = leastMs * (1 + DEFERRAL_SPREAD * ports.random.fraction());
  const untilMs = nowMs + clampWait({ leastMs, jitteredMs });
  return defer(options.standing, { schedule: options.target.schedule, nowMs, untilMs });
}

/** A change of state for which nothing was sent: blocked, deferred, or beyond its horizon. */
async function withoutRequest(
  ports: DeliverPorts,
  delivery: Delivery,
  change: { readonly standing: Notification; readonly next: Notification; readonly reason: string },
): Promise<void> {
  const { standing, next, reason } = change;
  const result = await saveNotification(ports, next, standing.rev);
  if (result.kind === 'overtaken') return superseded(ports, delivery, result.current ?? standing);
  if (isDue(next)) await sendDue(ports, next);
  reportEnd(ports.reporter, { notification: next, reason });
}

/** What the attempt says of the endpoint; before its own result is written, so that dying repeats both. */
async function learn(
  ports: DeliverPorts,
  { message }: Delivery,
  { made, target }: { readonly made: AttemptMade; readonly target: Target },
): Promise<void> {
  const { merchantId, endpointId } = message;
  const isDelivered = made.outcome.result === 'delivered';
  const { isLost } = await ports.health.observe(target.circuit, { isDelivered, durationMs: made.durationMs });
  if (endpointId === NOTIFY_URL_ENDPOINT) return;
  if (made.outcome.result === 'gone') {
    return disableEndpoint(ports, { merchantId, endpointId, url: target.url, reason: 'gone' });
  }
  if (isLost) {
    await disableEndpoint(ports, { merchantId, endpointId, url: target.url, reason: 'failing_for_days' });
  }
}

/** Writes attempt and state under the fence, then schedules what follows. */
async function keep(
  ports: DeliverPorts,
  delivery: Delivery,
  options: { readonly standing: Notification; readonly made: AttemptMade; readonly target: Target },
): Promise<void> {
  const { made, target } = options;
  const { lane } = delivery;
  let current = options.standing;
  for (let tries = 1; tries <= MAX_FENCE_TRIES; tries += 1) {
    const next = afterAttempt(current, made, {
      schedule: target.schedule,
      nowMs: ports.clock.now(),
      fraction: ports.random.fraction(),
    });
    const result = await saveNotification(ports, next, current.rev);
    if (result.kind === 'saved') {
      if (isDue(next)) await sendDue(ports, next);
      reportAttempt(ports.reporter, { made, lane, notification: next, kept: true });
      const { outcome } = made;
      return reportEnd(ports.reporter, {
        notification: next,
        reason: 'code' in outcome ? outcome.code : outcome.result,
      });
    }
    current = result.current ?? current;
    // A 2xx stands whoever wrote meanwhile, unless it is settled for good already; nothing else does.
    const isSettled = current.state === 'delivered' || current.state === 'acknowledged';
    if (made.outcome.result !== 'delivered' || isSettled) {
      reportAttempt(ports.reporter, { made, lane, notification: current, kept: false });
      return superseded(ports, delivery, current);
    }
  }
  throw new Fault({
    code: 'fence_contended',
    message: 'A delivery was overtaken again and again; its message comes back.',
    retryable: true,
  });
}
