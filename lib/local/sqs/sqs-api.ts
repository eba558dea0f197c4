import { createHash } from 'node:crypto';
import { AwsFault } from '../aws/aws-fault.ts';
import type { AwsInput, JsonService } from '../aws/aws-server.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../template/intrinsics.ts';
import type { QueueAttributes } from './message-table.ts';
import type { MessageAttribute, StoredMessage } from './queue.ts';
import type { NewMessage, SqsStore } from './queue-store.ts';

/** Limits of SQS (developer guide, "message quotas", November 2026). */
const MAX_BATCH = 10;
const MAX_DELAY_SECONDS = 900;
const MAX_VISIBILITY_SECONDS = 43_200;
const MAX_WAIT_SECONDS = 20;
const MAX_REQUEST_BYTES = 1_048_576;
// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly what SQS refuses.
const INVALID_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

const QUERY_CODES: Readonly<Record<string, string>> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  BatchRequestTooLong: 'AWS.SimpleQueueService.BatchRequestTooLong',
  MessageNotInflight: 'AWS.SimpleQueueService.MessageNotInflight',
};

type Entry = Readonly<Record<string, unknown>>;

/**
 * The SQS API over the store, as the SDKs speak it. Queues are found by the name at the end of their URL,
 * whatever its host and port: a URL that was kept from an earlier run still works.
 * @param address `http://127.0.0.1:<port>`, known only when the server listens.
 */
