import type { World } from '../../support/demo-world.ts';
import { createWorld, payment, statusExchange } from '../../support/world.ts';

export const MINUTE = 60_000;

export async function shop() {
  const world = createWorld();
  const demo = await world.merchant('demo', { schedule: [10] });
  const record = (id: string, changes: object = {}) =>
    world.call(demo.initiator, `PUT /v1/merchants/demo/transactions/${id}`, payment(changes));
  const windows = () => [...world.ports.contents.windows.values()];
  return { world, demo, record, windows };
}

/** Records a payment at each of `count` more merchants, of the same partition and of others. */
export async function recordElsewhere(world: World, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const other = await world.merchant(`other-${n}`);
    await other.endpoint();
    await world.call(other.initiator, `PUT /v1/merchants/other-${n}/transactions/pay_1`, payment());
  }
}

/** A shop whose endpoint answered 500 until `count` notifications were exhausted, a second ago. */
export async function shopThatWasAway(count: number) {
  const { world, demo, record } = await shop();
  await demo.endpoint();
  world.receiver.answer = () => statusExchange(500);
  for (let n = 0; n < count; n += 1) await record(`pay_${n}`);
  await world.relayAll();
  await world.drain();
  world.time.nowMs += 1_000;
  return { world, demo };
}
