import { describe, expect, it } from 'vitest';
import { createReceiver, type ReceiverOptions } from '../../../lib/receiver/index.ts';
import { fetchOf, openKit } from '../../support/kit.ts';
import { createWorld } from '../../support/world.ts';

type Service = NonNullable<ReceiverOptions<never>['service']>;

describe('asking about an order', () => {
  it('says as of when there is no such transaction', async () => {
    const world = createWorld();
    const { receiver } = await openKit(world);
    expect(await receiver.due({ transactionId: 'pay_1' })).toEqual({
      asOf: '2026-11-20T08:00:00.000Z',
      transactions: [],
    });
  });

  it('applies nothing of what is pending, and the end when there is one', async () => {
    const world = createWorld();
    const kit = await openKit(world);
    await kit.record('pay_1', { status: 'PENDING' });
    expect((await kit.receiver.due({ transactionId: 'pay_1' })).transactions).toEqual([
      { kind: 'pending', transactionId: 'pay_1' },
    ]);
    expect(kit.applied).toEqual([]);
    await kit.record('pay_1', { metadata: { note: 'x' } });
    const { transactions } = await kit.receiver.due({ transactionId: 'pay_1' });
    expect(transactions).toMatchObject([
      { kind: 'ended', result: 'applied', outcome: { version: 2, metadata: { note: 'x' } } },
    ]);
    expect(kit.store.get('pay_1')).toBe(1);
    expect((await kit.receiver.due({ transactionId: 'pay_1' })).transactions).toMatchObject([
      { kind: 'ended', result: 'duplicate' },
    ]);
    expect(kit.store.get('pay_1')).toBe(1);
  });

  it('applies all that ended for an order number, over several pages', async () => {
    const world = createWorld();
    const kit = await openKit(world);
    for (let index = 0; index < 23; index += 1) {
      await kit.record(`pay_${index}`, { reference: 'ORDER-1', status: index === 3 ? 'PENDING' : 'FAILED' });
    }
    const { asOf, transactions } = await kit.receiver.due({ reference: 'ORDER-1' });
    expect(asOf).toBe('2026-11-20T07:59:30.000Z');
    expect(transactions).toHaveLength(23);
    expect(transactions.filter(({ kind }) => kind === 'pending')).toHaveLength(1);
    expect(kit.applied).toHaveLength(22);
  });

  it('agrees with the callback that comes afterwards', async () => {
    const world = createWorld();
    const kit = await openKit(world);
    const outcome = await kit.record('pay_1', {
      metadata: { b: 1, a: [2] },
      reason: { code: 'x', message: 'y' },
    });
    await kit.receiver.due({ transactionId: 'pay_1' });
    expect(await kit.tell(outcome)).toBe(204);
    expect(kit.events.map(({ event }) => event)).toEqual(['applied', 'duplicate']);
  });

  it('acknowledges only what the service still tries to deliver', async () => {
    const world = createWorld();
    const kit = await openKit(world);
    await kit.record('pay_1');
    await kit.receiver.due({ transactionId: 'pay_1' });
    await kit.merchant.endpoint();
    await kit.pass(1);
    await kit.record('pay_2');
    await kit.receiver.due({ transactionId: 'pay_2' });
    await kit.receiver.due({ transactionId: 'pay_2' });
    const posted = kit.asked.filter((request) => request.startsWith('POST'));
    expect(posted).toEqual(['POST /v1/transactions/pay_2/acknowledge']);
    const { json } = await world.call(kit.merchant.receiver, 'GET /v1/transactions/pay_2');
    expect(json.notifications).toMatchObject([{ state: 'acknowledged' }]);
  });

  it('acknowledges for its own endpoint, if it says which one that is', async () => {
    const world = createWorld();
    const kit = await openKit(world);
    const own = await kit.merchant.endpoint();
    await kit.merchant.endpoint({ url: 'https://warehouse.example/hooks' });
    const service = { ...kit.options.service, endpointId: own.endpointId } as Service;
    const receiver = createReceiver({ ...kit.options, service });
    await kit.record('pay_1');
    await receiver.due({ transactionId: 'pay_1' });
    const { json } = await world.call(kit.merchant.receiver, 'GET /v1/transactions/pay_1');
    const states = json.notifications.map((one: { endpointId: string; state: string }) => [
      one.endpointId === own.endpointId,
      one.state,
    ]);
    expect(states.sort()).toEqual([
      [false, 'pending'],
      [true, 'acknowledged'],
    ]);
    await receiver.due({ transactionId: 'pay_1' });
    expect(kit.asked.filter((request) => request.startsWith('POST'))).toHaveLength(1);
  });

  it('acknowledges with the next run what this one applied and could not', async () => {
    const world = createWorld();
    let isAway = true;
    const kit = await openKit(world, {
      service: {
        tries: 1,
        fetch: async (url, init) => {
          if (isAway && init.method === 'POST') throw new Error('reset');
          return fetchOf(world)(url, init);
        },
      },
    });
    await kit.merchant.endpoint();
    await kit.record('pay_1');
    await expect(kit.receiver.due({ transactionId: 'pay_1' })).rejects.toMatchObject({
      code: 'service_unavailable',
    });
    expect(kit.store.get('pay_1')).toBe(1);
    isAway = false;
    await kit.pass(6);
    expect(await kit.receiver.reconcile()).toMatchObject({ applied: 0, acknowledged: 1 });
    const { json } = await world.call(kit.merchant.receiver, 'GET /v1/transactions/pay_1');
    expect(json.notifications).toMatchObject([{ state: 'acknowledged' }]);
  });

  it('reports a conflict to onConflict', async () => {
    const world = createWorld();
    const conflicts: unknown[] = [];
    const kit = await openKit(world, {
      receiver: { onConflict: (conflict) => void conflicts.push(conflict) },
    });
    const outcome = await kit.record('pay_1');
    await kit.tell({ ...outcome, status: 'FAILED' });
    const { transactions } = await kit.receiver.due({ transactionId: 'pay_1' });
    expect(transactions).toMatchObject([{ result: 'conflict' }]);
    expect(conflicts).toMatchObject([
      { kind: 'contents', applied: { status: 'FAILED' }, received: { status: 'SUCCEEDED' } },
    ]);
  });
});
