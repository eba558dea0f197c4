import { describe, expect, it } from 'vitest';
import { sweep } from '../../support/scheduled-runs.ts';
import { payment } from '../../support/world.ts';
import { HOUR, prepared, says, take } from './checked-payment.ts';

describe('what is unresolved', () => {
  async function unresolvedOne() {
    const one = await prepared();
    one.world.receiver.answer = () => says(500, 'we are down');
    while (one.world.queue.length > 0) await one.world.deliverOne(take(one.world));
    return one;
  }

  it('is shown only to operators and its own initiator, with the last answer', async () => {
    const { world, demo } = await unresolvedOne();
    const other = await world.merchant('other');
    const list = async (key: string, query = '') =>
      (await world.call(key, `GET /v1/unresolved${query}`)).json;
    const [item] = (await list(demo.initiator)).items;
    expect(item).toMatchObject({ transactionId: 'pay_1', responseSnippet: 'we are down' });
    expect(item.attempts.at(-1)).toMatchObject({ result: 'http_server_error', statusCode: 500 });
    expect((await list(world.admin, '?merchantId=demo')).items).toHaveLength(1);
    expect((await list(world.admin, '?merchantId=other')).items).toEqual([]);
    expect(await list(world.admin, '?merchantId=nobody')).toMatchObject({ code: 'unknown_merchant' });
    expect((await list(other.initiator)).items).toEqual([]);
    expect(await list(other.initiator, '?merchantId=demo')).toMatchObject({ code: 'insufficient_scope' });
    expect(await list(demo.receiver)).toMatchObject({ code: 'insufficient_scope' });
  });

  it('is listed page by page, each once', async () => {
    const { world, demo } = await unresolvedOne();
    for (let n = 2; n <= 30; n += 1) {
      const body = payment({ status: 'PENDING' });
      await world.call(demo.initiator, `PUT /v1/merchants/demo/transactions/pay_${n}`, body);
    }
    world.time.nowMs += 25 * HOUR;
    await sweep(world);
    while (world.queue.length > 0) await world.deliverOne(take(world));
    const seen: string[] = [];
    let query = '?limit=4';
    for (let page = 0; page < 100; page += 1) {
      const { items, hasMore, nextCursor } = (await world.call(world.admin, `GET /v1/unresolved${query}`))
        .json;
      seen.push(...items.map((item: { transactionId: string }) => item.transactionId));
      if (!hasMore) break;
      query = `?limit=4&cursor=${nextCursor}`;
    }
    expect(seen).toHaveLength(30);
    expect(new Set(seen).size).toBe(30);
    expect((await world.call(world.admin, 'GET /v1/unresolved?cursor=e30')).json.code).toBe('invalid_cursor');
  });

  it('is ended by hand, once, and leaves the list', async () => {
    const { world, demo, transaction, unresolved } = await unresolvedOne();
    const resolve = (body: object) => world.call(world.admin, 'POST /v1/unresolved/demo/pay_1/resolve', body);
    const found = { status: 'SUCCEEDED', occurredAt: '2026-11-20T08:00:01Z' };
    expect((await resolve({ ...found, amount: 5 })).json.code).toBe('unknown_field');
    expect((await resolve({ ...found, status: 'PENDING' })).json.code).toBe('invalid_status');
    expect((await resolve(found)).status).toBe(201);
    expect((await resolve(found)).status).toBe(200);
    expect((await resolve({ ...found, status: 'FAILED' })).json.code).toBe('outcome_conflict');
    expect(await transaction()).toMatchObject({ status: 'SUCCEEDED', amount: 1999, version: 2 });
    expect(await unresolved()).toEqual([]);
    const other = await world.merchant('other');
    const foreign = await world.call(other.initiator, 'POST /v1/unresolved/demo/pay_1/resolve', found);
    expect(foreign.json.code).toBe('insufficient_scope');
    const none = await world.call(demo.initiator, 'POST /v1/unresolved/demo/pay_9/resolve', found);
    expect(none.json.code).toBe('unknown_transaction');
  });

  it('is not yet ended by hand while it is still asked about', async () => {
    const { world } = await prepared();
    const found = { status: 'SUCCEEDED', occurredAt: '2026-11-20T08:00:01Z' };
    const answer = await world.call(world.admin, 'POST /v1/unresolved/demo/pay_1/resolve', found);
    expect(answer.json).toMatchObject({ status: 409, code: 'not_unresolved' });
  });

  it('is not what ended without being prepared: it is known, and there is nothing to resolve', async () => {
    const { world, demo } = await prepared();
    await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_2', payment());
    const found = { status: 'SUCCEEDED', occurredAt: '2026-11-20T08:00:01Z' };
    const answer = await world.call(world.admin, 'POST /v1/unresolved/demo/pay_2/resolve', found);
    expect(answer.json).toMatchObject({ status: 409, code: 'not_unresolved' });
  });

  it('leaves the list as well when the initiator finds its word again', async () => {
    const { world, record, unresolved } = await unresolvedOne();
    expect((await record({})).status).toBe(201);
    expect(await unresolved()).toEqual([]);
    await world.relayAll();
    expect(world.ports.contents.checks.get('demo#pay_1')).toMatchObject({ state: 'resolved' });
  });
});
