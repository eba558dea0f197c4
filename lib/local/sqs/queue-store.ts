import { randomUUID } from 'node:crypto';
import type { State } from '../state.ts';
import { inTransaction } from '../state.ts';
import type { MessageTable, QueueAttributes } from './message-table.ts';
import { openMessageTable } from './message-table.ts';
import type { MessageAttribute, StoredMessage } from './queue.ts';
import { MessageLine } from './queue.ts';

const DEFAULT_QUEUE_ATTRIBUTES: QueueAttributes = {
  VisibilityTimeout: '30',
  MessageRetentionPeriod: '345600',
  DelaySeconds: '0',
  MaximumMessageSize: '1048576',
  ReceiveMessageWaitTimeSeconds: '0',
};

export interface NewMessage {
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly groupId: string | undefined;
  /** Seconds; default: the queue's. */
  readonly delaySeconds: number | undefined;
}

interface Queue {
  readonly name: string;
  readonly createdAt: number;
  attributes: QueueAttributes;
  readonly line: MessageLine;
  /** Messages by id, whether visible or not. */
  readonly messages: Map<string, StoredMessage>;
  readonly byReceipt: Map<string, StoredMessage>;
  readonly waiters: Set<Waiter>;
  wakeTimer: NodeJS.Timeout | undefined;
}

interface Waiter {
  wake(): void;
}

/**
 * Queues in memory, written through to SQLite.
 *
 * Why not fauxqs: it drops the group of a message on a standard queue, so nothing can be fair; it hands a
 * message to a long poll whose socket is dead; `ChangeMessageVisibility` to 0 loses the message when it persists
 * (its column is NOT NULL); it knows no retention and no upper bound of the delay; and it listens on all interfaces.
 */
export class SqsStore {
  private readonly queues = new Map<string, Queue>();
  private readonly state: State;
  private readonly table: MessageTable;
  private stopped = false;

  constructor(state: State) {
    this.state = state;
    this.table = openMessageTable(state);
    this.load();
  }

  names(): readonly string[] {
    return [...this.queues.keys()].sort();
  }

  has(name: string): boolean {
    return this.queues.has(name);
  }

  /** Makes a queue, or gives an existing one new attributes; its messages stay. */
  define(name: string, attributes: QueueAttributes): void {
    const existing = this.queues.get(name);
    const all = { ...DEFAULT_QUEUE_ATTRIBUTES, ...existing?.attributes, ...attributes };
    const createdAt = existing?.createdAt ?? Date.now();
    this.table.saveQueue({ name, attributes: all, createdAt });
    if (existing === undefined) this.queues.set(name, newQueue(name, all, createdAt));
    else existing.attributes = all;
  }

  attributes(name: string): QueueAttributes {
    return this.queue(name).attributes;
  }

  /** Attributes and approximate counts, which here are exact. Reads every message: not for each request. */
  describe(name: string): QueueAttributes {
    const queue = this.queue(name);
    const now = Date.now();
    let [ready, delayed, inFlight] = [0, 0, 0];
    for (const message of queue.messages.values()) {
      if (message.visibleAt <= now) ready += 1;
      else if (message.receipt === undefined) delayed += 1;
      else inFlight += 1;
    }
    return {
      ...queue.attributes,
      ApproximateNumberOfMessages: String(ready),
      ApproximateNumberOfMessagesDelayed: String(delayed),
      ApproximateNumberOfMessagesNotVisible: String(inFlight),
      CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    };
  }

  /** Sends messages as one write: all are kept, or none. */
  send(name: string, messages: readonly NewMessage[]): readonly StoredMessage[] {
    const queue = this.queue(name);
    const now = Date.now();
    const stored = inTransaction(this.state.database, () =>
      messages.map((message) => this.insert(queue, message, now)),
    );
    for (const message of stored) {
      queue.messages.set(message.messageId, message);
      queue.line.add(message, now);
    }
    this.wake(queue);
    return stored;
  }

