import type { DynamoDBRecord, SQSRecord } from 'aws-lambda';
import type { HttpEvent } from '../../lib/api/http/http-event.ts';
import { type TransactionId, transactionIdSchema } from '../../lib/core/model.ts';
import { MERCHANT, paymentOf, transactionIdOf } from '../cost/payment.ts';
import { ENDPOINT, KEYS, outcomeOf, outcomeRow, PENDING_PREFIX } from './stored-rows.ts';

/** A kind of event of one function. */
export interface Work {
  readonly name: string;
  readonly functionName: string;
  /** Notifications, outcomes or questions that one event is about. */
  readonly size: number;
  /** Calls to AWS for each of them, at most. */
  readonly maxCalls: number;
  /** The event with this number. `url` is the address of AWS and of the receivers. */
  event(number: number, url: string): object;
}

/** Relay reads the settings of a merchant once for a batch: they must be younger than its outcomes. */
const RELAY_READS = 1;
/** Messages in one request to a queue. */
const SEND_BATCH = 10;

/** What the functions do for a notification, and for a question about it. Batches of one, and full ones. */
export const WORK: readonly Work[] = [
  {
    name: 'record, a request each',
    functionName: 'record',
    size: 1,
    maxCalls: 1,
    event: (number) =>
      request('PUT', `/v1/merchants/${MERCHANT}/transactions/${transactionIdOf(number)}`, {
        key: KEYS.initiator,
        content: paymentOf(number, { reference: true }),
      }),
  },
  {
    name: 'record, batches of 100',
    functionName: 'record',
    size: 100,
    maxCalls: 1,
    event: (number) =>
      request('POST', `/v1/merchants/${MERCHANT}/transactions`, {
        key: KEYS.initiator,
        content: { transactions: ids(number, 100).map((transactionId) => itemOf(transactionId, number)) },
      }),
  },
  {
    name: 'record, queue, batches of 10',
    functionName: 'record',
    size: 10,
    maxCalls: 1,
    event: (number) =>
      queueEvent(
        'intake',
        ids(number, 10).map((id) => ({ merchantId: MERCHANT, ...itemOf(id, number) })),
      ),
  },
  ...[1, 100].map(
    (size): Work => ({
      name: `relay, batches of ${size}`,
      functionName: 'relay',
      size,
      maxCalls: RELAY_READS / size + 1 / Math.min(size, SEND_BATCH),
      event: (number, url) => ({
        Records: ids(number, size).map((id, index) =>
          streamRecord(id, { url, number: number * size + index }),
        ),
      }),
    }),
  ),
  ...[1, 10].map(
    (size): Work => ({
      name: `deliver, batches of ${size}`,
      functionName: 'deliver',
      size,
      // The reads of a batch share one request. Each attempt has a write of its own.
      maxCalls: 1 / size + 1,
      event: (number) =>
        queueEvent(
          'first',
          ids(number, size).map((transactionId) => ({
            merchantId: MERCHANT,
            transactionId,
            version: 1,
            endpointId: ENDPOINT,
            rev: 0,
          })),
        ),
    }),
  ),
  {
    name: 'query, one transaction',
    functionName: 'query',
    size: 1,
    maxCalls: 1,
    event: (number) => request('GET', `/v1/transactions/${transactionIdOf(number)}`, { key: KEYS.receiver }),
  },
  {
    name: 'check, one PENDING',
    functionName: 'check',
    size: 1,
    maxCalls: 4,
    event: (number) => {
      const transactionId = transactionIdSchema().parse(`${PENDING_PREFIX}${number}`);
      return queueEvent('check', [{ merchantId: MERCHANT, transactionId, rev: 0 }]);
    },
  },
];

function ids(number: number, size: number): readonly TransactionId[] {
  return Array.from({ length: size }, (_, index) => transactionIdOf(number * size + index));
}

function itemOf(transactionId: TransactionId, number: number) {
  return { transactionId, ...paymentOf(number, { reference: true }) };
}

interface RequestParts {
  readonly key: string;
  readonly content?: object;
}

/** A request as an HTTP API passes it on. */
function request(method: string, rawPath: string, { key, content }: RequestParts): HttpEvent {
  const body = content && JSON.stringify(content);
  return {
    rawPath,
    rawQueryString: '',
    headers: {
      accept: '*/*',
      authorization: `Bearer ${key}`,
      host: 'api.example',
      'user-agent': 'node',
      'x-amzn-trace-id': 'Root=1-691f1b2a-0123456789abcdef01234567',
      'x-forwarded-for': '192.0.2.1',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
      ...(body !== undefined && {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
      }),
    },
    requestContext: { domainName: 'api.example', http: { method } },
    ...(body !== undefined && { body }),
    isBase64Encoded: false,
  };
}

function queueEvent(queue: string, messages: readonly object[]): { readonly Records: readonly SQSRecord[] } {
  const sentMs = String(Date.now());
  return {
    Records: messages.map((message, index) => ({
      messageId: `19dd0b57-b21e-4ac1-bd88-01bbb068cb${10 + index}`,
      receiptHandle: 'AQEB'.padEnd(400, 'w'),
      body: JSON.stringify(message),
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: sentMs,
        SenderId: 'AROAEXAMPLE:relay',
        ApproximateFirstReceiveTimestamp: sentMs,
        MessageGroupId: MERCHANT,
      },
      messageAttributes: {},
      md5OfBody: '098f6bcd4621d373cade4e832627b4f6',
      eventSource: 'aws:sqs',
      eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${queue}`,
      awsRegion: 'us-east-1',
    })),
  };
}

interface RecordPlace {
  readonly url: string;
  readonly number: number;
}

function streamRecord(transactionId: TransactionId, { url, number }: RecordPlace): DynamoDBRecord {
  const NewImage = outcomeRow(outcomeOf(transactionId, { url, recordedMs: Date.now() })) as NonNullable<
    DynamoDBRecord['dynamodb']
  >['NewImage'];
  return {
    eventID: `c4ca4238a0b923820dcc509a6f75849b${number}`,
    eventName: 'INSERT',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'us-east-1',
    eventSourceARN: 'arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/2026-01-01T00:00:00.000',
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(Date.now() / 1000),
      Keys: { pk: { S: `T#${MERCHANT}#${transactionId}` }, sk: { S: 'V#0001' } },
      ...(NewImage && { NewImage }),
      SequenceNumber: String(number).padStart(21, '1'),
      SizeBytes: 900,
      StreamViewType: 'NEW_IMAGE',
    },
  };
}
