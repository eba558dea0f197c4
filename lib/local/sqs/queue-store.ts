import { randomUUID } from 'node:crypto';
import type { SeededFaults } from '../seeded-faults.ts';
import type { State } from '../storage/state.ts';
import { inTransaction } from '../storage/state.ts';
import type { MessageAttribute, StoredMessage } from './message-line.ts';
import type { MessageTable, QueueAttributes } from './message-table.ts';
import { openMessageTable } from './message-table.ts';
import { Queue } from './queue.ts';
import { makeVisible, redrivePolicy } from './redrive-policy.ts';

const DEFAULT_QUEUE_ATTRIBUTES: QueueAttributes = {
  VisibilityTimeout: '30',
  MessageRetentionPeriod: '345600',
  DelaySeconds: '0',
  MaximumMessageSize: '1048576',
  ReceiveMessageWaitTimeSeconds: '0',
};

/** A message to be sent. */
export interface NewMessage {
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly groupId: string | undefined;
  readonly traceHeader: string | undefined;
  /** In seconds; default: the queue's. */
  readonly delaySeconds: number | undefined;
}

/** A receive request. */
export interface Poll {
  readonly count: number;
  /** In seconds; default: the queue's. */
  readonly visibilitySeconds: number | undefined;
  readonly waitSeconds: number;
  /** Aborted when the caller disconnects. */
  readonly disconnected: AbortSignal;
}

const atOnce = (change: () => void) => change();

/**
 * Queues in memory, written through to SQLite.
 *
 * Why not fauxqs:
 * - It drops the message group on a standard queue, so delivery cannot be fair.
 * - It hands a message to a long poll whose socket is dead.
 * - `ChangeMessageVisibility` to 0 loses the message when it persists (its column is NOT NULL).
 * - It has no retention and no upper bound of the delay.
 * - It listens on all interfaces.
 */
export class SqsStore {
  private readonly queues = new Map<string, Queue>();
  private readonly state: State;
  private readonly table: MessageTable;
  private isStopped = false;
  /** Changes the queues in memory when the rows of the change are stored. */
  private onceStored: (change: () => void) => void = atOnce;

  private readonly faults: SeededFaults;

  constructor(state: State, faults: SeededFaults = () => false) {
    this.state = state;
    this.faults = faults;
    this.table = openMessageTable(state);
    this.load();
  }

  names(): readonly string[] {
    return [...this.queues.keys()].sort();
  }

  has(name: string): boolean {
    return this.queues.has(name);
  }

  /** Creates a queue, or updates the attributes of an existing one; its messages are kept. */
  define(name: string, attributes: QueueAttributes): void {
    const existing = this.queues.get(name);
    const all = { ...DEFAULT_QUEUE_ATTRIBUTES, ...existing?.attributes, ...attributes };
    const createdAt = existing?.createdAt ?? Date.now();
    this.table.saveQueue({ name, attributes: all, createdAt });
    if (existing === undefined) this.queues.set(name, new Queue(name, all, createdAt));
    else existing.attributes = all;
  }

  attributes(name: string): QueueAttributes {
    return this.queue(name).attributes;
  }

