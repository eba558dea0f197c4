import { expect, it } from 'vitest';
import { startSqsSource } from '../../../lib/local/event-sources/sqs-source.ts';
import { HONOURED_PROPERTIES } from '../../../lib/local/template/properties.ts';
import { eventually } from '../../support/eventually.ts';

it('takes no messages before an instance has room, so that they become one batch', async () => {
  const waiting: { MessageId: string; ReceiptHandle: string; Body: string; MD5OfBody: string }[] = [];
  const batches: number[] = [];
  let receives = 0;
  const room = Promise.withResolvers<void>();
  const answers: Record<string, () => unknown> = {
    ReceiveMessage: () => {
      receives += 1;
      return { Messages: waiting.splice(0, 10) };
    },
    DeleteMessageBatch: () => ({}),
  };
  const call = async <Output>(operation: string) => {
    // As a long poll without messages would, let others run.
    await new Promise((resolve) => setImmediate(resolve));
    return answers[operation]?.() as Output;
  };
  const source = startSqsSource({
    logicalId: 'Mapping',
    properties: HONOURED_PROPERTIES['AWS::Lambda::EventSourceMapping'].parse({
      EventSourceArn: 'arn',
      FunctionName: 'target',
    }),
    target: {
      logicalId: 'Target',
      name: 'target',
      arn: 'arn:target',
      mayRecurse: false,
      size: 4,
      running: 0,
      room: () => room.promise,
      invoke: async (event) => {
        batches.push((event as { Records: unknown[] }).Records.length);
      },
      stop: async () => {},
    },
    log: () => {},
    call,
    lambda: call,
    queueUrl: 'http://127.0.0.1/queue',
    queueArn: 'arn',
    deadLetterUrl: undefined,
    waitSeconds: 0,
    workers: 4,
  });
  for (let n = 1; n <= 3; n += 1) {
    waiting.push({ MessageId: `m${n}`, ReceiptHandle: `r${n}`, Body: '{}', MD5OfBody: '' });
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(receives).toBe(0);
  room.resolve();
  await eventually(
    () => batches,
    (seen) => expect(seen).toEqual([3]),
  );
  await source.stop();
});