export function sqsService(store: SqsStore, address: () => string): JsonService {
  const urlOf = (name: string) => `${address()}/${LOCAL_ACCOUNT}/${name}`;
  const queueOf = (input: AwsInput): string => {
    const name = new URL(String(input.QueueUrl), address()).pathname.split('/').pop() ?? '';
    return existing(store, name);
  };
  return {
    targetPrefix: 'AmazonSQS',
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
      SendMessage: (input) => {
        const queue = queueOf(input);
        const [stored] = store.send(queue, [readMessage(store, queue, input)]);
        return stored === undefined ? {} : sent(stored);
      },
      SendMessageBatch: (input) => {
        const queue = queueOf(input);
        const entries = readEntries(input);
        const bytes = entries.reduce((sum, entry) => sum + Buffer.byteLength(String(entry.MessageBody)), 0);
        if (bytes > MAX_REQUEST_BYTES)
          throw new AwsFault('BatchRequestTooLong', 'The batch is longer than 1 MiB.');
        return eachEntry(entries, (entry) => {
          const [stored] = store.send(queue, [readMessage(store, queue, entry)]);
          return stored === undefined ? {} : sent(stored);
        });
      },
      ReceiveMessage: async (input, gone) => {
        const queue = queueOf(input);
        const defaultWait = Number(store.attributes(queue).ReceiveMessageWaitTimeSeconds);
        const messages = await store.poll(queue, {
          count: integer(input, 'MaxNumberOfMessages', 1, MAX_BATCH) ?? 1,
          visibilitySeconds: integer(input, 'VisibilityTimeout', 0, MAX_VISIBILITY_SECONDS),
          waitSeconds: integer(input, 'WaitTimeSeconds', 0, MAX_WAIT_SECONDS) ?? defaultWait,
          gone,
        });
        // Whoever hung up in this very moment must not keep them until their visibility ends.
        if (gone.aborted) for (const { receipt = '' } of messages) store.changeVisibility(queue, receipt, 0);
        return messages.length === 0 ? {} : { Messages: messages.map((message) => received(message, input)) };
      },
      DeleteMessage: (input) => store.delete(queueOf(input), String(input.ReceiptHandle)),
      DeleteMessageBatch: (input) => {
        const queue = queueOf(input);
        return eachEntry(readEntries(input), (entry) => {
          store.delete(queue, String(entry.ReceiptHandle));
          return {};
        });
      },
      ChangeMessageVisibility: (input) => changeVisibility(store, queueOf(input), input),
      ChangeMessageVisibilityBatch: (input) => {
        const queue = queueOf(input);
        return eachEntry(readEntries(input), (entry) => {
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

function readMessage(store: SqsStore, queue: string, input: Entry): NewMessage {
  const body = input.MessageBody;
  if (typeof body !== 'string' || body === '') {
    throw new AwsFault('MissingParameter', 'The request must contain the parameter MessageBody.');
  }
  if (INVALID_CHARACTER.test(body)) {
    throw new AwsFault('InvalidMessageContents', 'The message contains characters that SQS does not take.');
  }
  const attributes = (input.MessageAttributes ?? {}) as NewMessage['attributes'];
  const texts = Object.entries(attributes).flatMap(([name, { DataType, StringValue = '' }]) => [
    name,
    DataType ?? '',
    StringValue,
  ]);
  if (texts.some((text) => INVALID_CHARACTER.test(text))) {
    throw new AwsFault('InvalidParameterValue', 'An attribute contains characters that SQS does not take.');
  }
  const maximum = Number(store.attributes(queue).MaximumMessageSize);
  if (Buffer.byteLength([body, ...texts].join('')) > maximum) {
    throw new AwsFault('InvalidParameterValue', `Message must be shorter than ${maximum} bytes.`);
  }
  return {
    body,
    attributes,
    groupId: typeof input.MessageGroupId === 'string' ? input.MessageGroupId : undefined,
    delaySeconds: integer(input, 'DelaySeconds', 0, MAX_DELAY_SECONDS),
  };
}

function sent(message: StoredMessage): Record<string, string> {
  const attributes = md5OfAttributes(message.attributes);
  return {
    MessageId: message.messageId,
    MD5OfMessageBody: md5(message.body),
    ...(attributes === undefined ? {} : { MD5OfMessageAttributes: attributes }),
  };
}

function received(message: StoredMessage, input: AwsInput): Record<string, unknown> {
  const system: Record<string, string> = {
    SenderId: LOCAL_ACCOUNT,
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    ...(message.groupId === undefined ? {} : { MessageGroupId: message.groupId }),
  };
  const wanted = [...strings(input.AttributeNames), ...strings(input.MessageSystemAttributeNames)];
  const shown = Object.entries(system).filter(([name]) => wanted.includes('All') || wanted.includes(name));
  const names = strings(input.MessageAttributeNames);
  const attributes = Object.fromEntries(
    Object.entries(message.attributes).filter(([name]) =>
      names.some((pattern) => matchesName(pattern, name)),
    ),
  );
  const digest = md5OfAttributes(attributes);
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receipt,
    MD5OfBody: md5(message.body),
    Body: message.body,
    ...(shown.length === 0 ? {} : { Attributes: Object.fromEntries(shown) }),
    ...(digest === undefined ? {} : { MessageAttributes: attributes, MD5OfMessageAttributes: digest }),
  };
}

function matchesName(pattern: string, name: string): boolean {
  if (pattern === 'All' || pattern === '.*') return true;
  return pattern.endsWith('.*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

function changeVisibility(store: SqsStore, queue: string, input: Entry): void {
  const seconds = integer(input, 'VisibilityTimeout', 0, MAX_VISIBILITY_SECONDS) ?? 0;
  if (!store.changeVisibility(queue, String(input.ReceiptHandle), seconds)) {
    throw new AwsFault('MessageNotInflight', 'The message is not in flight.');
  }
}

function readEntries(input: AwsInput): readonly Entry[] {
  const entries = (input.Entries ?? []) as readonly Entry[];
  if (entries.length === 0) throw new AwsFault('EmptyBatchRequest', 'The batch has no entry.');
  if (entries.length > MAX_BATCH) {
    throw new AwsFault(
      'TooManyEntriesInBatchRequest',
      `The batch has ${entries.length} entries; 10 is the maximum.`,
    );
  }
  if (new Set(entries.map(({ Id }) => Id)).size !== entries.length) {
    throw new AwsFault('BatchEntryIdsNotDistinct', 'Two entries have the same id.');
  }
  return entries;
}

/** A batch answers for each entry by itself. */
function eachEntry(entries: readonly Entry[], act: (entry: Entry) => Record<string, unknown>) {
  const Successful: unknown[] = [];
  const Failed: unknown[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.Id, ...act(entry) });
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error;
      Failed.push({ Id: entry.Id, SenderFault: true, Code: error.code, Message: error.message });
    }
  }
  return { Successful, Failed };
}

function integer(input: Entry, name: string, minimum: number, maximum: number): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < minimum || value > maximum) {
    throw new AwsFault(
      'InvalidParameterValue',
      `Value ${String(value)} for parameter ${name} is invalid. Reason: Must be between ${minimum} and ${maximum}.`,
    );
  }
  return value;
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** SQS's digest over names, types and values (developer guide, "Calculating the MD5 message digest"). */
function md5OfAttributes(attributes: Readonly<Record<string, MessageAttribute>>): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  const add = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const { DataType = 'String', StringValue = '', BinaryValue } = attributes[name] ?? {};
    add(Buffer.from(name));
    add(Buffer.from(DataType));
    hash.update(Buffer.from([DataType.startsWith('Binary') ? 2 : 1]));
    add(BinaryValue === undefined ? Buffer.from(StringValue) : Buffer.from(BinaryValue, 'base64'));
  }
  return hash.digest('hex');
}
