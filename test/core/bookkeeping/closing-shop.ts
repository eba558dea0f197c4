import { auditPartitions } from '../../../lib/core/bookkeeping/audit.ts';
import { closePartition } from '../../../lib/core/bookkeeping/close.ts';
import { PARTITIONS } from '../../../lib/core/partitions.ts';
import type { World } from '../../support/demo-world.ts';
import { createWorld, payment, statusExchange } from '../../support/world.ts';

export const MINUTE = 60_000;
const SETTINGS = { windowSeconds: 300, auditAfterSeconds: 900 };

export async function close(world: World): Promise<void> {
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    await closePartition(
      { ...world.ports, ...SETTINGS },
      { partition, deadlineMs: Number.POSITIVE_INFINITY },
    );
  }
}

export async function audit(world: World): Promise<void> {
  await auditPartitions({ ...world.ports, ...SETTINGS }, { deadlineMs: Number.POSITIVE_INFINITY });
}

export async function shop() {
  const world = createWorld();
  const demo = await world.merchant('demo', { schedule: [10] });
  const record = (id: string, changes: object = {}) =>
    world.call(demo.initiator, `PUT /v1/merchants/demo/transactions/${id}`, payment(changes));
  const windows = () => [...world.ports.contents.windows.values()];
  return { world, demo, record, windows };
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
