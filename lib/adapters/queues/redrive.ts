import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import {
  type DeadLetter,
  type DeadLetterQueue,
  type RawLetter,
  type RedriveCounts,
  type RedriveRequest,
  readLetter,
} from '../../core/deliver/aside/dead-letters.ts';
import { isoTime, msOf } from '../../core/time.ts';
import { calling } from '../aws-faults.ts';

/**
 * The visibility timeout of received messages. It also hides them from this run: a visible message would be received again
 * and again, and keep later ones from being seen. Messages that were not put back become visible again at the end.
 */
const HIDDEN_SECONDS = 60;
const BATCH = 10;
/** Empty responses after which the queue counts as empty. */
const EMPTY_ANSWERS = 3;

interface DeadLetterQueueOptions {
  readonly sqs: SQSClient;
  readonly deadLetterUrl: string;
  /** Where letters go back to: the lanes of messages that wait, by kind, or the intake. */
  readonly back: LaneUrls | IntakeUrl;
  readonly now: () => number;
  /** Default: 60. */
  readonly hiddenSeconds?: number;
  /** Called for each letter that is seen, with whether it goes back or could. */
  readonly onLetter?: (letter: DeadLetter, goesBack: boolean) => void;
}

interface LaneUrls {
  readonly queue: 'lanes';
  readonly retry: string;
  readonly check: string;
}

interface IntakeUrl {
  readonly queue: 'intake';
  readonly intake: string;
}

/** A letter in the hands of this run. */
interface HeldLetter {
  readonly letter: DeadLetter;
  readonly receipt: string | undefined;
}

/** A dead-letter queue in SQS. */
export function createDeadLetterQueue(options: DeadLetterQueueOptions): DeadLetterQueue {
  const { sqs, deadLetterUrl: QueueUrl } = options;
  return {
    async count() {
      const attributes = await calling('Measuring a dead-letter queue', () =>
        sqs.send(
          new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
        ),
      );
      return Number(attributes.Attributes?.ApproximateNumberOfMessages ?? 0);
    },

    async look(limit) {
      const held: HeldLetter[] = [];
      const run = { wanted: limit, deadlineMs: Number.POSITIVE_INFINITY };
      const end = await eachLetter(options, run, async (one) => {
        held.push(one);
        options.onLetter?.(one.letter, one.letter.canGoBack);
        return limit - held.length;
      });
      await showAgain(options, held);
      return { letters: held.map(({ letter }) => letter), isWhole: end !== 'repeated' };
    },

    async redrive(request) {
      return redrive(options, request);
    },
  };
}

async function redrive(options: DeadLetterQueueOptions, request: RedriveRequest): Promise<RedriveCounts> {
  const { limit, beforeMs, deadlineMs } = request;
  const kept: HeldLetter[] = [];
  let redriven = 0;
  const end = await eachLetter(options, { wanted: limit, deadlineMs }, async (one) => {
    const { letter } = one;
    const isLate = letter.sentAt !== undefined && msOf(letter.sentAt) > beforeMs;
    const goesBack = letter.canGoBack && !isLate;
    options.onLetter?.(letter, goesBack);
    if (goesBack) {
      await putBack(options, one);
      redriven += 1;
    } else {
      kept.push(one);
    }
    return limit - redriven;
  });
  // Where there may be more, they stay hidden for a minute, so that the next run goes past them.
  if (end !== 'more') await showAgain(options, kept);
  return { redriven, left: kept.length, isDone: end === 'empty' };
}

interface Run {
  /** Letters that are wanted in all. */
  readonly wanted: number;
  readonly deadlineMs: number;
}

/**
 * Receives letters until the queue is empty, nothing more is wanted, or the deadline has come. Each letter is seen once,
 * also if the run takes so long that it becomes visible again.
 *
 * @param work returns how many more are wanted
 * @returns `more`: it ended before the queue was empty. `repeated`: letters became visible again, so there may be more
 */
async function eachLetter(
  options: DeadLetterQueueOptions,
  { wanted, deadlineMs }: Run,
  work: (held: HeldLetter) => Promise<number>,
): Promise<'empty' | 'repeated' | 'more'> {
  const seen = new Set<string>();
  let isRepeated = false;
  let missing = wanted;
  for (let empty = 0; empty < EMPTY_ANSWERS; ) {
    if (missing === 0 || options.now() >= deadlineMs) return 'more';
    const messages = await receive(options, Math.min(BATCH, missing));
    const fresh = messages.filter(({ MessageId = '' }) => !seen.has(MessageId));
    if (fresh.length < messages.length) isRepeated = true;
    empty = fresh.length === 0 ? empty + 1 : 0;
    for (const message of fresh) {
      const held = heldLetter(options, message);
      seen.add(held.letter.messageId);
      missing = await work(held);
    }
  }
  return isRepeated ? 'repeated' : 'empty';
}

function heldLetter({ back }: DeadLetterQueueOptions, message: Message): HeldLetter {
  const sentMs = Number(message.Attributes?.SentTimestamp);
  const reason = message.MessageAttributes?.reason?.StringValue;
  const raw: RawLetter = {
    messageId: message.MessageId ?? '',
    body: message.Body ?? '',
    ...(Number.isFinite(sentMs) && { sentAt: isoTime(sentMs) }),
    ...(reason !== undefined && { reason }),
  };
  return { letter: readLetter(back.queue, raw), receipt: message.ReceiptHandle };
}

/** Makes letters visible again. If the process dies before, they stay hidden for a minute and nothing is lost. */
async function showAgain(
  { sqs, deadLetterUrl: QueueUrl }: DeadLetterQueueOptions,
  held: readonly HeldLetter[],
): Promise<void> {
  for (let start = 0; start < held.length; start += BATCH) {
    const Entries = held.slice(start, start + BATCH).map(({ receipt: ReceiptHandle }, index) => ({
      Id: String(index),
      ReceiptHandle,
      VisibilityTimeout: 0,
    }));
    await calling('Releasing dead letters', () =>
      sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries })),
    );
  }
}

async function receive(options: DeadLetterQueueOptions, max: number): Promise<readonly Message[]> {
  const { sqs, deadLetterUrl, hiddenSeconds = HIDDEN_SECONDS } = options;
  const { Messages } = await calling('Receiving dead letters', () =>
    sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: deadLetterUrl,
        MaxNumberOfMessages: max,
        VisibilityTimeout: hiddenSeconds,
        WaitTimeSeconds: 1,
        MessageSystemAttributeNames: ['SentTimestamp'],
        MessageAttributeNames: ['All'],
      }),
    ),
  );
  return Messages ?? [];
}

async function putBack(options: DeadLetterQueueOptions, { letter, receipt }: HeldLetter): Promise<void> {
  const { sqs, deadLetterUrl, back } = options;
  await calling('Putting a dead letter back', () =>
    sqs.send(new SendMessageCommand(messageTo(back, letter))),
  );
  await calling('Deleting a dead letter', () =>
    sqs.send(new DeleteMessageCommand({ QueueUrl: deadLetterUrl, ReceiptHandle: receipt })),
  );
}

function messageTo(back: LaneUrls | IntakeUrl, { message, body }: DeadLetter) {
  if (back.queue === 'intake') return { QueueUrl: back.intake, MessageBody: body };
  if (message === undefined) throw new Error('Only what can be read goes back.');
  return {
    QueueUrl: 'endpointId' in message ? back.retry : back.check,
    MessageBody: JSON.stringify(message),
    MessageGroupId: message.merchantId,
  };
}
