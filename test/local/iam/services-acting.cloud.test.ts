import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { Agent } from 'undici';
import { describe, expect, it } from 'vitest';
import { awsClient } from '../../../lib/local/aws/aws-client.ts';
import type { LocalCloud } from '../../../lib/local/cloud.ts';
import { eventually } from '../../support/eventually.ts';
import { resourceOf, useLocalCloud } from '../fixture/harness.ts';
import { allow, type Statement, statementsOf, type Template } from './edited-policies.ts';
import { clientsOfMisbehave, said } from './function-clients.ts';
import { oneTime } from './one-time-schedule.ts';

/** What services do by themselves: Scheduler with the role of a schedule, EventBridge through the policy of a queue. */

const fixture = await useLocalCloud();

async function askAsMisbehave(edit: (template: Template) => void = () => {}) {
  const started = await fixture.start({ assemblyDir: fixture.assembly(edit) });
  return { ...started, ...(await clientsOfMisbehave(started.cloud)) };
}

async function bodies(sqs: SQSClient, cloud: LocalCloud, queue: string) {
  const QueueUrl = cloud.resources.find(queue, 'AWS::SQS::Queue').url;
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  return Messages.map(({ Body }) => Body);
}

describe('a schedule', () => {
  const mayCreate = (template: Template, ...more: object[]) =>
    allow(template, { Effect: 'Allow', Action: 'scheduler:CreateSchedule', Resource: '*' }, ...more);
  const PASS = { Effect: 'Allow', Action: 'iam:PassRole', Resource: '*' };

  it('is created only by who may pass its role on to Scheduler', async () => {
    const first = await askAsMisbehave((template) => mayCreate(template));
    await expect(first.scheduler.send(oneTime(first.cloud))).rejects.toThrow(/iam:PassRole/);
    const other = { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } };
    const second = await askAsMisbehave((template) => mayCreate(template, { ...PASS, Condition: other }));
    await expect(second.scheduler.send(oneTime(second.cloud))).rejects.toThrow(/iam:PassRole/);
    const third = await askAsMisbehave((template) => mayCreate(template, PASS));
    expect((await third.scheduler.send(oneTime(third.cloud))).ScheduleArn).toContain('to-Inbox');
  });

  it('is refused if Scheduler may not assume its role for that group', async () => {
    const { cloud, scheduler } = await askAsMisbehave((template) => {
      mayCreate(template, PASS);
      const { AssumeRolePolicyDocument } = resourceOf(template, 'AWS::IAM::Role', 'SchedulerRole')
        .properties as {
        AssumeRolePolicyDocument: { Statement: Statement[] };
      };
      Object.assign(AssumeRolePolicyDocument.Statement[0] ?? {}, {
        Condition: {
          ArnEquals: { 'aws:SourceArn': 'arn:aws:scheduler:us-east-1:000000000000:schedule-group/other' },
        },
      });
    });
    await expect(scheduler.send(oneTime(cloud))).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('that fires calls its target with its role: what the role may not do goes to the dead letters, or is lost', async () => {
    const { cloud, base, sqs, lines } = await fixture.start({
      assemblyDir: fixture.assembly((template) => {
        const [inbox = {}] = statementsOf(template, 'AWS::IAM::Policy', 'SchedulerRole');
        inbox.Resource = {
          'Fn::GetAtt': [resourceOf(template, 'AWS::SQS::Queue', 'DeadLetters').logicalId, 'Arn'],
        };
      }),
    });
    const owner = new SchedulerClient({ ...base, endpoint: cloud.endpoints.scheduler });
    const at = '2026-01-01T00:00:00';
    await owner.send(oneTime(cloud, { at, deadLetters: 'DeadLetters' }));
    await eventually(
      () => bodies(sqs, cloud, 'DeadLetters'),
      (seen) => expect(seen).toHaveLength(1),
    );
    expect(said(lines).join('\n')).toMatch(/SchedulerRole\w+ may not sqs:SendMessage on \S+Inbox/);
    await owner.send(oneTime(cloud, { at, queue: 'Work' }));
    await eventually(
      () => said(lines).join('\n'),
      (text) => expect(text).toMatch(/The message is lost/),
    );
    expect(await bodies(sqs, cloud, 'Inbox')).toEqual([]);
  });
});

describe('a rule', () => {
  it('reaches a queue only through the policy of the queue', async () => {
    const { cloud, sqs, lines } = await fixture.start({
      assemblyDir: fixture.assembly((template) => {
        const [statement = {}] = statementsOf(template, 'AWS::SQS::QueuePolicy', 'Inbox');
        statement.Condition = {
          ArnEquals: { 'aws:SourceArn': 'arn:aws:events:us-east-1:000000000000:rule/other' },
        };
      }),
    });
    const connections = new Agent();
    const events = awsClient('events', cloud.endpoints.eventBridge, { connections, key: cloud.credentials });
    const Entries = [{ EventBusName: 'fixture', Source: 'shop', DetailType: 'Order', Detail: '{"id":1}' }];
    expect(await events('PutEvents', { Entries })).toMatchObject({ FailedEntryCount: 0 });
    await connections.close();
    expect(await bodies(sqs, cloud, 'Inbox')).toEqual([]);
    expect(said(lines).join('\n')).toMatch(
      /events\.amazonaws\.com for arn:aws:events:\S+ may not sqs:SendMessage on \S+Inbox.*ArnEquals aws:SourceArn.*does not hold.*missing in the policy of the resource/,
    );
  });
});
