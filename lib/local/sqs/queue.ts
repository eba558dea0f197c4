import { startTimer, type Timer } from '../timer.ts';
import { MessageLine, type StoredMessage } from './message-line.ts';
import type { QueueAttributes } from './message-table.ts';

/** A queue in memory: its messages in order, their receipts, and the waiting polls. */
export class Queue {
  readonly name: string;
  readonly createdAt: number;
  attributes: QueueAttributes;
  private readonly line = new MessageLine();
  /** All messages by id, visible or not. */
  private readonly messages = new Map<string, StoredMessage>();
  private readonly byReceipt = new Map<string, StoredMessage>();
  /** Each function ends one poll. */
  private readonly waiters = new Set<() => void>();
  private wakeTimer: Timer | undefined;
  private isStopped = false;

  constructor(name: string, attributes: QueueAttributes, createdAt: number) {
    this.name = name;
    this.attributes = attributes;
    this.createdAt = createdAt;
  }

  /** All messages, oldest first. */
  get all(): readonly StoredMessage[] {
    return [...this.messages.values()];
  }

  /** Number of waiting polls. */
  get waiting(): number {
    return this.waiters.size;
  }

  /** Returns the message whose latest receipt this is. */
  received(receipt: string): StoredMessage | undefined {
    return this.byReceipt.get(receipt);
  }

  add(message: StoredMessage, now: number): void {
    this.messages.set(message.messageId, message);
    this.line.add(message, now);
  }

  /** Re-queues a message by its new `visibleAt`. */
  moveInLine(message: StoredMessage, now: number): void {
    this.line.add(message, now);
  }

  /** Removes and returns the next message. The caller must then move or forget it. */
  take(now: number): StoredMessage | undefined {
    return this.line.take(now);
  }

  /** Gives a message a new receipt, which invalidates the previous one. */
  giveReceipt(message: StoredMessage, receipt: string): void {
    if (message.receipt !== undefined) this.byReceipt.delete(message.receipt);
    message.receipt = receipt;
    this.byReceipt.set(receipt, message);
  }

  forget(message: StoredMessage): void {
    message.place = 'gone';
    this.messages.delete(message.messageId);
    if (message.receipt !== undefined) this.byReceipt.delete(message.receipt);
  }

  /** Ends the waiting polls if a message is available. */
  wake(): void {
    if (this.waiters.size === 0 || !this.line.hasReady(Date.now())) this.scheduleWake();
    else this.endPolls();
  }

  /** Waits until a message may be available, the time is over, or the caller disconnects. */
  async wait(milliseconds: number, disconnected: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        disconnected.removeEventListener('abort', wake);
        this.waiters.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.max(milliseconds, 0));
      disconnected.addEventListener('abort', wake);
      this.waiters.add(wake);
      this.scheduleWake();
    });
  }

  /** Ends every poll and sets no more timers. */
  stop(): void {
    this.isStopped = true;
    this.wakeTimer?.stop();
    this.endPolls();
  }

  private endPolls(): void {
    for (const wake of this.waiters) wake();
  }

  /** While polls wait, sets a timer for the time at which the next hidden message becomes visible. */
  private scheduleWake(): void {
    this.wakeTimer?.stop();
    const at = this.line.nextVisibleAt();
    if (at === undefined || this.waiters.size === 0 || this.isStopped) return;
    this.wakeTimer = startTimer(at, () => this.wake());
  }
}
