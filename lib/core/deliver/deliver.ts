import type { Lane } from '../events.ts';
import { Fault } from '../faults.ts';
import type { ConfigCache } from '../merchants/config-cache.ts';
import type { MerchantStore } from '../merchants/merchant-store.ts';
import type { Seal } from '../merchants/secrets/seal.ts';
import { isTerminal, type TerminalOutcome } from '../model.ts';
import type { OutcomeStore } from '../record/outcome-store.ts';
import { changeUnderRev, OVERTAKEN } from '../runtime/change-under-rev.ts';
import type { Clock, Random, Reporter, Timer } from '../runtime/environment.ts';
import type { Gate } from '../runtime/gate.ts';
import type { Schedule } from '../schedule.ts';
import { alertKeyOf, isAboutAlert } from './alerts/alert.ts';
import { openAlert } from './alerts/alert-callback.ts';
import type { AlertStore } from './alerts/alert-store.ts';
import { isAskedFor, raiseAlert, sendAlert } from './alerts/raise-alert.ts';
import { type Callback, callbackOf } from './attempt/callback.ts';
import { attemptPatiently } from './attempt/lane-patience.ts';
import {
  isDecidedAgain,
  isWaitWorthWriting,
  type NextStep,
  slotAfter,
  whenAttempted,
  whenBlocked,
  whenDeferred,
  whenHandedOver,
  whenRateLimited,
} from './attempt/next-step.ts';
import type { Sender } from './attempt/sender.ts';
import { resolveTarget, SETTINGS_MAX_AGE_MS } from './attempt/target.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { HealthMonitor } from './health/health-monitor.ts';
import { learnFromAttempt } from './health/learn-from-attempt.ts';
import { mayBeUnreported, sendNextIfUnsent } from './next-message.ts';
import type { RateAnswer, RateLimiter } from './rate/rate-limiter.ts';
import { reportAttempt, reportEnd } from './state/delivery-events.ts';
import { saveNotification } from './state/fence.ts';
import {
  admits,
  isDue,
  messageFor,
  type Notification,
  type NotificationMessage,
  nextNumber,
  untried,
} from './state/notification.ts';
import type { NotificationStore } from './state/notification-store.ts';
import type { AttemptPlan } from './state/transitions.ts';

export interface DeliverPorts {
  readonly outcomes: OutcomeStore;
  readonly notifications: NotificationStore;
  readonly alerts: AlertStore;
  readonly merchants: MerchantStore;
  readonly configs: ConfigCache;
  readonly dispatcher: Pick<Dispatcher, 'sendAt'>;
  readonly sender: Sender;
  readonly health: HealthMonitor;
  readonly limiter: RateLimiter;
  readonly gate: Gate;
  readonly seal: Seal;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly random: Random;
  readonly reporter: Reporter;
}

export interface Delivery {
  readonly message: NotificationMessage;
  readonly lane: Lane;
  /** How many times the queue has delivered this message; 1 on the first receipt. */
  readonly receivedTimes: number;
}

/** A message being processed, with the state that was read before any action. */
interface AttemptContext extends Delivery {
  readonly callback: Callback;
  /** Absent if the notification is about an alert. */
  readonly outcome?: TerminalOutcome;
  /** The notification as first read: that is what the first write is based on. Absent: there was none, or it was not read. */
  readonly stored: Notification | undefined;
  /** The same, or one that was never tried. */
  readonly initial: Notification;
}

/**
 * Processes one message: at most one attempt. It reads, decides with the pure functions of `next-step.ts`, and acts with
 * {@link act}. If the process dies at any point, the message comes back, and the fence shows how far the work had got.
 *
 * @throws Fault `unknown_outcome` (not retryable) if the outcome does not exist or is not terminal
 */
