import { beforeEach, describe, expect, it } from 'vitest';
import type { Shop, World } from '../../support/demo-world.ts';
import { createWorld, payment, START_MS, statusExchange } from '../../support/world.ts';

const DAY = 86_400_000;
const RANGE = { from: '2026-11-20T00:00:00Z', to: '2026-11-21T00:00:00Z' };

interface Shown {
  readonly at: string;
  readonly by: string;
  readonly action: string;
}

describe('the audit log', () => {
  let world: World;
  let demo: Shop;
  beforeEach(async () => {
    world = createWorld();
    demo = await world.merchant('demo', { schedule: [10] });
    world.time.nowMs += 1_000;
  });
  const read = async (query = '?merchantId=demo', key = world.admin) => {
    const { status, json } = await world.call(key, `GET /v1/audit-log${query}`);
    expect(status).toBe(200);
    return json.items as readonly Shown[];
  };
  /** The entries that `act` adds, oldest first. */
  const added = async (act: () => Promise<unknown>) => {
    const before = (await read()).length;
    await act();
    const all = await read();
    return all.slice(0, all.length - before).reverse();
  };
  /** Each request in a millisecond of its own, so that the order of the entries is known. */
  const as = (key: string) => (request: string, body?: object) => {
    world.time.nowMs += 1;
    return world.call(key, request, body);
  };
  const idOf = (key: string) => key.split('_')[1];

  it('says who changed a merchant, what and when, by names of settings and not by values', async () => {
    const created = (await read()).find(({ action }) => action === 'merchant.created');
    expect(created).toEqual({
      at: new Date(START_MS).toISOString(),
      by: 'root',
      action: 'merchant.created',
      merchantId: 'demo',
      fields: ['feedShards', 'name', 'schedule', 'timeZone'],
    });
    const entries = await added(async () => {
      await as(world.admin)('PATCH /v1/merchants/demo', { timeZone: 'Asia/Shanghai', name: 'A name' });
      await as(demo.manager)('POST /v1/merchants/demo/secrets', { overlapSeconds: 0 });
    });
    const at = (ms: number) => new Date(START_MS + 1_000 + ms).toISOString();
    expect(entries).toEqual([
      { at: at(1), by: 'root', action: 'merchant.changed', merchantId: 'demo', fields: ['name', 'timeZone'] },
      { at: at(2), by: idOf(demo.manager), action: 'merchant.secret_rotated', merchantId: 'demo' },
    ]);
  });

  it('has each change of an endpoint once', async () => {
    const path = '/v1/merchants/demo/endpoints';
    const url = 'https://shop.example/hooks?token=hidden';
    const manager = as(demo.manager);
    let endpointId = '';
    const entries = await added(async () => {
      ({ endpointId } = (await manager(`POST ${path}`, { url, types: ['payment.*'] })).json);
      await manager(`PATCH ${path}/${endpointId}`, { enabled: false, description: null });
      await manager(`POST ${path}/${endpointId}/secrets`);
      await manager(`DELETE ${path}/${endpointId}`);
    });
    const of = { by: idOf(demo.manager), merchantId: 'demo', endpointId };
    expect(entries.map(({ at: _time, ...entry }) => entry)).toEqual([
      { ...of, action: 'endpoint.created', fields: ['types', 'url'] },
      { ...of, action: 'endpoint.changed', fields: ['description', 'enabled'] },
      { ...of, action: 'endpoint.secret_rotated' },
      { ...of, action: 'endpoint.deleted' },
    ]);
  });

  it('has keys of a merchant in its log, and keys for all merchants in that of the account', async () => {
    const entries = await added(async () => {
      const body = { scope: 'receiver' };
      const { keyId } = (await as(demo.manager)('POST /v1/merchants/demo/keys', body)).json;
      await as(world.admin)(`DELETE /v1/merchants/demo/keys/${keyId}`);
    });
    expect(entries).toMatchObject([
      { action: 'key.created', by: idOf(demo.manager), scope: 'receiver', keyId: expect.any(String) },
      { action: 'key.revoked', by: 'root' },
    ]);
    const { key, keyId } = (await as(world.admin)('POST /v1/keys', { scope: 'admin' })).json;
    const inner = (await as(key)('POST /v1/keys', { scope: 'initiator' })).json.keyId;
    await as(world.admin)(`DELETE /v1/keys/${inner}`);
    const account = await read('');
    expect(account.map(({ at: _time, ...entry }) => entry)).toEqual([
      { action: 'key.revoked', by: 'root', keyId: inner },
      { action: 'key.created', by: keyId, keyId: inner, scope: 'initiator' },
      { action: 'key.created', by: 'root', keyId, scope: 'admin' },
    ]);
  });

  it('has one entry for a redelivery of a range', async () => {
    let jobId = '';
    const entries = await added(async () => {
      ({ jobId } = (await as(world.admin)('POST /v1/merchants/demo/redeliveries', RANGE)).json);
    });
    expect(entries).toMatchObject([{ action: 'redelivery.started', by: 'root', merchantId: 'demo', jobId }]);
    // The places for running jobs are taken one after the other; a job that gets none leaves no entry.
    const more = await added(async () => {
      for (let n = 0; n < 4; n += 1) await as(demo.receiver)('POST /v1/redeliveries', RANGE);
    });
    expect(more.map(({ by }) => by)).toEqual([idOf(demo.receiver), idOf(demo.receiver)]);
  });

  it('says who resolved a transaction, once', async () => {
    const put = 'PUT /v1/merchants/demo/transactions/pay_1';
    await as(demo.initiator)(put, payment({ status: 'PENDING' }));
    for (const check of world.ports.contents.checks.values()) {
      const { nextAttemptAt: _due, ...rest } = check;
      await world.ports.checks.save({ ...rest, state: 'unresolved', rev: check.rev + 1 }, check.rev);
    }
    const end = { status: 'CLOSED', occurredAt: '2026-11-20T08:00:00Z' };
    const resolve = 'POST /v1/unresolved/demo/pay_1/resolve';
    const entries = await added(async () => {
      expect((await as(world.admin)(resolve, end)).status).toBe(201);
      expect((await as(world.admin)(resolve, end)).status).toBe(200);
      expect((await as(world.admin)(resolve, { ...end, status: 'FAILED' })).status).toBe(409);
    });
    expect(entries).toMatchObject([
      { action: 'transaction.resolved', by: 'root', transactionId: 'pay_1', status: 'CLOSED' },
    ]);
  });

  it('has nothing of what was refused, repeated, or recorded by initiators', async () => {
    const { endpointId } = await demo.endpoint();
    const rotation = { rotationId: 'r1' };
    await as(demo.manager)('POST /v1/merchants/demo/secrets', rotation);
    const entries = await added(async () => {
      await as(world.admin)('POST /v1/merchants', { merchantId: 'demo', name: 'demo', schedule: [10] });
      await as(world.admin)('POST /v1/merchants', { merchantId: 'demo', name: 'Other' });
      await as(demo.manager)('POST /v1/merchants/demo/secrets', rotation);
      await as(world.admin)('PATCH /v1/merchants/demo', { feedShards: 0 });
      await as(demo.manager)(`PATCH /v1/merchants/demo/endpoints/${endpointId}`, {
        url: 'http://127.0.0.1/',
      });
      await as(demo.manager)('DELETE /v1/merchants/demo/endpoints/ep_nobody');
      await as(demo.manager)('DELETE /v1/merchants/demo/keys/nobody');
      await as(demo.initiator)('PUT /v1/merchants/demo/transactions/pay_1', payment());
      await as(demo.receiver)('GET /v1/transactions/pay_1');
    });
    expect(entries).toEqual([]);
  });

  it('holds no secret and no value of a setting', async () => {
    const { secret, endpointId } = await demo.endpoint({ url: 'https://shop.example/hooks?token=hidden' });
    await as(demo.manager)(`PATCH /v1/merchants/demo/endpoints/${endpointId}`, { expectBody: 'a password' });
    const made = (await as(demo.manager)('POST /v1/merchants/demo/keys', { scope: 'receiver' })).json;
    const text = JSON.stringify(await read());
    for (const hidden of [
      secret,
      demo.secret,
      'hidden',
      'a password',
      made.key.split('_')[2],
      'sealed',
      'whsec',
    ]) {
      expect(text).not.toContain(hidden);
    }
  });

  it('shows a merchant’s managing key its own entries, and no other’s', async () => {
    const other = await world.merchant('other');
    await as(world.admin)('POST /v1/keys', { scope: 'admin' });
    const own = await read('', other.manager);
    expect(own).toEqual(await read('?merchantId=other'));
    expect(new Set(own.map((entry) => (entry as { merchantId?: string }).merchantId))).toEqual(
      new Set(['other']),
    );
    expect(await read('?merchantId=other', other.manager)).toEqual(own);
    const theirs = await world.call(other.manager, 'GET /v1/audit-log?merchantId=demo');
    expect(theirs.json.code).toBe('insufficient_scope');
    for (const key of [other.receiver, other.initiator]) {
      expect((await world.call(key, 'GET /v1/audit-log')).json.code).toBe('insufficient_scope');
    }
    const nobody = await world.call(world.admin, 'GET /v1/audit-log?merchantId=nobody');
    expect(nobody.json).toMatchObject({ status: 404, code: 'unknown_merchant' });
  });

  it('is read in pages across months, newest first, within a range, as long as entries are kept', async () => {
    const rename = (name: string) => as(world.admin)('PATCH /v1/merchants/demo', { name });
    const times: string[] = [];
    for (const days of [0, 20, 20, 80, 401]) {
      world.time.nowMs += days * DAY;
      await rename(String(days));
      times.push(new Date(world.time.nowMs).toISOString());
    }
    const kept = times.slice(-1).concat(times.slice(0, -1).reverse());
    const [newest = '', fourth = '', third = '', second = ''] = kept;
    const timesOf = (entries: readonly Shown[]) => entries.map(({ at }) => at);
    // All others are older than entries are kept, though the table may still have them.
    expect(timesOf(await read())).toEqual([newest]);
    world.time.nowMs -= 2 * DAY;
    expect(timesOf(await read(`?merchantId=demo&to=${newest}`))).toEqual([fourth]);
    world.time.nowMs -= 300 * DAY;
    const pages: string[] = [];
    for (let cursor = ''; ; ) {
      const query = `?merchantId=demo&from=2026-11-20T08:00:02Z&limit=1${cursor}`;
      const { json } = await world.call(world.admin, `GET /v1/audit-log${query}`);
      pages.push(...timesOf(json.items));
      if (!json.hasMore) break;
      cursor = `&cursor=${json.nextCursor}`;
    }
    expect(pages).toEqual([fourth, third, second]);
    expect(timesOf(await read(`?merchantId=demo&from=${second}&to=${third}`))).toEqual([second]);
    const backwards = await world.call(world.admin, `GET /v1/audit-log?from=${third}&to=${second}`);
    expect(backwards.json.code).toBe('invalid_range');
  });
});

