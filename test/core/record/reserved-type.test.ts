import { describe, expect, it } from 'vitest';
import { recordFromQueue } from '../../../lib/core/record/intake.ts';
import { checkContent } from '../../../lib/initiator/content-check.ts';
import { createWorld, payment } from '../../support/world.ts';

const RESERVED = payment({ transactionType: 'tidings' });
const refusal = { pointer: '/transactionType', code: 'reserved_type' };

async function open() {
  const world = createWorld();
  const demo = await world.merchant('demo');
  const isRecorded = async () =>
    (await world.call(demo.receiver, 'GET /v1/transactions/pay_1')).status === 200;
  return { world, demo, isRecorded };
}

describe('the transaction type of alerts is refused', () => {
  it('at the API, for an end and for a PENDING', async () => {
    const { world, demo, isRecorded } = await open();
    for (const status of ['SUCCEEDED', 'PENDING']) {
      const path = 'PUT /v1/merchants/demo/transactions/pay_1';
      const put = await world.call(demo.initiator, path, { ...RESERVED, status });
      expect(put).toMatchObject({ status: 400, json: { code: 'reserved_type', errors: [refusal] } });
    }
    expect(await isRecorded()).toBe(false);
  });

  it('in a batch, without its neighbours', async () => {
    const { world, demo } = await open();
    const transactions = [
      { transactionId: 'pay_1', ...RESERVED },
      { transactionId: 'pay_2', ...payment({ transactionType: 'tidings_fee' }) },
    ];
    const put = await world.call(demo.initiator, 'POST /v1/merchants/demo/transactions', { transactions });
    expect(put.json.results).toMatchObject([{ code: 'reserved_type' }, { result: 'created' }]);
  });

  it('from the queue and as an event, into the dead letters', async () => {
    const { world, isRecorded } = await open();
    const ports = { ...world.ports, recorders: { '111111111111': ['*'] } };
    const item = { merchantId: 'demo', transactionId: 'pay_1', ...RESERVED };
    const event = {
      version: '0',
      id: 'e',
      'detail-type': 'Transaction Outcome',
      source: 'bank',
      account: '111111111111',
      time: '2026-11-20T08:00:00Z',
      region: 'us-east-1',
      resources: [],
      detail: item,
    };
    for (const body of [item, event]) {
      await recordFromQueue(ports, { messageId: 'm', body: JSON.stringify(body) });
    }
    expect(world.deadLetters.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('reserved_type'),
      expect.stringContaining('reserved_type'),
    ]);
    expect(await isRecorded()).toBe(false);
  });

  it('by the kit of initiators, before it is written into their transaction', () => {
    expect(checkContent(RESERVED)).toEqual({ ok: false, errors: [refusal] });
  });
});

describe('an outcome of that type that is stored already', () => {
  it('stays readable and is delivered', async () => {
    const { world, demo } = await open();
    await demo.endpoint();
    const outcome = {
      merchantId: 'demo',
      transactionId: 'pay_1',
      version: 1,
      ...RESERVED,
      recordedAt: '2026-11-20T08:00:00.000Z',
      listedAt: '2026-11-20T08:00:00.000Z',
    };
    await world.ports.outcomes.putIfAbsent(outcome as never, 0);
    await world.relayAll();
    await world.drain();
    const { json } = await world.call(demo.receiver, 'GET /v1/transactions/pay_1');
    expect(json).toMatchObject({ transactionType: 'tidings', notifications: [{ state: 'delivered' }] });
  });
});
