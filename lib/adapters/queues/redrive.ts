import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { type CheckMessage, checkMessageSchema } from '../../core/check-back/check-state.ts';
import {
  type NotificationMessage,
  notificationMessageSchema,
} from '../../core/deliver/state/notification.ts';
import { calling } from '../aws-faults.ts';

export interface RedriveCounts {
  readonly redriven: number;
  /** Messages that are none: they stay, each shown with its reason. */
  readonly left: number;
  /** False where there may be more: looking took so long that some were handed out again. */
  readonly isWhole: boolean;
}

/** Of notifications, and of checks. */
interface QueueUrls {
  readonly retry: string;
  readonly check: string;
}

type Redriven = NotificationMessage | CheckMessage;

/**
 * For how long a message is hidden from others. Also from ourselves: what stays visible is handed out again and again,
 * and hides what lies behind it. What was not put back is shown again at the end.
 */
const HIDDEN_SECONDS = 60;
const BATCH = 10;
/** Answers without a message after which the queue counts as empty: SQS asks a part of its servers at a time. */
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
  /** Only looks. */
  readonly isDry: boolean;
  /** 60 unless said otherwise. */
  readonly hiddenSeconds?: number;
  readonly onMessage: (seen: SeenLetter) => void;
}

/**
 * Puts dead letters back into the lane that they came from, or the one of what waits, each sent before it is deleted:
 * dying in between leaves it in both queues, and the fence lets one act. What is no message of ours stays where it is.
 *
 * @param onMessage told of each message; `message` is undefined where it cannot be put back
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

/** Whoever dies before leaves them hidden for a minute, and nothing is lost by it. */
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
    await calling('Showing dead letters again', () =>
      sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: deadLetterUrl, Entries })),
    );
  }
}

async function receive({ sqs, deadLetterUrl, hiddenSeconds = HIDDEN_SECONDS }: RedriveOptions) {
  const { Messages } = await calling('Looking for dead letters', () =>
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

/** The message itself, or what Scheduler was to send: its dead letters hold the whole request. */
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
