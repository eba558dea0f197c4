import { describe, expect, it } from 'vitest';
import { percentile } from '../../../../bench/isolation/delays.ts';
import { measureVirtually, type VirtualRun } from '../../../../bench/isolation/virtual.ts';
import type { Exchange, Patience } from '../../../../lib/core/deliver/attempt/sender.ts';
import { Fault } from '../../../../lib/core/faults.ts';
import type { World } from '../../../support/demo-world.ts';
import { createWorld, okExchange, payment, type Sent } from '../../../support/world.ts';

/** Two payments of one shop, each a first message. */
async function recorded(settings: object = {}) {
  const world = createWorld();
  const shop = await world.merchant('demo', { schedule: [60, 60], ...settings });
  await shop.endpoint();
  for (const id of ['pay_1', 'pay_2']) {
    await world.call(shop.initiator, `PUT /v1/merchants/demo/transactions/${id}`, payment());
  }
  await world.relayAll();
  const [first, second] = world.queue.splice(0);
  if (first === undefined || second === undefined) throw new Error('nothing was relayed');
  const notification = async (id: string) =>
    (await world.call(shop.receiver, `GET /v1/transactions/${id}`)).json.notifications[0];
  return { world, first, second, notification };
}

/** A receiver that never answers, until the caller gives up. */
const silent = (world: World, timeoutMs = 10_000) => {
  world.receiver.answer = async (_request, patience) => {
    const isGivenUp = await askForPatience(patience);
    return { kind: 'error', code: 'timeout', durationMs: isGivenUp ? 2_000 : timeoutMs };
  };
};

/** Whether the caller gives up once its patience is at an end: known when all that it asks for has been answered. */
async function askForPatience(patience: Patience | undefined): Promise<boolean> {
  let isGivenUp = false;
  patience?.onExceeded(() => {
    isGivenUp = true;
  });
  for (let turn = 0; turn < 20 && !isGivenUp; turn += 1)
    await new Promise((resolve) => setImmediate(resolve));
  return isGivenUp;
}

/** Two that are on their way at the same time: the one that is silent first has the merchant's seat. */
async function bothSilent(settings: object = {}) {
  const both = await recorded(settings);
  silent(both.world);
  await both.world.deliverOne(both.first);
  both.world.queue.length = 0;
  // As for an instance that has not learned of it: what is known to be slow never gets into the first lane.
  both.world.ports.health.isSlowOrOpen = async () => false;
  return both;
}