export async function deliver(ports: DeliverPorts, delivery: Delivery): Promise<void> {
  const context = await openContext(ports, delivery);
  if (context === 'gone') return dropOrRefuse(ports, delivery);
  const { message, lane, outcome, callback, initial } = context;
  if (!admits(initial, message.rev)) return superseded(ports, context, initial);

  const target = await resolveTarget(ports, message, outcome);
  if (target.kind === 'erased') return drop(ports, message);
  if (target.kind === 'blocked') {
    return act(ports, context, (current) => whenBlocked(current, target.reason));
  }
  const { circuit, schedule } = target;
  // A slow endpoint would hold up its batch, and then the first lane, for other endpoints. It goes to the retry lane.
  if (lane === 'first' && (await ports.health.isSlowOrOpen(circuit))) {
    return ports.dispatcher.sendAt(message, ports.clock.now());
  }
  const admission = await ports.health.admit(circuit);
  if (admission.kind === 'defer') {
    return act(ports, context, (current) => whenDeferred(current, admission, planOf(ports, schedule)));
  }
  // A probe is the only request to its endpoint, and must not be kept waiting.
  if (target.ratePerSecond !== undefined && admission.isProbe !== true) {
    const { ratePerSecond } = target;
    const asker = message.slotMs === undefined ? 'new' : 'returning';
    const leave = await ports.limiter.ask({ endpoint: message, ratePerSecond, asker });
    if (leave.kind !== 'go') return waitForLeave(ports, context, leave);
  }
  const number = nextNumber(initial);
  const { made, isHandedOver } = await attemptPatiently(ports, { callback, target, number, lane });
  if (isHandedOver) {
    return act(ports, context, (current) => whenHandedOver(current, made, ports.clock.now()));
  }
  await learnFromAttempt(ports, { key: message, made, target });
  await act(ports, context, (current) => whenAttempted(current, made, planOf(ports, schedule)));
}

/**
 * Nothing is sent to an erased merchant. A notification that was stored is closed, so that it is no longer due; where none
 * was stored, none is made. If another write comes first, the sweep finds what is still due.
 */
async function drop(ports: DeliverPorts, message: NotificationMessage): Promise<void> {
  const { merchantId, transactionId } = message;
  const stored = await ports.notifications.read(message);
  if (stored !== undefined && isDue(stored)) {
    await saveNotification(ports, whenBlocked(stored, 'merchant_erased').next, stored);
  }
  ports.reporter.report({ event: 'message_dropped', merchantId, transactionId });
}

/** The message comes back later, which keeps no worker busy. */
function waitForLeave(
  ports: DeliverPorts,
  context: AttemptContext,
  answer: Exclude<RateAnswer, { kind: 'go' }>,
): Promise<void> {
  const { message, initial } = context;
  const slot = slotAfter(answer, message);
  if (answer.kind !== 'full' && !isWaitWorthWriting(initial, answer.untilMs)) {
    return ports.dispatcher.sendAt({ ...message, ...slot }, answer.untilMs);
  }
  const now = { nowMs: ports.clock.now(), fraction: ports.random.fraction() };
  return act(ports, context, (current) => ({ ...whenRateLimited(current, answer, now), ...slot }));
}

/**
 * What an erased merchant's message was about may be deleted already. Any other message has something to be about. Cached settings
 * may be older than the erasure, so they are not asked.
 */
async function dropOrRefuse(ports: DeliverPorts, { message }: Delivery): Promise<void> {
  if (await ports.configs.isErased(message.merchantId)) return drop(ports, message);
  throw new Fault({
    code: 'unknown_outcome',
    message: 'What the message is about does not exist, or is not terminal.',
    retryable: false,
  });
}

async function openContext(ports: DeliverPorts, delivery: Delivery): Promise<AttemptContext | 'gone'> {
  if (isAboutAlert(delivery.message)) return openAlertContext(ports, delivery);
  const outcome = await ports.outcomes.read(delivery.message);
  if (outcome === undefined || !isTerminal(outcome)) return 'gone';
  const stored = await readNotification(ports, delivery);
  const initial = stored ?? untried(delivery.message, outcome.listedAt);
  return { ...delivery, callback: callbackOf(outcome), outcome, stored, initial };
}

async function openAlertContext(ports: DeliverPorts, delivery: Delivery): Promise<AttemptContext | 'gone'> {
  const { message } = delivery;
  const alert = await openAlert(ports, alertKeyOf(message));
  if (alert === undefined) return 'gone';
  // It was put with its alert, so it is there.
  const stored = await ports.notifications.read(message);
  const initial = stored ?? untried(message, alert.at);
  return { ...delivery, callback: alert.callback, stored, initial };
}