  /**
   * Returns attributes and the approximate counts, which are exact here. Reads every message, so do not call it per
   * request.
   */
  describe(name: string): QueueAttributes {
    const queue = this.queue(name);
    const now = Date.now();
    let [ready, delayed, inFlight] = [0, 0, 0];
    for (const message of queue.all) {
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

  /**
   * Stores all messages that a request sends or deletes in one transaction, which costs little more than one write. The
   * queues in memory change once they are stored. A message in memory without a row would share its number with a later
   * message: after a rollback, SQLite gives the number again.
   */
  together<Result>(write: () => Result): Result {
    const changes: (() => void)[] = [];
    let result: Result;
    this.onceStored = (change) => changes.push(change);
    try {
      result = inTransaction(this.state.database, write);
    } finally {
      this.onceStored = atOnce;
    }
    for (const change of changes) change();
    return result;
  }

  /** Sends messages in one transaction: all are stored, or none. */
  send(name: string, messages: readonly NewMessage[]): readonly StoredMessage[] {
    const queue = this.queue(name);
    const now = Date.now();
    const stored = inTransaction(this.state.database, () =>
      messages.map((message) => this.insert(queue, message, now)),
    );
    this.onceStored(() => {
      for (const message of stored) queue.add(message, now);
      queue.wake();
    });
    return stored;
  }

  /**
   * Receives up to `count` messages, one per group in turn, and hides them for `visibilitySeconds` (default: the
   * queue's).
   */
  take(name: string, count: number, visibilitySeconds?: number): readonly StoredMessage[] {
    const queue = this.queue(name);
    const now = Date.now();
    const hiddenMs = 1000 * (visibilitySeconds ?? Number(queue.attributes.VisibilityTimeout));
    const outOfLine: StoredMessage[] = [];
    const takeNext = (): StoredMessage | undefined => {
      const message = queue.take(now);
      if (message !== undefined) outOfLine.push(message);
      return message;
    };
    try {
      return inTransaction(this.state.database, () => {
        const taken: StoredMessage[] = [];
        while (taken.length < count) {
          const message = takeNext();
          if (message === undefined) break;
          if (this.expire(queue, message, now) || this.redrive(queue, message, now)) continue;
          queue.giveReceipt(message, randomUUID());
          message.receiveCount += 1;
          message.firstReceivedAt ??= now;
          message.visibleAt = now + hiddenMs;
          this.table.update(queue.name, message);
          taken.push(message);
        }
        return taken;
      });
    } finally {
      // Also if nothing could be stored. Not earlier: with a visibility timeout of 0, one answer would have a message twice.
      for (const message of outOfLine) if (message.place !== 'gone') queue.moveInLine(message, now);
    }
  }

  /** Receives messages, and waits up to `waitSeconds` if there are none. Returns nothing if the caller disconnected. */
  async poll(name: string, { count, visibilitySeconds, waitSeconds, disconnected }: Poll) {
    const deadline = Date.now() + waitSeconds * 1000;
    for (;;) {
      if (disconnected.aborted) return [];
      const taken = this.take(name, count, visibilitySeconds);
      if (taken.length > 0 || Date.now() >= deadline || this.isStopped) return taken;
      await this.queue(name).wait(deadline - Date.now(), disconnected);
    }
  }

  /** Deletes by receipt. An outdated receipt deletes nothing and is no error, as in SQS. */
  delete(name: string, receipt: string): void {
    const queue = this.queue(name);
    const message = queue.received(receipt);
    if (message === undefined) return;
    if (this.faults('missedDelete')) this.changeVisibility(name, receipt, 0);
    else this.remove(queue, message);
  }

  /** Hides a received message for `seconds` from now. Returns `false` if it is not in flight. */
  changeVisibility(name: string, receipt: string, seconds: number): boolean {
    const queue = this.queue(name);
    const message = queue.received(receipt);
    const now = Date.now();
    if (message === undefined || message.visibleAt <= now) return false;
    message.visibleAt = now + seconds * 1000;
    this.table.update(queue.name, message);
    queue.moveInLine(message, now);
    queue.wake();
    return true;
  }

  purge(name: string): void {
    const queue = this.queue(name);
    for (const message of queue.all) this.remove(queue, message);
  }

  /** Returns all messages of a queue, oldest first, for inspection. */
  list(name: string): readonly Readonly<StoredMessage>[] {
    return this.queue(name).all;
  }

  /** Returns the number of polls waiting on a queue. */
  waiting(name: string): number {
    return this.queue(name).waiting;
  }

  /** Ends all long polls with an empty result; later polls do not wait. */
  stop(): void {
    this.isStopped = true;
    for (const queue of this.queues.values()) queue.stop();
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
      traceHeader: message.traceHeader,
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
    this.onceStored(() => queue.forget(message));
  }

  private expire(queue: Queue, message: StoredMessage, now: number): boolean {
    if (message.sentAt + 1000 * Number(queue.attributes.MessageRetentionPeriod) > now) return false;
    this.remove(queue, message);
    return true;
  }

  /**
   * Moves a message to the dead-letter queue after `maxReceiveCount` receives. It is one update, so no message is
   * lost.
   */
  private redrive(queue: Queue, message: StoredMessage, now: number): boolean {
    const policy = redrivePolicy(queue.attributes);
    if (policy === undefined || message.receiveCount < policy.maxReceiveCount) return false;
    const deadLetters = this.queues.get(policy.queueName);
    if (deadLetters === undefined) return false;
    const moved: StoredMessage = { ...message, receipt: undefined, visibleAt: now, place: 'ready' };
    this.table.update(deadLetters.name, moved);
    queue.forget(message);
    deadLetters.add(moved, now);
    deadLetters.wake();
    return true;
  }

  private load(): void {
    for (const { name, attributes, createdAt } of this.table.queues()) {
      this.queues.set(name, new Queue(name, attributes, createdAt));
    }
    const now = Date.now();
    for (const [queueName, message] of this.table.messages()) {
      const queue = this.queues.get(queueName);
      if (queue === undefined) continue;
      if (message.receipt !== undefined) makeVisible(queue.attributes, message);
      queue.add(message, now);
    }
  }
}
