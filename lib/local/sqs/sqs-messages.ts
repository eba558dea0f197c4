import { createHash } from 'node:crypto';
import { AwsFault } from '../aws/aws-fault.ts';
import type { AwsInput } from '../aws/aws-server.ts';
import { LOCAL_ACCOUNT } from '../template/intrinsics.ts';
import { isObject } from '../template/json-object.ts';
import type { MessageAttribute, StoredMessage } from './message-line.ts';
import type { NewMessage } from './queue-store.ts';
import { type Entry, integer, strings } from './sqs-input.ts';

/** Limit of SQS (developer guide, "message quotas", November 2026). */
const MAX_DELAY_SECONDS = 900;
// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly what SQS refuses.
const INVALID_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

export interface MessageReading {
  /** The queue's limit. */
  readonly maximumBytes: number;
  /** The request's `X-Amzn-Trace-Id`. */
  readonly traceHeader: string | undefined;
}

/**
 * Reads a message from a request.
 *
 * @throws AwsFault if SQS would reject the message
 */
export function readMessage(input: Entry, { maximumBytes, traceHeader }: MessageReading): NewMessage {
  const body = input.MessageBody;
  if (typeof body !== 'string' || body === '') {
    throw new AwsFault('MissingParameter', 'The request must contain the parameter MessageBody.');
  }
  if (INVALID_CHARACTER.test(body)) {
    throw new AwsFault('InvalidMessageContents', 'The message contains characters that SQS does not take.');
  }
  const attributes = readAttributes(input.MessageAttributes);
  const texts = Object.entries(attributes).flatMap(([name, { DataType, StringValue = '' }]) => [
    name,
    DataType ?? '',
    StringValue,
  ]);
  if (texts.some((text) => INVALID_CHARACTER.test(text))) {
    throw new AwsFault('InvalidParameterValue', 'An attribute contains characters that SQS does not take.');
  }
  if (Buffer.byteLength([body, ...texts].join('')) > maximumBytes) {
    throw new AwsFault('InvalidParameterValue', `Message must be shorter than ${maximumBytes} bytes.`);
  }
  return {
    body,
    attributes,
    traceHeader: systemTraceHeader(input) ?? traceHeader,
    groupId: typeof input.MessageGroupId === 'string' ? input.MessageGroupId : undefined,
    delaySeconds: integer(input, 'DelaySeconds', [0, MAX_DELAY_SECONDS]),
  };
}

/** A message's own trace header takes precedence over the request's. */
function systemTraceHeader(input: Entry): string | undefined {
  return readAttributes(input.MessageSystemAttributes).AWSTraceHeader?.StringValue;
}

function readAttributes(given: unknown): NewMessage['attributes'] {
  const attributes = given ?? {};
  if (isObject(attributes) && Object.values(attributes).every(isAttribute)) {
    return attributes as unknown as NewMessage['attributes'];
  }
  throw new AwsFault('InvalidParameterValue', 'The attributes of the message are malformed.');
}

function isAttribute(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { DataType, StringValue, BinaryValue } = value;
  return [DataType, StringValue, BinaryValue].every((text) => text === undefined || typeof text === 'string');
}

/** The answer of SQS to a message that was sent. */
export function sent(message: StoredMessage): Record<string, string> {
  const attributes = md5OfAttributes(message.attributes);
  return {
    MessageId: message.messageId,
    MD5OfMessageBody: md5(message.body),
    ...(attributes === undefined ? {} : { MD5OfMessageAttributes: attributes }),
  };
}

/** A received message with the requested attributes. */
export function received(message: StoredMessage, input: AwsInput): Record<string, unknown> {
  const system: Record<string, string> = {
    SenderId: LOCAL_ACCOUNT,
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    ...(message.groupId === undefined ? {} : { MessageGroupId: message.groupId }),
    ...(message.traceHeader === undefined ? {} : { AWSTraceHeader: message.traceHeader }),
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

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** MD5 digest over names, types and values (SQS developer guide, "Calculating the MD5 message digest"). */
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