  /** Up to `count` messages, one of each group in turn, hidden for `visibilitySeconds` (default: the queue's). */
  take(name: string, count: number, visibilitySeconds?: number): readonly StoredMessage[] {
    const queue = this.queue(name);
    const now = Date.now();
    const hiddenMs = 1000 * (visibilitySeconds ?? Number(queue.attributes.VisibilityTimeout));
    return inTransaction(this.state.database, () => {
      const taken: StoredMessage[] = [];
      while (taken.length < count) {
        const message = queue.line.take(now);
        if (message === undefined) break;
        if (this.expire(queue, message, now) || this.redrive(queue, message, now)) continue;
        if (message.receipt !== undefined) queue.byReceipt.delete(message.receipt);
        message.receipt = randomUUID();
        message.receiveCount += 1;
        message.firstReceivedAt ??= now;
        message.visibleAt = now + hiddenMs;
        queue.byReceipt.set(message.receipt, message);
        this.table.update(queue.name, message);
        taken.push(message);
      }
      // Back into the line only now: hidden for no time at all, a message would be taken twice in one answer.
      for (const message of taken) queue.line.add(message, now);
      return taken;
    });
  }

  /** Takes, and waits up to `waitSeconds` when there is nothing. Whoever hung up takes nothing. */
  async poll(
    name: string,
    options: { count: number; visibilitySeconds: number | undefined; waitSeconds: number; gone: AbortSignal },
  ): Promise<readonly StoredMessage[]> {
    const deadline = Date.now() + options.waitSeconds * 1000;
    for (;;) {
      if (options.gone.aborted) return [];
      const taken = this.take(name, options.count, options.visibilitySeconds);
      if (taken.length > 0 || Date.now() >= deadline || this.stopped) return taken;
      await this.wait(this.queue(name), deadline - Date.now(), options.gone);
    }
  }

  /** Deletes by receipt. An outdated receipt deletes nothing, and that is no error, as in SQS. */
  delete(name: string, receipt: string): void {
    const queue = this.queue(name);
    const message = queue.byReceipt.get(receipt);
    if (message !== undefined) this.remove(queue, message);
  }

  /** Hides a received message for `seconds` from now; false when it is not in flight. */
  changeVisibility(name: string, receipt: string, seconds: number): boolean {
    const queue = this.queue(name);
    const message = queue.byReceipt.get(receipt);
    const now = Date.now();
    if (message === undefined || message.visibleAt <= now) return false;
    message.visibleAt = now + seconds * 1000;
    this.table.update(queue.name, message);
    queue.line.add(message, now);
    this.wake(queue);
    return true;
  }

  purge(name: string): void {
    const queue = this.queue(name);
    for (const message of [...queue.messages.values()]) this.remove(queue, message);
  }

  /** All messages of a queue, oldest first, for inspection. */
  list(name: string): readonly Readonly<StoredMessage>[] {
    return [...this.queue(name).messages.values()];
  }

  /** Polls that wait on a queue now. */
  waiting(name: string): number {
    return this.queue(name).waiters.size;
  }

  /** Ends all long polls with nothing; later ones do not wait. */
  stop(): void {
    this.stopped = true;
    for (const queue of this.queues.values()) {
      clearTimeout(queue.wakeTimer);
      for (const waiter of queue.waiters) waiter.wake();
    }
  }

  private queue(name: string): Queue {
    const queue = this.queues.get(name);
    if (queue === undefined) throw new Error(`There is no queue ${name}.`);
    return queue;
  }

  private insert(queue: Queue, message: NewMessage, now: number): StoredMessage {
    return this.table.insert(queue.name, {
      messageId: randomUUID(),
      body: message.body,
      attributes: message.attributes,
      groupId: message.groupId,
      sentAt: now,
      visibleAt: now + 1000 * (message.delaySeconds ?? Number(queue.attributes.DelaySeconds)),
      receiveCount: 0,
      firstReceivedAt: undefined,
      receipt: undefined,
      place: 'ready',
    });
  }

  private remove(queue: Queue, message: StoredMessage): void {
    this.table.delete(message);
    this.forget(queue, message);
  }

  private forget(queue: Queue, message: StoredMessage): void {
    message.place = 'gone';
    queue.messages.delete(message.messageId);
    if (message.receipt !== undefined) queue.byReceipt.delete(message.receipt);
  }

