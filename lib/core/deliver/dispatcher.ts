import type { Lane } from '../events.ts';
import type { CheckMessage } from '../record/pending-check.ts';
import type { NotificationMessage } from './state/notification.ts';

/** A message and its due time. */
export interface Due<Message = NotificationMessage | CheckMessage> {
  readonly message: Message;
  readonly atMs: number;
}

/** Sends messages to `deliver` and `check`. Each sending call returns only once the queue has accepted every message. */
export interface Dispatcher {
  /** Sends messages that are due now. */
  sendNow<L extends Lane>(lane: L, messages: readonly LaneMessage<L>[]): Promise<void>;
  /** Sends a message that is due at `atMs` or soon after, to the retry or the check lane. Repeating the call is harmless. */
  sendAt(message: NotificationMessage | CheckMessage, atMs: number): Promise<void>;
  /** `sendAt` for many messages, in as few requests as possible. */
  sendAllAt(due: readonly Due[]): Promise<void>;
  /** Approximate number of messages that wait in a lane. */
  backlog(lane: Lane): Promise<number>;
}

/** The message type of a lane. */
type LaneMessage<L extends Lane> = L extends 'check' ? CheckMessage : NotificationMessage;
