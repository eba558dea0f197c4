import { sweepPartition } from '../../../../lib/core/deliver/sweep.ts';
import type { World } from '../../../support/demo-world.ts';
import { createWorld, payment, type Sent } from '../../../support/world.ts';

export const MINUTE = 60_000;

export async function recorded(schedule: readonly number[] = [10, 10]) {
  const world = createWorld();
  const demo = await world.merchant('demo', { schedule });
  const { endpointId } = await demo.endpoint();
  await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment());
  await world.relayAll();
  const notification = async () =>
    (await world.call(demo.receiver, 'GET /v1/transactions/pay_1')).json.notifications[0];
  const redeliver = () => world.call(demo.receiver, `POST /v1/notifications/pay_1.1.${endpointId}/redeliver`);
  const acknowledge = (body: object = { version: 1 }) =>
    world.call(demo.receiver, 'POST /v1/transactions/pay_1/acknowledge', body);
  return { world, demo, endpointId, notification, redeliver, acknowledge };
}

export function take(world: World): Sent {
  const sent = world.queue.shift();
  if (sent === undefined) throw new Error('the queue is empty');
  return sent;
}

export function sweepOne(world: World, partition: number): Promise<number> {
  return sweepPartition(world.ports, { partition, deadlineMs: Number.POSITIVE_INFINITY });
}
