import { describe, expect, it } from 'vitest';
import { sweepAll } from '../../../lib/core/deliver/sweep.ts';
import { Fault } from '../../../lib/core/faults.ts';
import { createWorld, payment, statusExchange } from '../../support/world.ts';

const MINUTE = 60_000;
const deadlineMs = Number.POSITIVE_INFINITY;

/** Two notifications whose next attempts were due after 10 s, and whose messages are lost. */
async function overdue() {
  const world = createWorld();
  const demo = await world.merchant('demo', { schedule: [10, 1_800] });
  await demo.endpoint();
  world.receiver.answer = () => statusExchange(500);
  for (const id of ['pay_1', 'pay_2']) {
    await world.call(demo.initiator, `PUT /v1/merchants/demo/transactions/${id}`, payment());
    await world.relayAll();
    for (const sent of world.queue.splice(0)) await world.deliverOne(sent);
    world.queue.length = 0;
    world.time.nowMs += MINUTE;
  }
  const reported = () => world.events.filter(({ event }) => event === 'due_swept');
  return { world, reported };
}

describe('the sweep', () => {
  it('reports how long the most overdue row waited, without a further read', async () => {
    const { world, reported } = await overdue();
    let reads = 0;
    const { dueIndex } = world.ports;
    const counted = {
      page: (...args: Parameters<typeof dueIndex.page>) => {
        reads += 1;
        return dueIndex.page(...args);
      },
    };
    world.time.nowMs += 4 * MINUTE;
    await sweepAll({ ...world.ports, dueIndex: counted }, deadlineMs);
    // The first was due 10 s after it was recorded, which was six minutes ago.
    expect(reported()).toEqual([{ event: 'due_swept', behindSeconds: 350 }]);
    expect(reads).toBe(16);
  });

  it('reports nothing overdue once all is sent, so that the alarm ends by itself', async () => {
    const { world, reported } = await overdue();
    world.time.nowMs += 10 * MINUTE;
    await sweepAll(world.ports, deadlineMs);
    await sweepAll(world.ports, deadlineMs);
    expect(reported()).toEqual([
      { event: 'due_swept', behindSeconds: 710 },
      { event: 'due_swept', behindSeconds: 0 },
    ]);
  });

  it('reports also where it could not send: the wait grows with each run', async () => {
    const { world, reported } = await overdue();
    const away = new Fault({ code: 'unavailable', message: 'away', retryable: true });
    const ports = {
      ...world.ports,
      dispatcher: { ...world.ports.dispatcher, sendNow: () => Promise.reject(away) },
      notifications: { ...world.ports.notifications, lease: () => Promise.reject(away) },
    };
    world.time.nowMs += 10 * MINUTE;
    await expect(sweepAll(ports, deadlineMs)).rejects.toBe(away);
    world.time.nowMs += 10 * MINUTE;
    await expect(sweepAll(ports, deadlineMs)).rejects.toBe(away);
    expect(reported()).toEqual([
      { event: 'due_swept', behindSeconds: 710 },
      { event: 'due_swept', behindSeconds: 1_310 },
    ]);
  });

  it('is silent where a part of the index cannot be read: the wait of its rows is unknown', async () => {
    const { world, reported } = await overdue();
    const away = new Fault({ code: 'unavailable', message: 'away', retryable: true });
    const { dueIndex } = world.ports;
    const page: typeof dueIndex.page = (query) =>
      query.partition === 7 ? Promise.reject(away) : dueIndex.page(query);
    await expect(sweepAll({ ...world.ports, dueIndex: { page } }, deadlineMs)).rejects.toBe(away);
    expect(reported()).toEqual([]);
  });
});
