import { describe, expect, it } from 'vitest';
import { createReceiver, type Outcome } from '../../../lib/receiver/index.ts';
import { memoryStore } from '../../../lib/receiver/stores/memory.ts';
import { openKit } from '../../support/kit.ts';
import { createWorld } from '../../support/world.ts';
import { markOf } from '../reconciling/reconciling-kit.ts';

/** A receiver that cannot take some outcomes, until they are mended. */
async function openFailing(broken: ReadonlySet<string>) {
  const world = createWorld();
  const store = memoryStore();
  const hands = { isMended: false };
  const kit = await openKit(world, {
    receiver: {
      store,
      onOutcome: ({ transactionId }, tx) => {
        if (broken.has(transactionId) && !hands.isMended) throw new Error(`${transactionId} is booked`);
        tx.set(transactionId, Number(tx.get(transactionId) ?? 0) + 1);
      },
    },
  });
  const record = async (count: number) => {
    for (let index = 0; index < count; index += 1) await kit.record(`pay_${index}`);
    await kit.pass(1);
  };
  const takenOf = (count: number) =>
    Array.from({ length: count }, (_, index) => store.get(`pay_${index}`)).filter((times) => times === 1);
  return { kit, store, hands, record, takenOf };
}

const failures = (kit: Awaited<ReturnType<typeof openFailing>>['kit']) =>
  kit.events.flatMap((event) => (event.event === 'failed' ? [event.fault.code] : []));

describe('an outcome that onOutcome throws for', () => {
  it('does not stop the feed, which comes back to it', async () => {
    const { kit, hands, record, takenOf } = await openFailing(new Set(['pay_3']));
    await record(620);
    const report = await kit.receiver.follow();
    expect(report).toMatchObject({ read: 620, applied: 619, unsettled: 1 });
    expect(failures(kit)).toEqual(['outcome_not_applied']);
    hands.isMended = true;
    expect(await kit.receiver.follow()).toMatchObject({ read: 620, applied: 1, unsettled: 0 });
    expect(takenOf(620)).toHaveLength(620);
    expect(await kit.receiver.follow()).toMatchObject({ read: 0 });
  });

  it('does not stop a reconciliation, and keeps its mark', async () => {
    const { kit, store, hands, record, takenOf } = await openFailing(new Set(['pay_3']));
    await record(6);
    await kit.pass(30);
    await kit.record('pay_6');
    await kit.pass(30);
    expect(await kit.receiver.reconcile()).toMatchObject({ differing: 2, applied: 6, unsettled: 1 });
    const mark = (await markOf(store)) ?? '';
    expect(mark <= '2026-11-20T08:00:00.000Z').toBe(true);
    hands.isMended = true;
    expect(await kit.receiver.reconcile()).toMatchObject({ differing: 1, applied: 1, unsettled: 0 });
    expect(takenOf(7)).toHaveLength(7);
    expect((await markOf(store)) ?? '').toBe((await kit.receiver.reconcile()).through);
  });

  it('ends the run if there are twenty of them, and nothing is passed', async () => {
    const every = new Set(Array.from({ length: 40 }, (_, index) => `pay_${index}`));
    const { kit, hands, record, takenOf } = await openFailing(every);
    await record(40);
    await expect(kit.receiver.follow()).rejects.toMatchObject({
      code: 'outcome_not_applied',
      retryable: true,
    });
    hands.isMended = true;
    await kit.receiver.follow();
    expect(takenOf(40)).toHaveLength(40);
  });
});

describe('receivers of different types on one store', () => {
  async function openTwo() {
    const world = createWorld();
    const kit = await openKit(world, { service: { types: ['payment.*'] } });
    for (let index = 0; index < 4; index += 1) {
      await kit.record(`pay_${index}`);
      await kit.record(`refund_${index}`, { transactionType: 'refund' });
    }
    await kit.pass(300);
    const withTypes = (types: readonly string[] | undefined) =>
      createReceiver({
        ...kit.options,
        service: { ...kit.options.service, ...(types && { types }) } as NonNullable<
          typeof kit.options.service
        >,
      });
    return { kit, withTypes };
  }
  const idsOf = (outcomes: readonly Outcome[]) => outcomes.map(({ transactionId }) => transactionId).sort();
  const REFUNDS = ['refund_0', 'refund_1', 'refund_2', 'refund_3'];

  it('do not take what the other settled for their own', async () => {
    const { kit, withTypes } = await openTwo();
    await kit.receiver.follow();
    await kit.receiver.reconcile();
    kit.applied.length = 0;
    const refunds = withTypes(['refund.*']);
    expect(await refunds.follow()).toMatchObject({ applied: 4 });
    expect(idsOf(kit.applied)).toEqual(REFUNDS);
    expect(await refunds.reconcile()).toMatchObject({ differing: 0 });
    expect((await refunds.compare())?.isEqual).toBe(true);
  });

  it('find what was lost before more types were added', async () => {
    const { kit, withTypes } = await openTwo();
    await kit.receiver.reconcile();
    kit.applied.length = 0;
    expect(await withTypes(['payment.*', 'refund.*']).reconcile()).toMatchObject({ applied: 4 });
    expect(idsOf(kit.applied)).toEqual(REFUNDS);
  });
});
