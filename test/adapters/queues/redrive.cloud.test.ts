import { GetQueueAttributesCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { createDeadLetterQueue } from '../../../lib/adapters/queues/redrive.ts';
import { useLocalCloud } from '../../local/fixture/harness.ts';

const fixture = await useLocalCloud();
/** More than one answer of SQS holds. */
const LETTERS = 25;

async function deadLetters() {
  const { cloud, sqs } = await fixture.start();
  const url = (name: string) => cloud.resources.find(name, 'AWS::SQS::Queue').url ?? '';
  const deadLetterUrl = url('DeadLetters');
  const message = { merchantId: 'alpha', version: 1, endpointId: 'ep_1', rev: 0 };
  for (let sent = 0; sent < LETTERS; sent += 5) {
    const Entries = Array.from({ length: 5 }, (_, index) => ({
      Id: String(index),
      MessageBody: JSON.stringify({ ...message, transactionId: `pay_${sent + index}` }),
    }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: deadLetterUrl, Entries }));
  }
  const visible = async () => {
    const AttributeNames = ['ApproximateNumberOfMessages' as const];
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: deadLetterUrl, AttributeNames }),
    );
    return Number(Attributes?.ApproximateNumberOfMessages);
  };
  const look = (hiddenSeconds: number) => {
    const back = { queue: 'lanes', retry: url('Work'), check: url('Work') } as const;
    const queue = createDeadLetterQueue({ sqs, deadLetterUrl, back, now: Date.now, hiddenSeconds });
    return queue.look(Number.POSITIVE_INFINITY);
  };
  return { look, visible };
}

it('counts every dead letter where it only looks, and leaves them as they were', async () => {
  const { look, visible } = await deadLetters();
  // Longer than looking takes on a busy machine.
  const { letters, isWhole } = await look(600);
  expect([letters.length, isWhole]).toEqual([LETTERS, true]);
  expect(await visible()).toBe(LETTERS);
});

it('does not pass for whole where letters came back while it looked', async () => {
  const { look } = await deadLetters();
  const { letters, isWhole } = await look(0);
  expect(letters.length).toBeLessThanOrEqual(LETTERS);
  expect(isWhole).toBe(false);
});
