import { AwsFault } from '../aws/aws-fault.ts';
import type { AwsInput, AwsRequest, JsonService } from '../aws/aws-server.ts';
import { sqsCalls } from '../iam/calls/sqs-calls.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../template/intrinsics.ts';
import type { QueueAttributes } from './message-table.ts';
import type { SqsStore } from './queue-store.ts';
import { type Entry, eachEntry, integer, MAX_BATCH, readEntries, strings } from './sqs-input.ts';
import { readMessage, received, sent } from './sqs-messages.ts';

/** Limits of SQS (developer guide, "message quotas", November 2026). */
const MAX_VISIBILITY_SECONDS = 43_200;
const MAX_WAIT_SECONDS = 20;
const MAX_REQUEST_BYTES = 1_048_576;

const QUERY_CODES: Readonly<Record<string, string>> = {
  AccessDeniedException: 'AccessDenied',
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  BatchRequestTooLong: 'AWS.SimpleQueueService.BatchRequestTooLong',
  MessageNotInflight: 'AWS.SimpleQueueService.MessageNotInflight',
};

/**
 * The SQS API over the store, as the SDKs call it. A queue is found by the last part of its URL; host and port are
 * ignored, so a URL of an earlier run still works.
 * @param address returns `http://127.0.0.1:<port>`, which is known only once the server listens
 */
export function sqsService(store: SqsStore, address: () => string): JsonService {
  const urlOf = (name: string) => `${address()}/${LOCAL_ACCOUNT}/${name}`;
  const queueOf = (input: AwsInput): string => {
    const name = new URL(String(input.QueueUrl), address()).pathname.split('/').pop() ?? '';
    return existing(store, name);
  };
  const read = (queue: string, entry: Entry, { traceHeader }: AwsRequest) =>
    readMessage(entry, { maximumBytes: Number(store.attributes(queue).MaximumMessageSize), traceHeader });
  const inOneWrite: typeof eachEntry = (entries, act) => store.together(() => eachEntry(entries, act));
  return {
    targetPrefix: 'AmazonSQS',
    calls: sqsCalls,
    queryErrorCode: (code) => QUERY_CODES[code] ?? code,
    operations: {
      CreateQueue: (input) => {
        store.define(String(input.QueueName), (input.Attributes ?? {}) as QueueAttributes);
        return { QueueUrl: urlOf(String(input.QueueName)) };
      },
      SetQueueAttributes: (input) =>
        store.define(queueOf(input), (input.Attributes ?? {}) as QueueAttributes),
      GetQueueUrl: (input) => ({ QueueUrl: urlOf(existing(store, String(input.QueueName))) }),
      ListQueues: (input) => ({
        QueueUrls: store
          .names()
          .filter((name) => name.startsWith(String(input.QueueNamePrefix ?? '')))
          .map(urlOf),
      }),
      GetQueueAttributes: (input) => ({ Attributes: describe(store, queueOf(input), input) }),
      PurgeQueue: (input) => store.purge(queueOf(input)),
      SendMessage: (input, request) => {
        const queue = queueOf(input);
        const [stored] = store.send(queue, [read(queue, input, request)]);
        return stored === undefined ? {} : sent(stored);
      },
      SendMessageBatch: (input, request) => {
        const queue = queueOf(input);
        const entries = readEntries(input);
        const bytes = entries.reduce((sum, entry) => sum + Buffer.byteLength(String(entry.MessageBody)), 0);
        if (bytes > MAX_REQUEST_BYTES)
          throw new AwsFault('BatchRequestTooLong', 'The batch is longer than 1 MiB.');
        return inOneWrite(entries, (entry) => {
          const [stored] = store.send(queue, [read(queue, entry, request)]);
          return stored === undefined ? {} : sent(stored);
        });
      },
      ReceiveMessage: async (input, { disconnected }) => {
        const queue = queueOf(input);
        const defaultWait = Number(store.attributes(queue).ReceiveMessageWaitTimeSeconds);
        const messages = await store.poll(queue, {
          count: integer(input, 'MaxNumberOfMessages', [1, MAX_BATCH]) ?? 1,
          visibilitySeconds: integer(input, 'VisibilityTimeout', [0, MAX_VISIBILITY_SECONDS]),
          waitSeconds: integer(input, 'WaitTimeSeconds', [0, MAX_WAIT_SECONDS]) ?? defaultWait,
          disconnected,
        });
        // The caller disconnected at this moment: return the messages now, not after their visibility timeout.
        if (disconnected.aborted)
          for (const { receipt = '' } of messages) store.changeVisibility(queue, receipt, 0);
        return messages.length === 0 ? {} : { Messages: messages.map((message) => received(message, input)) };
      },
      DeleteMessage: (input) => store.delete(queueOf(input), String(input.ReceiptHandle)),
      DeleteMessageBatch: (input) => {
        const queue = queueOf(input);
        return inOneWrite(readEntries(input), (entry) => {
          store.delete(queue, String(entry.ReceiptHandle));
          return {};
        });
      },
      ChangeMessageVisibility: (input) => changeVisibility(store, queueOf(input), input),
      ChangeMessageVisibilityBatch: (input) => {
        const queue = queueOf(input);
        return inOneWrite(readEntries(input), (entry) => {
          changeVisibility(store, queue, entry);
          return {};
        });
      },
    },
  };
}

function existing(store: SqsStore, name: string): string {
  if (!store.has(name))
    throw new AwsFault('QueueDoesNotExist', `The specified queue does not exist: ${name}`);
  return name;
}

function describe(store: SqsStore, name: string, input: AwsInput): QueueAttributes {
  const all: QueueAttributes = {
    ...store.describe(name),
    QueueArn: `arn:aws:sqs:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${name}`,
  };
  const wanted = strings(input.AttributeNames);
  if (wanted.includes('All')) return all;
  return Object.fromEntries(Object.entries(all).filter(([attribute]) => wanted.includes(attribute)));
}

function changeVisibility(store: SqsStore, queue: string, input: Entry): void {
  const seconds = integer(input, 'VisibilityTimeout', [0, MAX_VISIBILITY_SECONDS]) ?? 0;
  if (!store.changeVisibility(queue, String(input.ReceiptHandle), seconds)) {
    throw new AwsFault('MessageNotInflight', 'The message is not in flight.');
  }
}
