import { callbackBody, webhookIdOf } from './callback.ts';
import { type AttemptResult, classify } from './classify.ts';
import type { ConfigCache } from './config-cache.ts';
import { disableEndpoint } from './endpoints.ts';
import type { Lane } from './events.ts';
import { Fault } from './faults.ts';
import { isTerminal, NOTIFY_URL_ENDPOINT, type TerminalOutcome } from './model.ts';
import {
  admits,
  isOpen,
  messageFor,
  type Notification,
  type NotificationMessage,
  untried,
} from './notification.ts';
import type {
  CallbackRequest,
  Clock,
  Dispatcher,
  MerchantStore,
  NotificationStore,
  OutcomeStore,
  Random,
  Reporter,
  Seal,
  Sender,
} from './ports.ts';
import { signedHeaders } from './signature.ts';
import { resolveTarget, type Target } from './target.ts';
import { msOf, SECOND_MS } from './time.ts';
import { type AttemptMade, afterAttempt, block } from './transitions.ts';

export interface DeliverPorts {
  readonly outcomes: OutcomeStore;
  readonly notifications: NotificationStore;
  readonly merchants: MerchantStore;
  readonly configs: ConfigCache;
  readonly dispatcher: Dispatcher;
  readonly sender: Sender;
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
  const { message } = delivery;
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
  if (target.kind === 'blocked')
    return blockNotification(ports, delivery, { standing, reason: target.reason });

  const made = await attempt(ports, { outcome, target, number: (standing.attempts.at(-1)?.number ?? 0) + 1 });
  if (made.outcome.result === 'gone' && message.endpointId !== NOTIFY_URL_ENDPOINT) {
    await disableEndpoint(ports, { ...message, reason: 'gone' });
  }
  await keep(ports, delivery, { standing, made, target });
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
 * it and died before it scheduled the next attempt, so it first sends what the open item is due.
 */
async function superseded(ports: DeliverPorts, delivery: Delivery, standing: Notification): Promise<void> {
  const resent = delivery.receivedTimes > 1 && isOpen(standing);
  if (resent) await sendDue(ports, standing);
  const { transactionId, rev } = delivery.message;
  ports.reporter.report({ event: 'message_superseded', transactionId, rev, resent });
}

async function sendDue(ports: DeliverPorts, notification: Notification): Promise<void> {
  const dueMs =
    notification.nextAttemptAt === undefined ? ports.clock.now() : msOf(notification.nextAttemptAt);
  await ports.dispatcher.sendAt(messageFor(notification), dueMs);
}

async function blockNotification(
  ports: DeliverPorts,
  delivery: Delivery,
  { standing, reason }: { readonly standing: Notification; readonly reason: string },
): Promise<void> {
  const saved = await ports.notifications.save(block(standing), standing.rev);
  if (saved) return reportEnd(ports, { notification: block(standing), reason });
  const current = (await ports.notifications.read(delivery.message)) ?? standing;
  await superseded(ports, delivery, current);
}

async function attempt(
  ports: DeliverPorts,
  options: { readonly outcome: TerminalOutcome; readonly target: Target; readonly number: number },
): Promise<AttemptMade> {
  const { target } = options;
  const atMs = ports.clock.now();
  const exchange = await ports.sender.send(callbackRequest(ports, { ...options, atMs }));
  const outcome = classify(exchange, {
    attemptAtMs: atMs,
    expectBody: target.expectBody,
  });
  return {
    atMs,
    durationMs: exchange.durationMs,
    outcome,
    body: exchange.kind === 'response' ? exchange.body : '',
  };
}

function callbackRequest(
  ports: DeliverPorts,
  options: {
    readonly outcome: TerminalOutcome;
    readonly target: Target;
    readonly number: number;
    readonly atMs: number;
  },
): CallbackRequest {
  const { outcome, target, number, atMs } = options;
  const id = webhookIdOf(outcome);
  const body = callbackBody(outcome);
  const timestamp = Math.floor(atMs / SECOND_MS);
  const span = Buffer.from(ports.random.bytes(8)).toString('hex');
  return {
    url: target.url,
    timeoutMs: target.timeoutMs,
    body,
    headers: {
      'content-type': 'application/json',
      ...signedHeaders({ id, timestamp, body }, target.signingKeys),
      'tidings-attempt': String(number),
      // One trace for all attempts of an outcome: the id is the hash inside the webhook id.
      traceparent: `00-${id.slice('msg_'.length)}-${span}-01`,
      'user-agent': 'Tidings/1',
    },
  };
}

/** Writes attempt and state under the fence, then schedules what follows. */
async function keep(
  ports: DeliverPorts,
  delivery: Delivery,
  options: { readonly standing: Notification; readonly made: AttemptMade; readonly target: Target },
): Promise<void> {
  const { made, target } = options;
  let current = options.standing;
  for (let tries = 1; tries <= MAX_FENCE_TRIES; tries += 1) {
    const next = afterAttempt(current, made, {
      schedule: target.schedule,
      nowMs: ports.clock.now(),
      fraction: ports.random.fraction(),
    });
    if (await ports.notifications.save(next, current.rev)) {
      if (isOpen(next)) await sendDue(ports, next);
      reportAttempt(ports, delivery, { made, notification: next, kept: true });
      if (next.state === 'exhausted' || next.state === 'blocked') {
        reportEnd(ports, { notification: next, reason: reasonOf(made.outcome) });
      }
      return;
    }
    current = (await ports.notifications.read(delivery.message)) ?? current;
    // A 2xx stands whoever wrote meanwhile, unless it is settled for good already; nothing else does.
    const settled = current.state === 'delivered' || current.state === 'acknowledged';
    if (made.outcome.result !== 'delivered' || settled) {
      reportAttempt(ports, delivery, { made, notification: current, kept: false });
      return superseded(ports, delivery, current);
    }
  }
  throw new Fault({
    code: 'fence_contended',
    message: 'A delivery was overtaken again and again; its message comes back.',
    retryable: true,
  });
}

function reasonOf(outcome: AttemptResult): string {
  return 'code' in outcome ? outcome.code : outcome.result;
}

function reportAttempt(
  ports: DeliverPorts,
  { message, lane }: Delivery,
  options: { readonly made: AttemptMade; readonly notification: Notification; readonly kept: boolean },
): void {
  const { made, notification, kept } = options;
  const { merchantId, transactionId, version, endpointId } = message;
  ports.reporter.report({
    event: 'attempt',
    merchantId,
    transactionId,
    version,
    endpointId,
    number: notification.attempts.at(-1)?.number ?? 0,
    lane,
    result: made.outcome.result,
    ...('code' in made.outcome && { error: made.outcome.code }),
    ...('statusCode' in made.outcome &&
      made.outcome.statusCode !== undefined && { statusCode: made.outcome.statusCode }),
    durationMs: Math.round(made.durationMs),
    sinceListedMs: Math.round(made.atMs - msOf(notification.listedAt)),
    state: notification.state,
    ...(notification.nextAttemptAt !== undefined && { nextAttemptAt: notification.nextAttemptAt }),
    kept,
  });
}

function reportEnd(
  ports: DeliverPorts,
  { notification, reason }: { readonly notification: Notification; readonly reason: string },
): void {
  const { merchantId, transactionId, version, endpointId, state } = notification;
  if (state !== 'exhausted' && state !== 'blocked') return;
  ports.reporter.report({ event: state, merchantId, transactionId, version, endpointId, reason });
}