  private expire(queue: Queue, message: StoredMessage, now: number): boolean {
    if (message.sentAt + 1000 * Number(queue.attributes.MessageRetentionPeriod) > now) return false;
    this.remove(queue, message);
    return true;
  }

  /** Moves a message that was received often enough to the dead-letter queue: one update, so none is lost. */
  private redrive(queue: Queue, message: StoredMessage, now: number): boolean {
    const policy = redrivePolicy(queue.attributes);
    if (policy === undefined || message.receiveCount < policy.maxReceiveCount) return false;
    const deadLetters = this.queues.get(policy.queueName);
    if (deadLetters === undefined) return false;
    this.forget(queue, message);
    const moved: StoredMessage = { ...message, receipt: undefined, visibleAt: now, place: 'ready' };
    this.table.update(deadLetters.name, moved);
    deadLetters.messages.set(moved.messageId, moved);
    deadLetters.line.add(moved, now);
    this.wake(deadLetters);
    return true;
  }

  private wake(queue: Queue): void {
    if (queue.waiters.size === 0 || !queue.line.hasReady(Date.now())) {
      this.scheduleWake(queue);
      return;
    }
    for (const waiter of queue.waiters) waiter.wake();
  }

  /** While somebody waits, a timer is set for the moment at which the next hidden message appears. */
  private scheduleWake(queue: Queue): void {
    clearTimeout(queue.wakeTimer);
    const at = queue.line.nextVisibleAt();
    if (at === undefined || queue.waiters.size === 0 || this.stopped) return;
    queue.wakeTimer = setTimeout(
      () => this.wake(queue),
      Math.min(Math.max(at - Date.now(), 0), MAX_TIMER_MS),
    );
  }

  private async wait(queue: Queue, milliseconds: number, gone: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        gone.removeEventListener('abort', wake);
        queue.waiters.delete(waiter);
        resolve();
      };
      const waiter: Waiter = { wake };
      const timer = setTimeout(wake, Math.max(milliseconds, 0));
      gone.addEventListener('abort', wake);
      queue.waiters.add(waiter);
      this.scheduleWake(queue);
    });
  }

  private load(): void {
    for (const { name, attributes, createdAt } of this.table.queues()) {
      this.queues.set(name, newQueue(name, attributes, createdAt));
    }
    const now = Date.now();
    for (const [queueName, message] of this.table.messages()) {
      const queue = this.queues.get(queueName);
      if (queue === undefined) continue;
      queue.messages.set(message.messageId, message);
      if (message.receipt !== undefined) giveBack(queue, message);
      queue.line.add(message, now);
    }
  }
}

/** Timers cannot be set for longer than 2^31 ms; an early one sets itself again. */
const MAX_TIMER_MS = 60_000;

function newQueue(name: string, attributes: QueueAttributes, createdAt: number): Queue {
  return {
    name,
    createdAt,
    attributes,
    line: new MessageLine(),
    messages: new Map(),
    byReceipt: new Map(),
    waiters: new Set(),
    wakeTimer: undefined,
  };
}

/**
 * Whoever had received it died with the process that was here before: its receipt is good for nothing, and to wait
 * for its visibility would only be waiting. That this machine was stopped is not the message's fault either, so it
 * always has one more try before it is a dead letter.
 */
function giveBack(queue: Queue, message: StoredMessage): void {
  const policy = redrivePolicy(queue.attributes);
  message.receipt = undefined;
  message.visibleAt = 0;
  if (policy !== undefined) {
    message.receiveCount = Math.min(message.receiveCount, Math.max(policy.maxReceiveCount - 1, 1));
  }
}

function redrivePolicy(
  attributes: QueueAttributes,
): { queueName: string; maxReceiveCount: number } | undefined {
  if (attributes.RedrivePolicy === undefined || attributes.RedrivePolicy === '') return undefined;
  const policy = JSON.parse(attributes.RedrivePolicy) as {
    deadLetterTargetArn: string;
    maxReceiveCount: number;
  };
  const queueName = policy.deadLetterTargetArn.slice(policy.deadLetterTargetArn.lastIndexOf(':') + 1);
  return { queueName, maxReceiveCount: Number(policy.maxReceiveCount) };
}