/** A first message on its first receipt needs no read: the fence on its write is enough. All others are read first. */
async function readNotification(
  ports: DeliverPorts,
  { message, lane, receivedTimes }: Delivery,
): Promise<Notification | undefined> {
  return lane === 'first' && receivedTimes === 1 ? undefined : ports.notifications.read(message);
}

function planOf({ clock, random }: DeliverPorts, schedule: Schedule): AttemptPlan {
  return { schedule, nowMs: clock.now(), fraction: random.fraction() };
}

/**
 * Acts on a decision. The order makes delivery safe: put the alert about the new state, write the state under the fence,
 * send the next message, report to operators. Only then may this message be deleted. If another write came first, the step is decided again when its result
 * still applies ({@link isDecidedAgain}), and is dropped otherwise.
 */
async function act(
  ports: DeliverPorts,
  context: AttemptContext,
  decide: (current: Notification) => NextStep,
): Promise<void> {
  let { stored, initial: current } = context;
  await changeUnderRev('The notification', async () => {
    const step = decide(current);
    const alerts = await raiseAboutEnd(ports, step.next, { current, stored });
    const written = await saveNotification(ports, step.next, stored);
    if (written.kind === 'saved') {
      if (step.sendAtMs !== undefined) await ports.dispatcher.sendAt(messageOf(step), step.sendAtMs);
      await sendAlert(ports, alerts);
      report(ports, context, { step, notification: step.next, kept: true });
      return undefined;
    }
    // What the audit restored is as untried as what was not there.
    const isAsBefore = written.current?.rev === current.rev;
    stored = written.current;
    current = stored ?? current;
    if (isAsBefore || isDecidedAgain(step, current)) return OVERTAKEN;
    report(ports, context, { step, notification: current, kept: false });
    return superseded(ports, context, current);
  });
}

/** The notification that a step is based on. */
interface Basis {
  readonly current: Notification;
  /** As in the table. Absent: there was none, or it was not read. */
  readonly stored: Notification | undefined;
}

/**
 * Tells the merchant that a notification is about to be exhausted. Settings may be as old as for attempts. A request can take
 * long, and its receiver may acknowledge meanwhile. So the notification is read again first: if it was changed, the fence
 * will refuse this step too.
 */
async function raiseAboutEnd(ports: DeliverPorts, next: Notification, { current, stored }: Basis) {
  if (next.state !== 'exhausted' || current.state === 'exhausted') return [];
  const config = await ports.configs.get(next.merchantId, ports.clock.now() - SETTINGS_MAX_AGE_MS);
  const news = { kind: 'exhausted', notification: next } as const;
  if (config === undefined || !isAskedFor(news, config)) return [];
  const isOvertaken = (await ports.notifications.read(next))?.rev !== stored?.rev;
  return isOvertaken ? [] : raiseAlert(ports, config, news);
}

function messageOf({ next, slotMs }: NextStep): NotificationMessage {
  return slotMs === undefined ? messageFor(next) : { ...messageFor(next), slotMs };
}

/** A step, and whether it was written or overtaken by another write. */
interface TakenStep {
  readonly step: NextStep;
  /** The notification as stored now. */
  readonly notification: Notification;
  readonly kept: boolean;
}

function report({ reporter }: DeliverPorts, { lane }: AttemptContext, taken: TakenStep): void {
  const { step, notification, kept } = taken;
  if (step.made !== undefined) reportAttempt(reporter, { made: step.made, lane, notification, kept });
  if (kept) reportEnd(reporter, { notification, reason: step.reason });
}

/** The fence refused: another message did this work. It may have died before it sent the next message or reported the end. */
async function superseded(
  ports: DeliverPorts,
  context: AttemptContext,
  current: Notification,
): Promise<void> {
  const next = { message: messageFor(current), nextAttemptAt: current.nextAttemptAt };
  const resent = isDue(current) && (await sendNextIfUnsent(ports, next, context));
  const { transactionId, rev } = context.message;
  ports.reporter.report({ event: 'message_superseded', transactionId, rev, resent });
  // Two reports are better than none.
  if (mayBeUnreported(current, context)) {
    reportEnd(ports.reporter, { notification: current, reason: 'reported_again' });
  }
}
