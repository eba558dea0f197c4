import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { createDeadLetters } from '../../../lib/adapters/queues/dead-letters.ts';
import { createDeadLetterQueue } from '../../../lib/adapters/queues/redrive.ts';
import { describeDeadLetterQueue } from '../suites/dead-letter-queue-suite.ts';
import { openLanes } from '../support/lane-queues.ts';

describeDeadLetterQueue('SQS', async (queue) => {
  const lanes = await openLanes();
  const { sqs, urlOf } = lanes;
  const back =
    queue === 'lanes'
      ? ({ queue, retry: urlOf('retry'), check: urlOf('check') } as const)
      : ({ queue, intake: urlOf('retry') } as const);
  return {
    queue: createDeadLetterQueue({ sqs, deadLetterUrl: urlOf('dead'), back, now: Date.now }),
    async put(body, reason) {
      const queueUrl = urlOf('dead');
      if (reason !== undefined) return createDeadLetters({ sqs, queueUrl }).add({ body, reason });
      await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
    },
    back: () => lanes.in('retry').map(({ body }) => body),
    close: () => lanes.close(),
  };
});
