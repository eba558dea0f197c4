import type { AwsCall } from '../aws/aws-client.ts';
import { messageOf } from '../errors.ts';
import { invocationsInChain, MAX_INVOCATIONS_IN_CHAIN } from '../functions/trace.ts';
import { pause } from '../pause.ts';
import { LOCAL_REGION } from '../template/intrinsics.ts';
import { readBatchResult } from './batch-result.ts';
import { compileFilters, withParsedBody } from './filter.ts';
import type { EventSource, SourceSetting } from './source.ts';

/** A message as SQS returns it. */
interface SqsMessage {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly MD5OfBody: string;
  readonly Attributes?: Readonly<Record<string, string>>;
  readonly MessageAttributes?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly MD5OfMessageAttributes?: string;
}

export interface SqsSourceSetting extends SourceSetting {
  /** For the pollers: they sign with the role of the function. */
  readonly call: AwsCall;
  /** For what Lambda does by itself. */
  readonly lambda: AwsCall;
  readonly queueUrl: string;
  readonly queueArn: string;
  /** URL of the queue's dead-letter queue. */
  readonly deadLetterUrl: string | undefined;
  /**
   * Duration of a long poll in seconds. Our own queues notice when a caller disconnects, so the longest poll that SQS
   * allows is used. Other implementations hand the next message to the dead socket, so stopping waits for the poll to
   * end.
   */
  readonly waitSeconds: number;
  /** Maximum number of batches that run at once. */
  readonly workers: number;
  /** Whether all cores of the machine are busy. */
  isBusy(): boolean;
}

const DEFAULT_BATCH_SIZE = 10;
const RECEIVE_MAX = 10;
const RETRY_MS = 500;
/** Busy batches beside which a full one starts at once. More of them would only take turns with each other. */
const SIDE_BY_SIDE = 8;
/** A batch that takes longer than this, although a core is free, waits for others, such as slow receivers. It is not busy. */
const BUSY_MS = 200;
/** Other batches start beside busy ones at this interval, so that they fill while there is much to do … */
const FILLING_MS = 40;
/** … after as many as fall into this time: a slow receiver must not hold up the few messages behind it. */
const FILLING_BURST_MS = 200;
/** The interval while all cores are busy. More batches than the machine can process would all end too late. */
const BUSY_FILLING_MS = 200;

/**
 * Polls a queue for a function. It has up to MaximumConcurrency batches processed at a time, deletes the messages that
 * succeeded and leaves the others to their visibility timeout, as Lambda does.
 */
