import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach } from 'vitest';
import { createAwsServer } from '../../../lib/local/aws/aws-server.ts';
import { close, listen } from '../../../lib/local/aws/listen.ts';
import { openGuard } from '../../../lib/local/iam/guard.ts';
import type { SeededFaults } from '../../../lib/local/seeded-faults.ts';
import { SqsStore } from '../../../lib/local/sqs/queue-store.ts';
import { sqsService } from '../../../lib/local/sqs/sqs-api.ts';
import { openState } from '../../../lib/local/storage/state.ts';

const KEY = { accessKeyId: 'a', secretAccessKey: 'b' };

export const bodies = (messages: readonly { Body?: string | undefined }[] | undefined) =>
  (messages ?? []).map(({ Body }) => Body);

export async function count(client: SQSClient, QueueUrl: string) {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
  );
  return {
    ready: Number(Attributes.ApproximateNumberOfMessages),
    delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed),
    inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
  };
}

/** Serves queues from a directory of their own, which is removed after each test. */
export function useQueues() {
  let directory: string;
  let stops: (() => Promise<void>)[] = [];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'local-sqs-'));
  });
  afterEach(async () => {
    for (const stop of stops.reverse()) await stop();
    stops = [];
    rmSync(directory, { recursive: true, force: true });
  });

  /** Serves the queues of the directory, as a cloud does. */
  async function serve(faults?: SeededFaults) {
    const state = openState(directory);
    const store = new SqsStore(state, faults);
    let address = '';
    const server = createAwsServer({
      json: [sqsService(store, () => address)],
      rest: [],
      guard: openGuard({ key: KEY, log: () => undefined }),
      log: () => {},
    });
    address = await listen(server, 0);
    const client = new SQSClient({
      region: 'us-east-1',
      endpoint: address,
      credentials: KEY,
    });
    const stop = async () => {
      store.stop();
      await close(server);
      state.close();
    };
    stops.push(stop);
    const stopOnce = async () => {
      stops = stops.filter((other) => other !== stop);
      await stop();
    };
    const makeQueue = async (QueueName: string, Attributes: Record<string, string> = {}) =>
      (await client.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? '';
    return { client, state, store, address, makeQueue, stop: stopOnce };
  }

  /** Runs after the test, before the queues stop. */
  const stopLater = (stop: () => Promise<void>) => void stops.push(stop);

  return { serve, stopLater };
}