describe('a silent receiver in the first lane', () => {
  it('keeps one request of its merchant waiting to its time-out, which counts as any other', async () => {
    const { world, first, notification } = await recorded();
    silent(world);
    await world.deliverOne(first);
    expect(await notification('pay_1')).toMatchObject({
      state: 'retrying',
      attempts: [{ error: 'timeout', durationMs: 10_000 }],
    });
  });

  it('gets one callback if it is only slow', async () => {
    const { world, first, notification } = await recorded();
    world.receiver.answer = async (_request, patience) => {
      await askForPatience(patience);
      return { ...okExchange(), durationMs: 5_000 };
    };
    await world.deliverOne(first);
    await world.drain();
    expect(world.requests).toHaveLength(1);
    expect(await notification('pay_1')).toMatchObject({ state: 'delivered' });
  });

  it('loses every other request, which is made again at once in the retry lane', async () => {
    const { world, second, notification } = await bothSilent();
    await world.deliverOne(second);
    expect(await notification('pay_2')).toMatchObject({
      state: 'retrying',
      attempts: [{ number: 1, error: 'handed_over', durationMs: 2_000 }],
    });
    const message = { ...second.message, rev: 1 };
    expect(world.queue).toEqual([{ lane: 'retry', message, atMs: world.time.nowMs }]);
  });

  it('gets its whole time-out there, even while others wait', async () => {
    const { world, second, notification } = await bothSilent();
    await world.deliverOne(second);
    const [again] = world.queue.splice(0);
    if (again === undefined) throw new Error('nothing was sent on');
    await world.deliverOne(again);
    expect((await notification('pay_2')).attempts).toMatchObject([
      { number: 1, error: 'handed_over' },
      { number: 2, error: 'timeout', durationMs: 10_000 },
    ]);
  });

  it('is tried as often as its schedule says, beside what was handed over', async () => {
    const { world, second, notification } = await bothSilent({ schedule: [60] });
    await world.deliverOne(second);
    await world.drain();
    const { state, attempts } = await notification('pay_2');
    expect(state).toBe('exhausted');
    expect(attempts.map(({ error }: { error: string }) => error)).toEqual([
      'handed_over',
      'timeout',
      'timeout',
    ]);
  });

  it('has answered where the answer comes in the last moment', async () => {
    const { world, second, notification } = await bothSilent();
    world.receiver.answer = async (_request, patience): Promise<Exchange> => {
      expect(await askForPatience(patience)).toBe(true);
      return okExchange();
    };
    await world.deliverOne(second);
    expect(await notification('pay_2')).toMatchObject({
      state: 'delivered',
      attempts: [{ statusCode: 200 }],
    });
    expect(world.queue).toEqual([]);
  });

  it('is marked as slow before the delivery ends: the function may be frozen after it', async () => {
    const { world, first } = await recorded();
    silent(world);
    const marking = Promise.withResolvers<void>();
    world.ports.health.markSlow = () => marking.promise;
    const order: string[] = [];
    const delivering = world.deliverOne(first).then(() => order.push('delivered'));
    // Enough turns for the delivery to end, if it did not wait.
    for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    order.push('marked');
    marking.resolve();
    await delivering;
    expect(order).toEqual(['marked', 'delivered']);
  });

  it('has no seat if the gate cannot be read', async () => {
    const { world, first, notification } = await recorded();
    silent(world);
    world.ports.gate.enter = () =>
      Promise.reject(new Fault({ code: 'unavailable', message: 'away', retryable: true }));
    await world.deliverOne(first);
    expect((await notification('pay_1')).attempts).toMatchObject([{ error: 'handed_over' }]);
  });

  it('is called again where the function died before it sent the message on', async () => {
    const { world, second, notification } = await bothSilent();
    const { sendAt } = world.ports.dispatcher;
    world.ports.dispatcher.sendAt = () => Promise.reject(new Error('died'));
    await expect(world.deliverOne(second)).rejects.toThrow('died');
    world.ports.dispatcher.sendAt = sendAt;
    await world.deliverOne(second, 2);
    expect(world.queue.map(({ message }: Sent) => message)).toEqual([{ ...second.message, rev: 1 }]);
    world.receiver.answer = () => okExchange();
    await world.drain();
    expect(await notification('pay_2')).toMatchObject({ state: 'delivered' });
  });

  it('changes nothing that was acknowledged meanwhile', async () => {
    const { world, second, notification } = await bothSilent();
    const shop = await world.call(world.admin, 'POST /v1/merchants/demo/keys', { scope: 'receiver' });
    world.receiver.answer = async (_request, patience) => {
      await world.call(shop.json.key, 'POST /v1/transactions/pay_2/acknowledge', { version: 1 });
      await askForPatience(patience);
      return { kind: 'error', code: 'timeout', durationMs: 2_000 };
    };
    await world.deliverOne(second);
    expect(await notification('pay_2')).toMatchObject({ state: 'acknowledged' });
    expect(world.queue).toEqual([]);
  });
});

describe('nine merchants beside a tenth that turns bad', () => {
  const load = { seconds: 60, healthyPerSecond: 1, timeoutMs: 10_000 };
  const p99 = async (run: Pick<VirtualRun, 'tenth' | 'heavyPerSecond'> & Partial<VirtualRun>) => {
    const { delays, missing } = await measureVirtually({ ...load, ...run });
    expect(missing).toBe(0);
    const atFirst = delays.filter(({ sinceMs }) => sinceMs < 20_000);
    return Math.max(percentile(delays, 0.99), percentile(atFirst, 0.99));
  };
  const calmDelays = new Map<number, Promise<number>>();
  /** What the nine wait while the tenth answers at once, measured once for each load. */
  const calmAt = (heavyPerSecond: number) => {
    const measured =
      calmDelays.get(heavyPerSecond) ?? p99({ tenth: { kind: 'answers', afterMs: 0 }, heavyPerSecond });
    calmDelays.set(heavyPerSecond, measured);
    return measured;
  };
  const hole = { tenth: { kind: 'black-hole' } } as const;

  it.each([
    ['never answers', { ...hole, heavyPerSecond: 25 }],
    ['never answers within 30 s', { ...hole, heavyPerSecond: 25, timeoutMs: 30_000 }],
    ['answers after 9 s', { tenth: { kind: 'answers', afterMs: 9_000 }, heavyPerSecond: 25 }],
    [
      'never answers, on a host of its own for each transaction',
      { ...hole, heavyPerSecond: 12, hasOwnHosts: true },
    ],
  ] as const)(
    'wait for their first attempts as in calm times, from its first second on: it %s',
    async (_does, run) => {
      const calm = await calmAt(run.heavyPerSecond);
      expect(await p99(run)).toBeLessThanOrEqual(1.2 * calm);
    },
  );
});
