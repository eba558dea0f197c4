import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { resourceOf, useLocalCloud } from '../fixture/harness.ts';

const fixture = await useLocalCloud();

/** Sends a message that the work function passes on to its own queue `hops` times in all. */
async function loop(hops: number, edit?: Parameters<typeof fixture.assembly>[0]) {
  const started = await fixture.start({ assemblyDir: fixture.assembly(edit) });
  const { cloud, sqs } = started;
  const QueueUrl = cloud.resources.find('Work', 'AWS::SQS::Queue').url;
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify({ id: 'loop', hops }) }));
  return started;
}

it('stops a function after 16 invocations in one chain, and moves the message to the dead-letter queue', async () => {
  const { cloud, sqs, result, lines } = await loop(40);
  await eventually(
    () => fixture.counts(sqs, cloud, 'DeadLetters'),
    (seen) => expect(seen).toMatchObject({ ready: 1 }),
  );
  const { Messages } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: cloud.resources.find('DeadLetters', 'AWS::SQS::Queue').url,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['MessageGroupId'],
    }),
  );
  expect(Messages).toMatchObject([
    { MessageAttributes: { kind: { StringValue: 'loop' } }, Attributes: { MessageGroupId: 'group' } },
  ]);
  expect(await result('loop')).toMatchObject({ runs: 16 });
  expect(lines.filter(({ line }) => line.startsWith('recursive loop detected'))).toHaveLength(1);
  expect(await fixture.counts(sqs, cloud, 'Work')).toEqual({ ready: 0, inFlight: 0 });
});

it('lets a function go on that the template allows to recurse', async () => {
  const { cloud, sqs, result } = await loop(20, (template) => {
    resourceOf(template, 'AWS::Lambda::Function', 'Work').properties.RecursiveLoop = 'Allow';
  });
  await eventually(
    () => result('loop'),
    (seen) => expect(seen).toMatchObject({ runs: 20 }),
  );
  expect(await fixture.counts(sqs, cloud, 'DeadLetters')).toMatchObject({ ready: 0 });
});
