import type { DeadLetterQueueName } from '../../../protocol/contract-words.ts';
import { jsonTextOf } from '../../../protocol/json/json-values.ts';
import { type CheckMessage, checkMessageSchema } from '../../record/pending-check.ts';
import { type NotificationMessage, notificationMessageSchema } from '../state/notification.ts';

export interface DeadLetter {
  readonly messageId: string;
  /** When it was sent; absent if the queue does not say. */
  readonly sentAt?: string;
  readonly reason: string;
  readonly body: string;
  /** The message that it holds, if it is of the lanes and can be read. */
  readonly message?: LaneMessage;
  /** Whether putting it back makes sense. */
  readonly canGoBack: boolean;
}

type LaneMessage = NotificationMessage | CheckMessage;

export interface RedriveRequest {
  /** Maximum number of letters to put back. */
  readonly limit: number;
  /** Letters that were sent later stay: one that comes back at once is not put back again and again. */
  readonly beforeMs: number;
  /** Starts no further read after it. */
  readonly deadlineMs: number;
}

export interface RedriveCounts {
  readonly redriven: number;
  /** Letters that were seen and stay. */
  readonly left: number;
  /** Whether the queue has no more that could be put back. False: ask again. */
  readonly isDone: boolean;
}

interface LookedAt {
  readonly letters: readonly DeadLetter[];
  /** False if it took so long that some became visible again: then it did not see them all. */
  readonly isWhole: boolean;
}

export interface DeadLetterQueue {
  /** About how many there are. The queue may be a minute behind. */
  count(): Promise<number>;
  /** At most `limit` letters. They stay, and are hidden from other readers while it looks. */
  look(limit: number): Promise<LookedAt>;
  /**
   * Puts letters back. Each is sent before it is deleted: a process that dies in between leaves it in both queues, and the
   * fence, or recording, lets one act.
   */
  redrive(request: RedriveRequest): Promise<RedriveCounts>;
}

/** The reason of a letter that the queue itself set aside. */
const RECEIVED_TOO_OFTEN = 'received too often';

/** A message as a queue holds it. */
export interface RawLetter {
  readonly messageId: string;
  readonly body: string;
  readonly sentAt?: string;
  /** The reason that was stored with it. */
  readonly reason?: string;
}

/** Reads a letter. An outcome that was refused with a reason is refused again, so it cannot go back as it is. */
export function readLetter(queue: DeadLetterQueueName, raw: RawLetter): DeadLetter {
  const { reason = RECEIVED_TOO_OFTEN, ...rest } = raw;
  if (queue === 'intake') return { ...rest, reason, canGoBack: raw.reason === undefined };
  const message = messageIn(raw.body);
  return { ...rest, reason, canGoBack: message !== undefined, ...(message !== undefined && { message }) };
}

/** The message itself, or the one that Scheduler should have sent: its dead letters hold the whole request. */
function messageIn(body: string): LaneMessage | undefined {
  const outer = parse(body);
  return (
    readMessage(outer) ??
    readMessage(parse((outer as { readonly MessageBody?: unknown } | null)?.MessageBody))
  );
}

function readMessage(value: unknown): LaneMessage | undefined {
  return notificationMessageSchema().safeParse(value).data ?? checkMessageSchema().safeParse(value).data;
}

function parse(text: unknown): unknown {
  return typeof text === 'string' ? jsonTextOf(text) : undefined;
}
