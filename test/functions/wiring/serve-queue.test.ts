import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveQueue } from '../../../functions/wiring/serve-queue.ts';
import { Fault } from '../../../lib/core/faults.ts';
import { createAwsServer } from '../../../lib/local/aws/aws-server.ts';
import { close, listen } from '../../../lib/local/aws/listen.ts';
import { openGuard } from '../../../lib/local/iam/guard.ts';
import { SqsStore } from '../../../lib/local/sqs/queue-store.ts';
import { sqsService } from '../../../lib/local/sqs/sqs-api.ts';
import { openState } from '../../../lib/local/storage/state.ts';
import { QUEUES } from '../../../lib/settings.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';

const KEY = { accessKeyId: 'local', secretAccessKey: 'local' };

describe('a queue that a function works off', () => {
  let end: () => Promise<void> = async () => undefined;
  let store: SqsStore;
  let sqs: SQSClient;
  let queueUrl: string;

  beforeEach(async () => {
    const dataDir = temporaryDirectory();
    const state = openState(dataDir);
    store = new SqsStore(state);
    let address = '';
    const server = createAwsServer({
      json: [sqsService(store, () => address)],
      rest: [],
      guard: openGuard({ key: KEY, log: () => undefined }),
      log: () => undefined,
    });
    address = await listen(server, 0);
    store.define('lane', { VisibilityTimeout: String(QUEUES.lane.visibilitySeconds) });
    sqs = new SQSClient({ region: 'us-east-1', credentials: KEY, endpoint: address, maxAttempts: 1 });
    queueUrl = `${address}/000000000000/lane`;
    end = async () => {
      store.stop();
      await close(server);
      sqs.destroy();
      state.close();
      removeDirectory(dataDir);
    };
  });
  afterEach(() => end());

  /** Receives one message, as Lambda's poller does, and hands it to a function that fails so. */
  async function failWith(error: Error) {
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: '{}' }));
    const { Messages: [message] = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MessageSystemAttributeNames: ['All'] }),
    );
    const record = {
      messageId: message?.MessageId,
      receiptHandle: message?.ReceiptHandle,
      body: message?.Body,
      attributes: message?.Attributes,
    } as unknown as SQSRecord;
    const flushed: Error[] = [];
    const handler = serveQueue({
      sqs,
      queueUrlOf: () => queueUrl,
      longestPauseSeconds: QUEUES.lane.visibilitySeconds,
      reporter: { flush: () => void flushed.push(error) },
      work: () => Promise.reject(error),
    });
    const beforeMs = Date.now();
    const answer = await handler({ Records: [record] });
    const [kept] = store.list('lane');
    return { answer, flushed, messageId: message?.MessageId, beforeMs, visibleAt: kept?.visibleAt ?? 0 };
  }

  it('hands a message out again within seconds where the fault may pass', async () => {
    const { answer, messageId, beforeMs, visibleAt } = await failWith(
      new Fault({ code: 'unavailable', message: 'away', retryable: true }),
    );
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: messageId }] });
    // Sooner than it would come back by itself, however long this machine took.
    expect(visibleAt).toBeLessThan(beforeMs + QUEUES.lane.visibilitySeconds * 1000);
    expect(visibleAt).toBeGreaterThanOrEqual(beforeMs + 4_000);
  });

  it('hands it out after its visibility time-out where it may not', async () => {
    const { answer, messageId, visibleAt, beforeMs } = await failWith(new TypeError('a mistake of ours'));
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: messageId }] });
    expect(visibleAt).toBeGreaterThan(beforeMs + (QUEUES.lane.visibilitySeconds - 60) * 1000);
  });

  it('writes the metrics of a batch at its end, also where every message failed', async () => {
    const error = new TypeError('a mistake of ours');
    expect((await failWith(error)).flushed).toEqual([error]);
  });

  it('keeps apart the failures of batches that run at once', async () => {
    const ends = new Map<string, PromiseWithResolvers<void>>();
    const handler = serveQueue({
      sqs,
      queueUrlOf: () => queueUrl,
      longestPauseSeconds: QUEUES.lane.visibilitySeconds,
      reporter: { flush: () => undefined },
      work: ({ messageId }) => {
        const end = Promise.withResolvers<void>();
        ends.set(messageId, end);
        return end.promise;
      },
    });
    const batchOf = (...ids: readonly string[]) =>
      handler({
        Records: ids.map(
          (messageId) =>
            ({ messageId, body: '{}', attributes: { ApproximateReceiveCount: '1' } }) as unknown as SQSRecord,
        ),
      });
    const [first, second] = [batchOf('a', 'b'), batchOf('c', 'd')];
    ends.get('b')?.reject(new TypeError('a mistake of ours'));
    ends.get('c')?.reject(new TypeError('a mistake of ours'));
    ends.get('d')?.resolve();
    expect(await second).toEqual({ batchItemFailures: [{ itemIdentifier: 'c' }] });
    ends.get('a')?.resolve();
    expect(await first).toEqual({ batchItemFailures: [{ itemIdentifier: 'b' }] });
  });
});
