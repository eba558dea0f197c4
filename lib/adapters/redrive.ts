import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { type CheckMessage, checkMessageSchema } from '../core/check.ts';
import { type NotificationMessage, notificationMessageSchema } from '../core/notification.ts';
import { calling } from './aws-faults.ts';

export interface RedriveCounts {
  readonly redriven: number;
  /** Messages that are none: they stay, each shown with its reason. */
  readonly left: number;
}

/** Of notifications, and of checks. */
interface QueueUrls {
  readonly retry: string;
  readonly check: string;
}

type Redriven = NotificationMessage | CheckMessage;

/** For how long a message is hidden from others while it is put back; only looking hides nothing. */
const HIDDEN_SECONDS = 60;
/** Answers without a message after which the queue counts as empty: SQS asks a part of its servers at a time. */
const EMPTY_ANSWERS = 3;

/**
 * Puts dead letters back into the lane that they came from, or the one of what waits, each sent before it is deleted: dying in between leaves it in both
 * queues, and the fence lets one act. What is no notification message stays where it is.
 *
 * @param onMessage told of each message; `message` is undefined where it cannot be put back
 */
export async function redrive(options: {
  readonly sqs: SQSClient;
  readonly deadLetterUrl: string;
  /** Of notifications, and of checks. */
  readonly queueUrls: QueueUrls;
  /** Only looks. */
  readonly isDry: boolean;
  readonly onMessage: (seen: {
    readonly message: Redriven | undefined;
    readonly body: string;
    readonly reason: string;
  }) => void;
}): Promise<RedriveCounts> {
  const { isDry, onMessage } = options;
  const seen = new Set<string>();
  let redriven = 0;
  let left = 0;
  for (let empty = 0; empty < EMPTY_ANSWERS; ) {
    const fresh = (await receive(options)).filter(({ MessageId = '' }) => !seen.has(MessageId));
    empty = fresh.length === 0 ? empty + 1 : 0;
    for (const letter of fresh) {
      seen.add(letter.MessageId ?? '');
      const message = messageIn(letter.Body ?? '');
      const reason = letter.MessageAttributes?.reason?.StringValue ?? 'received too often';
      onMessage({ message, body: letter.Body ?? '', reason });
      if (message === undefined) left += 1;
      else redriven += 1;
      if (message !== undefined && !isDry) await putBack(options, letter, message);
    }
  }
  return { redriven, left };
}

async function receive(options: {
  readonly sqs: SQSClient;
  readonly deadLetterUrl: string;
  readonly isDry: boolean;
}) {
  const { sqs, deadLetterUrl, isDry } = options;
  const { Messages } = await calling('Looking for dead letters', () =>
    sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: deadLetterUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: isDry ? 0 : HIDDEN_SECONDS,
        WaitTimeSeconds: 1,
        MessageAttributeNames: ['All'],
      }),
    ),
  );
  return Messages ?? [];
}

async function putBack(
  options: { readonly sqs: SQSClient; readonly deadLetterUrl: string; readonly queueUrls: QueueUrls },
  letter: Message,
  message: Redriven,
): Promise<void> {
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
