import { ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { SQSClient } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDispatcher } from '../../lib/adapters/dispatcher.ts';
import { systemTimer } from '../../lib/adapters/system.ts';
import type { NotificationMessage } from '../../lib/core/notification.ts';
import type { Dispatcher } from '../../lib/core/ports.ts';
import { type LocalCloud, startLocalCloud } from '../../lib/local/cloud.ts';
import { removeDirectory, temporaryDirectory } from '../support/local-service.ts';
import { ASSEMBLY } from '../support/synthesized.ts';

/** Of today: the stand-in fires what lies in the past. */
const NOW = Date.now();
const message = (rev: number, merchantId = 'demo') =>
  ({ merchantId, transactionId: 'pay_1', version: 1, endpointId: 'ep_1', rev }) as NotificationMessage;

describe('the dispatcher, on real queues and a real Scheduler API', () => {
  const dataDir = temporaryDirectory();
  /** What went over the wire: every input of every command. */
  const sent: {
    readonly DelaySeconds?: number;
    readonly MessageGroupId?: string;
    readonly Entries?: readonly { readonly MessageGroupId?: string }[];
  }[] = [];
  const refused: string[] = [];
  let cloud: LocalCloud;
  let scheduler: SchedulerClient;
  let sqs: SQSClient;
  let dispatcher: Dispatcher;
  let group: string;
  const urlOf = (name: string) => cloud.resources.find(name, 'AWS::SQS::Queue').url ?? '';
  const open = (scheduleGroup: string) =>
    createDispatcher({
      sqs,
      schedules: {
        scheduler,
        scheduleGroup,
        schedulerRoleArn: 'arn:aws:iam::000000000000:role/scheduler',
        schedulerDeadLetterArn: cloud.resources.find('TidingsDeadLetters', 'AWS::SQS::Queue').arn,
      },
      queueUrls: {
        first: urlOf('TidingsFirstLane'),
        retry: urlOf('TidingsRetryLane'),
      },
      clock: { now: () => NOW },
      timer: systemTimer,
      onRefused: (reason) => refused.push(reason),
    });

  beforeAll(async () => {
    cloud = await startLocalCloud({ assemblyDir: ASSEMBLY, dataDir, port: 0 });
    const shared = { region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
    sqs = new SQSClient({ ...shared, endpoint: cloud.endpoints.sqs });
    sqs.middlewareStack.add(
      (next) => (args) => {
        sent.push(args.input as (typeof sent)[number]);
        return next(args);
      },
      { step: 'initialize' },
    );
    scheduler = new SchedulerClient({ ...shared, endpoint: cloud.endpoints.scheduler });
    group = cloud.resources.find('TidingsSchedules', 'AWS::Scheduler::ScheduleGroup').name;
    dispatcher = open(group);
  });
  afterAll(async () => {
    sqs.destroy();
    scheduler.destroy();
    await cloud.stop();
    removeDirectory(dataDir);
  });
  const schedules = async () =>
    (await scheduler.send(new ListSchedulesCommand({ GroupName: group }))).Schedules ?? [];

  it('never asks a queue for a delay over 900 s, nor for a message before its time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -5_000, max: 1_200_000 }), async (inMs) => {
        const before = sent.length;
        await dispatcher.sendAt(message(inMs + 10_000), NOW + inMs);
        for (const { DelaySeconds = 0 } of sent.slice(before)) {
          expect(DelaySeconds).toBeLessThanOrEqual(900);
          expect(DelaySeconds * 1_000).toBeGreaterThanOrEqual(inMs);
        }
        expect(sent.length - before).toBe(inMs <= 900_000 ? 1 : 0);
      }),
      { numRuns: 60 },
    );
  });

  it('leaves what is a moment later to Scheduler, once for one attempt', async () => {
    const before = (await schedules()).length;
    await dispatcher.sendAt(message(1), NOW + 900_001);
    await dispatcher.sendAt(message(1), NOW + 900_001);
    expect(await schedules()).toHaveLength(before + 1);
    await dispatcher.sendAt(message(2), NOW + 900_001);
    expect(await schedules()).toHaveLength(before + 2);
    expect((await schedules()).every(({ Name = '' }) => /^[0-9a-f]{64}$/.test(Name))).toBe(true);
    expect(refused).toEqual([]);
  });

  it('says so where Scheduler refuses, and leaves it to the sweep', async () => {
    await open('no-such-group').sendAt(message(3), NOW + 3_600_000);
    expect(refused).toHaveLength(1);
  });

  it('names the merchant as the group of every message, ten at a time', async () => {
    const before = sent.length;
    const messages = Array.from({ length: 23 }, (_, rev) => message(rev, `shop${rev % 2}`));
    await dispatcher.sendNow('first', messages);
    const batches = sent.slice(before).map(({ Entries = [] }) => Entries);
    expect(batches.map(({ length }) => length).sort()).toEqual([10, 10, 3]);
    expect(new Set(batches.flat().map(({ MessageGroupId }) => MessageGroupId))).toEqual(
      new Set(['shop0', 'shop1']),
    );
    await dispatcher.sendAt(message(9), NOW);
    expect(sent.at(-1)).toMatchObject({ MessageGroupId: 'demo', DelaySeconds: 0 });
  });
});
