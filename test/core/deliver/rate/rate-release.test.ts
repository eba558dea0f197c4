import { beforeEach, describe, expect, it } from 'vitest';
import { createRateRelease } from '../../../../lib/core/deliver/rate/rate-release.ts';
import { endpointIdSchema, merchantIdSchema, transactionIdSchema } from '../../../../lib/core/model.ts';
import { createWorld } from '../../../support/world.ts';

const MINUTE = 60_000;
const merchantId = merchantIdSchema().parse('demo');

describe('what the sweep may send to an endpoint with a rate', () => {
  let world: ReturnType<typeof createWorld>;
  let demo: Awaited<ReturnType<typeof world.merchant>>;
  beforeEach(async () => {
    world = createWorld();
    demo = await world.merchant('demo');
  });
  const keyOf = (endpointId: string) => ({
    merchantId,
    transactionId: transactionIdSchema().parse('pay_1'),
    version: 1 as const,
    endpointId: endpointIdSchema().parse(endpointId),
  });
  const holds = async (endpointId: string, count: number) => {
    const release = createRateRelease(world.ports);
    const untilMs = [];
    for (let n = 0; n < count; n += 1) untilMs.push(await release.holdUntil(keyOf(endpointId)));
    return untilMs;
  };

  it("is a partition's share of the free slots; the others wait for their turn, an hour at most", async () => {
    const { endpointId } = await demo.endpoint({ ratePerSecond: 0.1 });
    const untilMs = await holds(endpointId, 40);
    // 90 slots are free, for 16 partitions.
    expect(untilMs.slice(0, 6)).toEqual(Array(6).fill(undefined));
    const waits = untilMs.slice(6).map((ms) => (ms ?? 0) - world.time.nowMs);
    expect(waits[0]).toBe(160_000);
    expect(waits[1]).toBe(320_000);
    expect(Math.max(...waits)).toBe(60 * MINUTE);
  });

  it('is nothing while all slots are reserved', async () => {
    const { endpointId } = await demo.endpoint({ ratePerSecond: 10 });
    const rated = { merchantId, endpointId: endpointIdSchema().parse(endpointId) };
    const queuedUntilMs = world.time.nowMs + 15 * MINUTE;
    await world.ports.slots.save(rated, { sentUntilMs: 0, queuedUntilMs, rev: 1 }, 0);
    const untilMs = await holds(endpointId, 2);
    expect(untilMs).not.toContain(undefined);
    // Not before the next sweep.
    expect((untilMs[0] ?? 0) - world.time.nowMs).toBe(MINUTE);
  });

  it('is everything for an endpoint without a rate, and for one that is disabled or not there', async () => {
    const { endpointId } = await demo.endpoint();
    expect(await holds(endpointId, 3)).toEqual([undefined, undefined, undefined]);
    expect(await holds('ep_nobody', 1)).toEqual([undefined]);
    const disabled = await demo.endpoint({ ratePerSecond: 0.1, enabled: false });
    expect(await holds(disabled.endpointId, 50)).toEqual(Array(50).fill(undefined));
  });
});
