import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateScheduleCommand } from '@aws-sdk/client-scheduler';
import { expect } from 'vitest';
import { partitionOf } from '../../../lib/core/partitions.ts';
import { eventually } from '../../support/eventually.ts';
import { openShop } from '../../support/running/test-shop.ts';
import { payment } from '../../support/world.ts';
import { type Journey, openServer, outcomeRow } from './journey.ts';

const HOUR_MS = 3_600_000;
/** A wait that a queue cannot hold, so that it becomes a schedule. */
const LONG_SECONDS = 1_000;
/** Outcomes that are recorded at the same moment. */
const TOGETHER = 5;

/** Deliveries that fail: retried later by queue and schedule, sent again by hand, by the sweep and by a job. */
export async function failToDeliver(journey: Journey): Promise<void> {
  const { appears, call, record, set, service, send, judged } = journey;
  const shop = await openShop(service, 'beta', { schedule: [1, LONG_SECONDS] });
  shop.err();
  const ids = ['late', 'settled', 'due'];
  for (const id of ids) await record('beta', id);
  const [, , due = {}] = await Promise.all(
    ids.map((id) =>
      appears(`T#beta#${id}`, ({ attempts }) => Array.isArray(attempts) && attempts.length === 2),
    ),
  );
  const { notifications } = await call(shop.receiverKey, 'GET /v1/transactions/late');
  await shop.start();
  await call(shop.receiverKey, `POST /v1/notifications/${notifications[0].notificationId}/redeliver`);
  await shop.heard('late');
  await call(shop.receiverKey, 'POST /v1/transactions/settled/acknowledge', { version: 1 });
  await set(due, 'nextAttemptAt', new Date(Date.now() - HOUR_MS).toISOString());
  await shop.heard('due');
  for (const [queue, role] of [
    ['TidingsRetryLane', 'TidingsDeliver'],
    ['TidingsCheckLane', 'TidingsCheck'],
  ] as const) {
    // No version sends a list, so it is a dead letter at once.
    await send(queue, ['nonsense']);
    await judged.until({ role, action: 'sqs:SendMessage', resource: 'DeadLetters' });
  }
  await shop.stop();
  await redeliver(journey);
}

async function redeliver({
  api,
  appears,
  call,
  record,
  service,
  judged,
  whilePlacesAreTaken,
}: Journey): Promise<void> {
  const shop = await openShop(service, 'gamma', { schedule: [1] });
  shop.err();
  await record('gamma', 'exhausted');
  await appears('T#gamma#exhausted', ({ state }) => state === 'exhausted');
  await call(shop.receiverKey, 'GET /v1/notifications?state=exhausted');
  await shop.start();
  const time = (ms: number) => new Date(Date.now() + ms).toISOString();
  const range = { from: time(-HOUR_MS), to: time(HOUR_MS) };
  const { jobId } = await call(shop.receiverKey, 'POST /v1/redeliveries', range);
  await shop.heard('exhausted');
  await call(shop.receiverKey, `GET /v1/redeliveries/${jobId}`);
  await judged.until({ role: 'TidingsSweep', action: 'dynamodb:DeleteItem', key: 'J#' });
  const all = { ...range, include: 'all' };
  const count = () => api(shop.receiverKey, 'POST /v1/redeliveries', all);
  // The feed shows the outcome a moment later.
  const { json } = await eventually(count, (seen) => expect(seen.json.confirm.count).toBeGreaterThan(0));
  const { confirm } = json;
  await call(shop.receiverKey, 'POST /v1/redeliveries', { ...all, confirm });
  // Only a few counts at a time may run.
  expect((await whilePlacesAreTaken('gamma', count)).status).toBe(429);
  await call(shop.receiverKey, 'GET /v1/redeliveries');
  await judged.until({ role: 'TidingsSweep', action: 'dynamodb:Query', key: 'T#' });
  await shop.stop();
}

/** Receivers that are silent, and one that is gone for good. */
export async function meetOddReceivers({ admin, record, appears, judged }: Journey): Promise<void> {
  const silent = await openServer(() => undefined);
  // One request of a merchant may stay silent in the first lane, and one that comes meanwhile finds its seat taken. Later
  // ones go to the retry lane at once, so another merchant is needed where the first was given up before the second came.
  let merchants = 0;
  let merchantId = '';
  await eventually(
    async () => {
      merchantId = `delta_${merchants++}`;
      await admin('POST /v1/merchants', { merchantId, name: 'Delta', schedule: [LONG_SECONDS] });
      await admin(`POST /v1/merchants/${merchantId}/endpoints`, { url: silent.url });
      await Promise.all(Array.from({ length: TOGETHER }, (_, n) => record(merchantId, `silent_${n}`)));
      await appears(`T#${merchantId}#silent_0`, ({ attempts }) => Array.isArray(attempts));
      return judged.has({ role: 'TidingsDeliver', action: 'dynamodb:GetItem', key: 'G#' });
    },
    (isSeen) => expect(isSeen).toBe(true),
  );
  let recorded = 0;
  await eventually(
    async () => {
      await record(merchantId, `later_${recorded++}`);
      return judged.has({ role: 'TidingsRelay', action: 'sqs:SendMessage', resource: 'RetryLane' });
    },
    (isSeen) => expect(isSeen).toBe(true),
  );
  silent.close();

  const gone = await openServer(() => ({ status: 410 }));
  await admin('POST /v1/merchants', { merchantId: 'epsilon', name: 'Epsilon', schedule: [1] });
  await admin('POST /v1/merchants/epsilon/endpoints', { url: gone.url });
  await record('epsilon', 'gone');
  await appears('T#epsilon#gone', ({ state }) => state === 'blocked');
  gone.close();
}

