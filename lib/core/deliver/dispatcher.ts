import type { CheckMessage } from '../check-back/check-state.ts';
import type { Lane } from '../events.ts';
import type { NotificationMessage } from './state/notification.ts';

/** A message, and when it is to be attempted. */
export interface Due<Message = NotificationMessage | CheckMessage> {
  readonly message: Message;
  readonly atMs: number;
}

/** Messages on their way to deliver and check. Each call returns only when every message is safely handed over. */
export interface Dispatcher {
  /** To be attempted now. */
  sendNow<L extends Lane>(lane: L, messages: readonly LaneMessage<L>[]): Promise<void>;
  /** To be attempted at `atMs` or soon after, by the retry or the check lane. Repeating the call is harmless. */
  sendAt(message: NotificationMessage | CheckMessage, atMs: number): Promise<void>;
  /** The same for many at once, in as few requests as it takes. */
  sendAllAt(due: readonly Due[]): Promise<void>;
  /** Messages waiting to be received in a lane, about. */
  backlog(lane: Lane): Promise<number>;
}

/** What a lane carries. */
type LaneMessage<L extends Lane> = L extends 'check' ? CheckMessage : NotificationMessage;
