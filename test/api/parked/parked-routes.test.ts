import { describe, expect, it } from 'vitest';
import { unreadableRowFault } from '../../../lib/core/faults.ts';
import { useDemoWorld } from '../../support/demo-world.ts';
import { payment } from '../../support/world.ts';

const DAY_MS = 86_400_000;

/** The record of the stream, as AWS hands it over. */
function payloadOf(transactionId: string): string {
  const Keys = { pk: { S: `T#demo#${transactionId}` }, sk: { S: 'V#0001' } };
  return JSON.stringify({ Keys, NewImage: { ...Keys, amount: { N: '1' } } });
}

describe('parked records', () => {
  const setup = useDemoWorld();
  const ask = (request: string, body?: object, key = setup.world.admin) =>
    setup.world.call(key, request, body);
  const park = (id: string, payload = payloadOf(id)) =>
    setup.world.ports.parking.park({ recordId: `record-${id}`, reason: 'not_an_outcome: x', payload });
  const list = async (query = '') => (await ask(`GET /v1/parked${query}`)).json.items;
  /** Records an outcome that only the parked record announces. */
  const recordAndPark = async (id: string) => {
    await ask(`PUT /v1/merchants/demo/transactions/${id}`, payment(), setup.demo.initiator);
    setup.world.forgetInserted();
    await park(id);
  };

  it('are listed with their reason and outcome, newest day first, page by page', async () => {
    const { world } = setup;
    expect(await list()).toEqual([]);
    await park('old');
    world.time.nowMs += DAY_MS;
    await park('new');
    await park('nothing', '{}');
    const all = await list();
    expect(all.map(({ recordId }: { recordId: string }) => recordId).slice(2)).toEqual(['record-old']);
    expect(all.find(({ recordId }: { recordId: string }) => recordId === 'record-new')).toEqual({
      recordId: 'record-new',
      parkedAt: new Date(world.time.nowMs).toISOString(),
      reason: 'not_an_outcome: x',
      outcome: { merchantId: 'demo', transactionId: 'new', version: 1 },
    });
    const seen: unknown[] = [];
    let query = '?limit=1';
    for (let pages = 0; pages < 3; pages += 1) {
      const { json } = await ask(`GET /v1/parked${query}`);
      seen.push(...json.items);
      query = `?limit=1&cursor=${json.nextCursor}`;
      expect(json.hasMore).toBe(pages < 2);
    }
    expect(seen).toEqual(all);
  });

  it('are looked for on as many days as asked', async () => {
    await park('old');
    setup.world.time.nowMs += 20 * DAY_MS;
    expect(await list()).toEqual([]);
    expect(await list('?days=21')).toHaveLength(1);
    expect((await ask('POST /v1/parked/record-old/put-back')).json.code).toBe('unknown_record');
  });

  it('go back by their id: the outcome is relayed, and the record is gone', async () => {
    const { world, demo } = setup;
    await demo.endpoint();
    await recordAndPark('pay_1');
    const put = await ask('POST /v1/parked/record-pay_1/put-back');
    expect(put.json).toEqual({ recordId: 'record-pay_1', result: 'relayed' });
    expect(await list()).toEqual([]);
    await world.drain();
    const { json } = await ask('GET /v1/transactions/pay_1', undefined, demo.receiver);
    expect(json.notifications).toMatchObject([{ state: 'delivered' }]);
    expect((await ask('POST /v1/parked/record-pay_1/put-back')).json.code).toBe('unknown_record');
  });

  it('stay with the reason where they cannot', async () => {
    await park('pay_1');
    await park('nothing', '{}');
    const put = async (id: string) => (await ask(`POST /v1/parked/record-${id}/put-back`)).json;
    expect(await put('pay_1')).toMatchObject({ result: 'left', reason: /^not_found/ });
    expect(await put('nothing')).toMatchObject({ result: 'left', reason: /^not_an_outcome/ });
    expect(await list()).toHaveLength(2);
  });

  it('all go back, a page at a time, past those that stay', async () => {
    const { demo, world } = setup;
    await demo.endpoint();
    for (let number = 0; number < 5; number += 1) await recordAndPark(`pay_${number}`);
    await park('unknown');
    const results: string[] = [];
    let query = '?limit=2';
    for (let pages = 0; ; pages += 1) {
      const { json } = await ask(`POST /v1/parked/put-back${query}`);
      results.push(...json.items.map(({ result }: { result: string }) => result));
      if (!json.hasMore) break;
      query = `?limit=2&cursor=${json.nextCursor}`;
      expect(pages).toBeLessThan(3);
    }
    expect(results.sort()).toEqual(['left', ...Array(5).fill('relayed')]);
    expect(await list()).toMatchObject([{ recordId: 'record-unknown' }]);
    await world.drain();
    expect(world.requests).toHaveLength(5);
  });

  it('all go back but the one whose outcome is still broken', async () => {
    const { demo, world } = setup;
    await demo.endpoint();
    await recordAndPark('broken');
    await recordAndPark('pay_1');
    const { read } = world.ports.outcomes;
    world.ports.outcomes.read = async (key) => {
      if (key.transactionId === 'broken')
        throw unreadableRowFault('T#demo#broken', new SyntaxError('no JSON'));
      return read(key);
    };
    const { status, json } = await ask('POST /v1/parked/put-back');
    expect(status).toBe(200);
    expect(json.items).toEqual(
      expect.arrayContaining([
        { recordId: 'record-pay_1', result: 'relayed' },
        { recordId: 'record-broken', result: 'left', reason: expect.stringMatching(/^unreadable: /) },
      ]),
    );
    expect(await list()).toMatchObject([{ recordId: 'record-broken' }]);
  });

  it('that are put back leave entries in the audit log', async () => {
    await park('a');
    await ask('POST /v1/parked/record-a/put-back');
    setup.world.time.nowMs += 1_000;
    await ask('POST /v1/parked/put-back');
    const { items } = (await ask('GET /v1/audit-log')).json;
    expect(items).toMatchObject([
      { action: 'parked.put_back', by: 'root' },
      { action: 'parked.put_back', recordId: 'record-a' },
    ]);
    expect(items[0].recordId).toBeUndefined();
  });

  it('are for operators only', async () => {
    const { demo } = setup;
    await park('a');
    for (const key of [demo.manager, demo.receiver, demo.initiator]) {
      for (const request of [
        'GET /v1/parked',
        'POST /v1/parked/record-a/put-back',
        'POST /v1/parked/put-back',
      ])
        expect((await ask(request, undefined, key)).status).toBe(403);
    }
  });

  it.each([
    ['GET /v1/parked?days=0', 'invalid_value'],
    ['GET /v1/parked?days=91', 'invalid_value'],
    ['GET /v1/parked?limit=26', 'invalid_value'],
    ['GET /v1/parked?cursor=abc', 'invalid_cursor'],
    ['POST /v1/parked/put-back?cursor=abc', 'invalid_cursor'],
    ['POST /v1/parked/put-back?days=x', 'invalid_value'],
    ['POST /v1/parked/a.b/put-back', 'invalid_id'],
  ])('are refused by %s: %s', async (request, code) => {
    expect((await ask(request)).json).toMatchObject({ status: 400, code });
  });
});
