import { MessageLine, type StoredMessage } from './message-line.ts';
import type { QueueAttributes } from './message-table.ts';

/** Timers cannot be set for longer than 2^31 ms; an early one sets itself again. */
const MAX_TIMER_MS = 60_000;

/** A queue in memory: its messages in their order, their receipts, and the polls that wait for them. */
export class Queue {
  readonly name: string;
  readonly createdAt: number;
  attributes: QueueAttributes;
  private readonly line = new MessageLine();
  /** Messages by id, whether visible or not. */
  private readonly messages = new Map<string, StoredMessage>();
  private readonly byReceipt = new Map<string, StoredMessage>();
  /** Each ends one poll. */
  private readonly waiters = new Set<() => void>();
  private wakeTimer: NodeJS.Timeout | undefined;
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

  /** Polls that wait now. */
  get waiting(): number {
    return this.waiters.size;
  }

  /** The message that was received with this receipt last. */
  received(receipt: string): StoredMessage | undefined {
    return this.byReceipt.get(receipt);
  }

  add(message: StoredMessage, now: number): void {
    this.messages.set(message.messageId, message);
    this.line.add(message, now);
  }

  /** Puts a message that stands already where its new `visibleAt` says. */
  moveInLine(message: StoredMessage, now: number): void {
    this.line.add(message, now);
  }

  /** The next message in turn, which is in no place until it is moved or forgotten. */
  take(now: number): StoredMessage | undefined {
    return this.line.take(now);
  }

  /** Gives a message a new receipt; the one before is good for nothing. */
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

  /** Ends the polls that wait, where there is something for them. */
  wake(): void {
    if (this.waiters.size === 0 || !this.line.hasReady(Date.now())) this.scheduleWake();
    else this.endPolls();
  }

  /** Waits until there may be a message, the time is over, or the asker is gone. */
  async wait(milliseconds: number, gone: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        gone.removeEventListener('abort', wake);
        this.waiters.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.max(milliseconds, 0));
      gone.addEventListener('abort', wake);
      this.waiters.add(wake);
      this.scheduleWake();
    });
  }

  /** Ends every poll, and sets no more timers. */
  stop(): void {
    this.isStopped = true;
    clearTimeout(this.wakeTimer);
    this.endPolls();
  }

  private endPolls(): void {
    for (const wake of this.waiters) wake();
  }

  /** While somebody waits, a timer is set for the moment at which the next hidden message appears. */
  private scheduleWake(): void {
    clearTimeout(this.wakeTimer);
    const at = this.line.nextVisibleAt();
    if (at === undefined || this.waiters.size === 0 || this.isStopped) return;
    this.wakeTimer = setTimeout(() => this.wake(), Math.min(Math.max(at - Date.now(), 0), MAX_TIMER_MS));
  }
}
