import { describe, expect, it } from 'vitest';
import type { DueKey } from '../../../lib/core/deliver/due-index.ts';
import { sweepPartition } from '../../../lib/core/deliver/sweep.ts';
import type { Lane } from '../../../lib/core/events.ts';
import { Fault } from '../../../lib/core/faults.ts';
import { createWorld, payment, statusExchange } from '../../support/world.ts';

const MINUTE = 60_000;

/** A notification and a check that are due in one partition, and whose messages are lost. */
async function overdue() {
  const world = createWorld();
  const demo = await world.merchant('demo', { schedule: [10, 1_800] });
  await demo.endpoint();
  world.receiver.answer = () => statusExchange(500);
  const record = (id: string, changes: object) =>
    world.call(demo.initiator, `PUT /v1/merchants/demo/transactions/${id}`, payment(changes));
  await record('pay_1', {});
  await record('pay_2', { status: 'PENDING', checkBack: { url: 'https://bank.example/check' } });
  await world.relayAll();
  for (const sent of world.queue.splice(0)) if (sent.lane === 'first') await world.deliverOne(sent);
  world.queue.length = 0;
  world.time.nowMs += 10 * MINUTE;
  const keys: readonly DueKey[] = [
    ...[...world.ports.contents.notifications.values()].map((key): DueKey => ({ kind: 'notification', key })),
    ...[...world.ports.contents.checks.values()].map((key): DueKey => ({ kind: 'check', key })),
  ];
  return { world, dueIndex: { page: async () => ({ keys }) } };
}

describe('the sweep', () => {
  it.each([
    { refusing: 'retry', sent: ['pay_2'] },
    { refusing: 'check', sent: ['pay_1'] },
  ])('sends what it leased for the other lane where the lane $refusing takes nothing', async (lanes) => {
    const { world, dueIndex } = await overdue();
    const away = new Fault({ code: 'unavailable', message: 'away', retryable: true });
    const { sendNow } = world.ports.dispatcher;
    const dispatcher = {
      ...world.ports.dispatcher,
      sendNow: async (...[lane, messages]: Parameters<typeof sendNow>) => {
        if (lane === (lanes.refusing as Lane)) throw away;
        await sendNow(lane, messages);
      },
    };
    const run = { partition: 0, deadlineMs: Number.POSITIVE_INFINITY };
    await expect(sweepPartition({ ...world.ports, dueIndex, dispatcher }, run)).rejects.toBe(away);
    expect(world.queue.map(({ message }) => message.transactionId)).toEqual(lanes.sent);
  });
});