/** What the audit and the parking place are for: rows that vanished, came late, or cannot be read. */
export async function loseRows(journey: Journey): Promise<void> {
  const { record, appears, remove, put, rows, service, judged, unset } = journey;
  const shop = await openShop(service, 'eta', { schedule: [1] });
  const first = await record('eta', 'lost');
  const notification = await appears('T#eta#lost', ({ state }) => state === 'delivered');
  await appears('W#eta', () => true);
  await remove({ pk: notification.pk, sk: notification.sk });
  // Without its mark the audit looks at every window again.
  const again = async (pk: string) => {
    await remove({ pk: `D#${partitionOf('eta')}`, sk: 'AUDITED' });
    return rows(pk);
  };
  await eventually(
    async () => (await again('T#eta#lost')).find(({ sk }) => sk === notification.sk),
    (seen) => expect(seen).toMatchObject({ rev: 0 }),
  );
  const late = {
    merchantId: 'eta',
    transactionId: 'unseen',
    occurredAt: first.occurredAt,
    recordedAt: first.recordedAt,
    listedAt: first.listedAt,
    contentHash: 'a'.repeat(64),
  };
  await put(outcomeRow(late));
  await eventually(
    async () => (await again('W#eta')).map(({ revision }) => revision),
    (revisions) => expect(revisions).toContain(1),
  );
  await put({ ...outcomeRow({ ...late, transactionId: 'broken' }), metadata: 'no JSON' });
  await judged.until({ role: 'TidingsRelay', action: 'dynamodb:PutItem', key: 'P#' });
  // A window that cannot be closed leaves its merchant behind.
  const listedAt = new Date().toISOString();
  await put({ ...outcomeRow({ ...late, transactionId: 'broken_now', listedAt }), amount: 'much' });
  await judged.until({ role: 'TidingsClose', action: 'dynamodb:GetItem', key: 'D#' });
  // A row as an older version wrote it has no settings: they are read from the merchant.
  await unset({ pk: `D#${partitionOf('eta')}`, sk: 'M#eta' }, 'feedShards');
  await judged.until({ role: 'TidingsClose', action: 'dynamodb:Query', key: 'M#' });
  await shop.stop();
}

/** Schedules that fire: to both lanes, and to a queue that their role may not use. */
export async function fireSchedules({ cloud, queueUrl, scheduler, judged }: Journey): Promise<void> {
  const at = new Date(Date.now() + 1_000).toISOString().slice(0, 19);
  const targets = ['TidingsRetryLane', 'TidingsCheckLane', 'TidingsFirstLane'];
  for (const queue of targets) {
    await scheduler.send(
      new CreateScheduleCommand({
        Name: `journey-${queue}`,
        GroupName: cloud.resources.find('TidingsSchedules', 'AWS::Scheduler::ScheduleGroup').name,
        ScheduleExpression: `at(${at})`,
        FlexibleTimeWindow: { Mode: 'OFF' },
        ActionAfterCompletion: 'DELETE',
        Target: {
          Arn: 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage',
          RoleArn: cloud.resources.find('TidingsSchedulerRole', 'AWS::IAM::Role').arn,
          Input: JSON.stringify({ QueueUrl: queueUrl(queue), MessageBody: '{}', MessageGroupId: 'journey' }),
          DeadLetterConfig: { Arn: cloud.resources.find('TidingsDeadLetters', 'AWS::SQS::Queue').arn },
        },
      }),
    );
  }
  for (const resource of ['RetryLane', 'CheckLane', 'DeadLetters']) {
    await judged.until({ role: 'TidingsSchedulerRole', action: 'sqs:SendMessage', resource });
  }
}

/** The table does not answer for a while: messages are put back with a pause. */
export async function hangTable(
  { record, send, call, service, judged }: Journey,
  dataDir: string,
): Promise<void> {
  const shop = await openShop(service, 'theta', { schedule: [1] });
  await record('theta', 'pay_1');
  await shop.heard('pay_1');
  const { notifications } = await call(shop.receiverKey, 'GET /v1/transactions/pay_1');
  const { endpointId } = notifications[0];
  const emulator = Number(readFileSync(join(dataDir, 'dynamodb.pid'), 'utf8'));
  process.kill(emulator, 'SIGSTOP');
  try {
    const key = { merchantId: 'theta', transactionId: 'pay_1' };
    for (const lane of ['FirstLane', 'RetryLane'])
      await send(`Tidings${lane}`, { ...key, version: 1, endpointId, rev: 0 });
    await send('TidingsCheckLane', { ...key, rev: 0 });
    await send('TidingsIntakeQueue', { ...key, ...payment() });
    const hides = (role: string, resource: string) =>
      judged.until({ role, action: 'sqs:ChangeMessageVisibility', resource });
    await hides('TidingsDeliver', 'FirstLane');
    await hides('TidingsDeliver', 'RetryLane');
    await hides('TidingsCheck', 'CheckLane');
    await hides('TidingsRecord', 'IntakeQueue');
  } finally {
    process.kill(emulator, 'SIGCONT');
  }
  await shop.stop();
}
