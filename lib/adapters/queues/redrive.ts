import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';
import {
  type NotificationMessage,
  notificationMessageSchema,
} from '../../core/deliver/state/notification.ts';
import { type CheckMessage, checkMessageSchema } from '../../core/record/pending-check.ts';
import { calling } from '../aws-faults.ts';

export interface RedriveCounts {
  readonly redriven: number;
  /** Messages that cannot be parsed. They stay in the queue; each is reported with its reason. */
  readonly left: number;
  /** False if there may be more messages: the run took so long that some became visible again. */
  readonly isWhole: boolean;
}

/** Of notifications, and of checks. */
interface QueueUrls {
  readonly retry: string;
  readonly check: string;
}

type Redriven = NotificationMessage | CheckMessage;

/**
 * The visibility timeout of received messages. It also hides them from this run: a visible message would be received again
 * and again, and keep later ones from being seen. Messages that were not put back become visible again at the end.
 */
const HIDDEN_SECONDS = 60;
const BATCH = 10;
/** Empty responses after which the queue counts as empty. SQS samples only some of its servers per request. */
const EMPTY_ANSWERS = 3;

interface SeenLetter {
  readonly message: Redriven | undefined;
  readonly body: string;
  readonly reason: string;
}

interface RedriveOptions {
  readonly sqs: SQSClient;
  readonly deadLetterUrl: string;
  /** Of notifications, and of checks. */
  readonly queueUrls: QueueUrls;
  /** Only reports what it would do. */
  readonly isDry: boolean;
  /** Default: 60. */
  readonly hiddenSeconds?: number;
  readonly onMessage: (seen: SeenLetter) => void;
}

/**
 * Puts dead letters back: by kind, into the lane that they came from or the lane of messages that wait. Each is sent before
 * it is deleted: a process that dies in between leaves it in both queues, and the fence lets one act. Unknown ones stay.
 *
 * @param onMessage called for each message; `message` is undefined if it cannot be put back
 */
export async function redrive(options: RedriveOptions): Promise<RedriveCounts> {
  const { isDry, onMessage } = options;
  const seen = new Set<string>();
  const kept: Message[] = [];
  let redriven = 0;
  let left = 0;
  let isWhole = true;
  for (let empty = 0; empty < EMPTY_ANSWERS; ) {
    const letters = await receive(options);
    const fresh = letters.filter(({ MessageId = '' }) => !seen.has(MessageId));
    if (fresh.length < letters.length) isWhole = false;
    empty = fresh.length === 0 ? empty + 1 : 0;
    for (const letter of fresh) {
      seen.add(letter.MessageId ?? '');
      const message = messageIn(letter.Body ?? '');
      const reason = letter.MessageAttributes?.reason?.StringValue ?? 'received too often';
      onMessage({ message, body: letter.Body ?? '', reason });
      if (message === undefined) left += 1;
      else redriven += 1;
      if (message !== undefined && !isDry) await putBack(options, letter, message);
      else kept.push(letter);
    }
  }
  await showAgain(options, kept);
  return { redriven, left, isWhole };
}

/** Makes messages visible again. If the process dies before, they stay hidden for a minute and nothing is lost. */
async function showAgain(
  { sqs, deadLetterUrl }: { readonly sqs: SQSClient; readonly deadLetterUrl: string },
  letters: readonly Message[],
): Promise<void> {
  for (let start = 0; start < letters.length; start += BATCH) {
    const Entries = letters.slice(start, start + BATCH).map(({ ReceiptHandle }, index) => ({
      Id: String(index),
      ReceiptHandle,
      VisibilityTimeout: 0,
    }));
    await calling('Releasing dead letters', () =>
      sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: deadLetterUrl, Entries })),
    );
  }
}

async function receive({ sqs, deadLetterUrl, hiddenSeconds = HIDDEN_SECONDS }: RedriveOptions) {
  const { Messages } = await calling('Receiving dead letters', () =>
    sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: deadLetterUrl,
        MaxNumberOfMessages: BATCH,
        VisibilityTimeout: hiddenSeconds,
        WaitTimeSeconds: 1,
        MessageAttributeNames: ['All'],
      }),
    ),
  );
  return Messages ?? [];
}

async function putBack(options: RedriveOptions, letter: Message, message: Redriven): Promise<void> {
  await calling('Putting a dead letter back', () =>
    options.sqs.send(
      new SendMessageCommand({
        QueueUrl: 'endpointId' in message ? options.queueUrls.retry : options.queueUrls.check,
        MessageBody: JSON.stringify(message),
        MessageGroupId: message.merchantId,
      }),
    ),
  );
  await calling('Deleting a dead letter', () =>
    options.sqs.send(
      new DeleteMessageCommand({ QueueUrl: options.deadLetterUrl, ReceiptHandle: letter.ReceiptHandle }),
    ),
  );
}

const messageSchema = z.union([notificationMessageSchema, checkMessageSchema]);

/** The message itself, or the one that Scheduler should have sent: its dead letters hold the whole request. */
function messageIn(body: string): Redriven | undefined {
  const direct = messageSchema.safeParse(parse(body));
  if (direct.success) return direct.data;
  const { MessageBody } = (parse(body) ?? {}) as { readonly MessageBody?: unknown };
  const wrapped = messageSchema.safeParse(parse(MessageBody));
  return wrapped.success ? wrapped.data : undefined;
}

function parse(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