export function startSqsSource(setting: SqsSourceSetting): EventSource {
  const { properties, target, log, call, workers } = setting;
  const accepts = compileFilters(setting.logicalId, properties);
  const batchSize = properties.BatchSize ?? DEFAULT_BATCH_SIZE;
  const windowMs = properties.MaximumBatchingWindowInSeconds * 1000;
  const reportsFailures = properties.FunctionResponseTypes.includes('ReportBatchItemFailures');
  const concurrency = Math.min(properties.ScalingConfig?.MaximumConcurrency ?? workers, workers, target.size);
  const stopping = new AbortController();

  /** The batches that run, and when each began. */
  const batches = new Map<Promise<void>, number>();
  /** Until when the next batch waits if others are busy. */
  let fillsUntil = 0;
  /** Whether the last batch was full: then there may be more messages. */
  let isFull = false;

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await roomForBatch();
      if (stopping.signal.aborted) return;
      try {
        const messages = await collect();
        if (messages.length === 0) continue;
        isFull = messages.length >= batchSize;
        const batch: Promise<void> = settle(messages).finally(() => batches.delete(batch));
        batches.set(batch, Date.now());
      } catch (error) {
        await afterFailure(error);
      }
    }
  }

  /** Waits until another batch may be processed. Messages that arrive in the meantime become part of it. */
  async function roomForBatch(): Promise<void> {
    while (batches.size >= concurrency) await Promise.race(batches.keys());
    await target.room();
    while (!stopping.signal.aborted && !startsAtOnce()) {
      const now = Date.now();
      if (fillsUntil <= now) {
        fillsUntil = setting.isBusy()
          ? now + BUSY_FILLING_MS
          : Math.max(fillsUntil, now - FILLING_BURST_MS) + FILLING_MS;
        return;
      }
      await Promise.race([...batches.keys(), pause(fillsUntil - now, stopping.signal)]);
    }
  }

  function startsAtOnce(): boolean {
    const busySince = setting.isBusy() ? 0 : Date.now() - BUSY_MS;
    const busy = [...batches.values()].filter((since) => since > busySince).length;
    return busy === 0 || (isFull && busy < SIDE_BY_SIDE);
  }

  async function settle(messages: readonly SqsMessage[]): Promise<void> {
    try {
      const [wanted, unwanted] = split(messages, (message) =>
        accepts(withParsedBody(toRecord(message, setting))),
      );
      await remove(unwanted);
      const [looping, others] = split(wanted, isLooping);
      await giveUp(looping);
      if (others.length > 0) await remove(await handle(others));
    } catch (error) {
      await afterFailure(error);
    }
  }

  async function afterFailure(error: unknown): Promise<void> {
    if (stopping.signal.aborted) return;
    log({ source: setting.logicalId, stream: 'event', line: `polling failed: ${messageOf(error)}` });
    await pause(RETRY_MS, stopping.signal);
  }

  /**
   * Collects up to one batch: the messages that are there, or those that arrive within the window after the first
   * one.
   */
  async function collect(): Promise<readonly SqsMessage[]> {
    const batch = [...(await receive(batchSize, setting.waitSeconds))];
    const deadline = Date.now() + windowMs;
    while (batch.length > 0 && batch.length < batchSize && !stopping.signal.aborted) {
      const leftMs = deadline - Date.now();
      if (leftMs <= 0 && batchSize <= RECEIVE_MAX) break;
      const waitSeconds = Math.min(Math.max(Math.ceil(leftMs / 1000), 0), setting.waitSeconds);
      const more = await receive(batchSize - batch.length, waitSeconds);
      batch.push(...more);
      if (more.length === 0 && Date.now() >= deadline) break;
    }
    return batch;
  }

  async function receive(count: number, waitSeconds: number): Promise<readonly SqsMessage[]> {
    const { Messages } = await call<{ Messages?: readonly SqsMessage[] }>('ReceiveMessage', {
      QueueUrl: setting.queueUrl,
      MaxNumberOfMessages: Math.min(count, RECEIVE_MAX),
      WaitTimeSeconds: waitSeconds,
      AttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    return Messages ?? [];
  }

  /** Lambda would not invoke the function again in this message's chain of requests. */
  function isLooping({ Attributes }: SqsMessage): boolean {
    if (target.mayRecurse) return false;
    return invocationsInChain(Attributes?.AWSTraceHeader, target.arn) >= MAX_INVOCATIONS_IN_CHAIN;
  }

  /** Moves messages to the dead-letter queue. A kill in between leaves a message in both queues. */
  async function giveUp(messages: readonly SqsMessage[]): Promise<void> {
    for (const message of messages) {
      const line = `recursive loop detected: ${target.name} ran ${MAX_INVOCATIONS_IN_CHAIN} times in one chain of requests`;
      log({ source: setting.logicalId, stream: 'event', line });
      const { deadLetterUrl: QueueUrl } = setting;
      if (QueueUrl === undefined) continue;
      const { Body: MessageBody, MessageAttributes, Attributes } = message;
      const { MessageGroupId } = Attributes ?? {};
      await setting.lambda('SendMessage', { QueueUrl, MessageBody, MessageAttributes, MessageGroupId });
    }
    await remove(messages);
  }

  /** @returns the messages that were processed */
  async function handle(messages: readonly SqsMessage[]): Promise<readonly SqsMessage[]> {
    let answer: unknown;
    try {
      answer = await target.invoke(
        { Records: messages.map((message) => toRecord(message, setting)) },
        { traceHeader: longestChain(messages, target.arn) },
      );
    } catch {
      // The pool has logged the reason. The whole batch is received again.
      return [];
    }
    if (!reportsFailures) return messages;
    const result = readBatchResult(answer, new Set(messages.map(({ MessageId }) => MessageId)));
    switch (result.kind) {
      case 'success':
        return messages;
      case 'partial':
        return messages.filter(({ MessageId }) => !result.failed.has(MessageId));
      case 'malformed':
        log({ source: setting.logicalId, stream: 'event', line: `the whole batch failed: ${result.reason}` });
        return [];
    }
  }

  async function remove(messages: readonly SqsMessage[]): Promise<void> {
    for (let index = 0; index < messages.length; index += RECEIVE_MAX) {
      const entries = messages.slice(index, index + RECEIVE_MAX);
      await call('DeleteMessageBatch', {
        QueueUrl: setting.queueUrl,
        Entries: entries.map(({ ReceiptHandle }, id) => ({ Id: String(id), ReceiptHandle })),
      });
    }
  }

  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      await running;
      await Promise.all(batches.keys());
    },
  };
}

/** Of a batch that mixes chains, the one in which the function ran most often. */
function longestChain(messages: readonly SqsMessage[], functionArn: string): string | undefined {
  const headers = messages.flatMap(({ Attributes }) => Attributes?.AWSTraceHeader ?? []);
  const length = (header: string) => invocationsInChain(header, functionArn);
  return headers.sort((left, right) => length(right) - length(left))[0];
}

function toRecord(message: SqsMessage, setting: SqsSourceSetting) {
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
        name,
        {
          ...(value.StringValue === undefined ? {} : { stringValue: value.StringValue }),
          ...(value.BinaryValue === undefined ? {} : { binaryValue: value.BinaryValue }),
          stringListValues: [],
          binaryListValues: [],
          dataType: value.DataType,
        },
      ]),
    ),
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: setting.queueArn,
    awsRegion: LOCAL_REGION,
  };
}

function split<Item>(items: readonly Item[], test: (item: Item) => boolean): readonly [Item[], Item[]] {
  const [yes, no]: [Item[], Item[]] = [[], []];
  for (const item of items) (test(item) ? yes : no).push(item);
  return [yes, no];
}