describe('what was asked of one notification', () => {
  it('stands in the notification: who acknowledged or redelivered it, and when', async () => {
    const world = createWorld();
    const demo = await world.merchant('demo', { schedule: [10] });
    const { endpointId } = await demo.endpoint();
    world.receiver.answer = () => statusExchange(503);
    for (const id of ['pay_1', 'pay_2']) {
      await world.call(demo.initiator, `PUT /v1/merchants/demo/transactions/${id}`, payment());
    }
    await world.relayAll();
    await world.drain();
    const view = async (id: string) =>
      (await world.call(demo.receiver, `GET /v1/transactions/${id}`)).json.notifications[0];
    expect(await view('pay_1')).not.toHaveProperty('lastRequest');
    const at = () => new Date(world.time.nowMs).toISOString();
    const requestedAt = at();
    await world.call(world.admin, `POST /v1/merchants/demo/notifications/pay_1.1.${endpointId}/redeliver`);
    await world.drain();
    const redelivered = { action: 'redeliver', at: requestedAt, by: 'root' };
    expect(await view('pay_1')).toMatchObject({ state: 'exhausted', lastRequest: redelivered });
    await world.call(demo.receiver, 'POST /v1/transactions/pay_1/acknowledge', { version: 1 });
    const acknowledged = { action: 'acknowledge', at: at(), by: demo.receiver.split('_')[1] };
    expect(await view('pay_1')).toMatchObject({ state: 'acknowledged', lastRequest: acknowledged });
    const answer = await world.call(world.admin, 'GET /v1/audit-log?merchantId=demo');
    expect(answer.json.items.map(({ action }: Shown) => action)).not.toContain('redelivery.started');
  });
});
