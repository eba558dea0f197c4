import { beforeEach, describe, expect, it } from 'vitest';
import { serveEvents } from '../../../lib/api/http/http-event.ts';
import { merchantIdSchema } from '../../../lib/core/model.ts';
import { sha256Hex } from '../../../lib/protocol/hashes.ts';
import { worldOfErased } from '../../support/erased-world.ts';
import { httpEvent } from '../../support/http-events.ts';
import { createWorld, payment } from '../../support/world.ts';

const MINUTE_MS = 60_000;
const DEMO = merchantIdSchema().parse('demo');
const ERASE = 'DELETE /v1/merchants/demo?confirm=demo';

describe('erasing a merchant', () => {
  let world: ReturnType<typeof createWorld>;
  let demo: Awaited<ReturnType<typeof world.merchant>>;
  const ask = (request: string, body?: unknown, key: string = world.admin) => world.call(key, request, body);
  beforeEach(async () => {
    world = createWorld();
    demo = await world.merchant('demo');
    await world.merchant('other');
  });

  it('is answered first with what it would erase, and erases nothing', async () => {
    await demo.endpoint();
    for (const query of ['', '?confirm=other', '?confirm=Demo']) {
      const { json } = await ask(`DELETE /v1/merchants/demo${query}`);
      expect(json).toMatchObject({
        status: 409,
        code: 'confirmation_required',
        confirm: 'demo',
        erases: { name: 'demo', endpoints: 1 },
      });
    }
    expect((await ask('GET /v1/merchants/demo')).status).toBe(200);
    expect((await ask('GET /v1/whoami', undefined, demo.manager)).status).toBe(200);
  });

  it('is for admins only, and for merchants that exist', async () => {
    for (const key of [demo.manager, demo.receiver, demo.initiator]) {
      expect((await ask(ERASE, undefined, key)).json.code).toBe('insufficient_scope');
    }
    const unknown = await ask('DELETE /v1/merchants/nobody?confirm=nobody');
    expect(unknown.json).toMatchObject({ status: 404, code: 'unknown_merchant' });
  });

  it('deletes endpoints in the same write, also those that were deleted lately', async () => {
    const [live, deleted] = [await demo.endpoint(), await demo.endpoint()];
    await ask(`DELETE /v1/merchants/demo/endpoints/${deleted.endpointId}`);
    const { merchants } = world.ports;
    const { erase } = merchants;
    let ids: readonly string[] = [];
    merchants.erase = (tombstone, rev, options) => {
      ids = options?.endpointIds ?? [];
      return erase(tombstone, rev, options);
    };
    await ask(ERASE);
    expect(ids).toEqual([live.endpointId, deleted.endpointId]);
  });

  it('may be repeated, also without confirm, and says the same', async () => {
    const first = await ask(ERASE);
    expect(first).toMatchObject({ status: 200, json: { merchantId: 'demo' } });
    world.time.nowMs += MINUTE_MS;
    for (const request of [ERASE, 'DELETE /v1/merchants/demo']) {
      expect((await ask(request)).json.erasedAt).toBe(first.json.erasedAt);
    }
  });

  it('happens once where two ask at once', async () => {
    const answers = await Promise.all([ask(ERASE), ask(ERASE), ask(ERASE)]);
    expect(new Set(answers.map(({ json }) => json.erasedAt)).size).toBe(1);
    const { json } = await ask('GET /v1/audit-log?merchantId=demo');
    const erased = json.items.filter(({ action }: { action: string }) => action === 'merchant.erased');
    expect(erased).toMatchObject([{ by: 'root', merchantId: 'demo' }]);
  });

  it('removes what an earlier try left of the keys when it died', async () => {
    const { remove } = world.ports.keys;
    world.ports.keys.remove = () => Promise.reject(new Error('died'));
    expect((await ask(ERASE)).status).toBe(500);
    world.ports.keys.remove = remove;
    expect((await world.ports.keys.list({ owner: DEMO, limit: 9 })).keys).toHaveLength(3);
    expect((await ask(ERASE)).status).toBe(200);
    expect((await world.ports.keys.list({ owner: DEMO, limit: 9 })).keys).toEqual([]);
  });

  it('leaves no key that was made meanwhile', async () => {
    const { create } = world.ports.keys;
    world.ports.keys.create = async (key, entry) => {
      world.ports.keys.create = create;
      await ask(ERASE);
      return create(key, entry);
    };
    const made = await ask('POST /v1/merchants/demo/keys', { scope: 'receiver' });
    expect(made.json).toMatchObject({ status: 404, code: 'unknown_merchant' });
    expect((await world.ports.keys.list({ owner: DEMO, limit: 9 })).keys).toEqual([]);
  });

  it('makes its keys, and the sessions of operators in its place, worthless', async () => {
    // Cached by this process.
    for (const key of Object.values({ a: demo.receiver, b: demo.manager })) {
      expect((await ask('GET /v1/whoami', undefined, key)).status).toBe(200);
    }
    const said = { keyId: 'root', secretHash: sha256Hex(world.admin.slice('tk_root_'.length)) };
    const event = httpEvent({ method: 'GET', path: '/v1/transactions/pay_1' });
    const lambda = { ...said, merchantId: 'demo' };
    const asSession = () =>
      serveEvents(
        world.app,
        'decoded',
      )({ ...event, requestContext: { ...event.requestContext, authorizer: { lambda } } });
    expect((await asSession()).statusCode).toBe(404);
    await ask(ERASE);
    world.time.nowMs += 11_000;
    for (const key of [demo.receiver, demo.manager]) {
      expect((await ask('GET /v1/whoami', undefined, key)).json.code).toBe('invalid_key');
      expect((await ask('GET /v1/transactions/pay_1', undefined, key)).json.code).toBe('invalid_key');
    }
    expect((await asSession()).statusCode).toBe(401);
  });

  it('gives its id to nobody again', async () => {
    await ask(ERASE);
    const again = await ask('POST /v1/merchants', { merchantId: 'demo', name: 'Demo' });
    expect(again.json).toMatchObject({ status: 410, code: 'merchant_erased' });
    expect((await ask('POST /v1/merchants', { merchantId: 'demo2', name: 'Demo' })).status).toBe(201);
  });

  it('refuses what is recorded for it by every initiator', async () => {
    const { key } = (await ask('POST /v1/keys', { scope: 'initiator' })).json;
    const put = () => ask('PUT /v1/merchants/demo/transactions/pay_1', payment(), key);
    expect((await put()).status).toBe(201);
    await ask(ERASE);
    world.time.nowMs += MINUTE_MS + 1;
    expect((await put()).json).toMatchObject({ status: 410, code: 'merchant_erased' });
    const transactions = [{ transactionId: 'pay_2', ...payment() }];
    const batch = await ask('POST /v1/merchants/demo/transactions', { transactions }, key);
    expect(batch.json).toMatchObject({ status: 410, code: 'merchant_erased' });
  });

  it('answers questions about it as about a merchant that never was', async () => {
    const paths = [
      '',
      '/endpoints',
      '/keys',
      '/transactions/pay_1',
      '/notifications?state=exhausted',
      '/redeliveries',
      '/alerts',
      '/windows?from=2026-11-20T07:00:00Z&to=2026-11-20T08:00:00Z',
      '/statements/2026-11-19',
    ].map((path) => `GET /v1/merchants/demo${path}`);
    const all = [
      ...paths,
      'GET /v1/stats?merchantId=demo&from=2026-11-20T00:00:00Z',
      'GET /v1/overview?merchantId=demo',
      'GET /v1/unresolved?merchantId=demo',
    ];
    // Cached by this process.
    for (const request of all) await ask(request);
    await ask(ERASE);
    world.time.nowMs += 11_000;
    for (const request of all) {
      const { status, json } = await ask(request);
      const asUnknown = await ask(request.replace('demo', 'nobody'));
      expect({ request, status, code: json.code }).toEqual({
        request,
        status: 404,
        code: asUnknown.json.code,
      });
    }
    for (const [request, body] of [
      ['PATCH /v1/merchants/demo', { name: 'New' }],
      ['POST /v1/merchants/demo/secrets', { overlapSeconds: 0 }],
      ['POST /v1/merchants/demo/endpoints', { url: 'https://shop.example/' }],
      ['POST /v1/merchants/demo/keys', { scope: 'receiver' }],
      ['POST /v1/merchants/demo/portal-links', {}],
    ] as const) {
      expect((await ask(request, body)).json.code).toBe('unknown_merchant');
    }
    const { items } = (await ask('GET /v1/merchants')).json;
    expect(items.map(({ merchantId }: { merchantId: string }) => merchantId)).toEqual(['other']);
  });
});

describe('the progress of an erasure', () => {
  const progressOf = async (world: Awaited<ReturnType<typeof worldOfErased>>['world'], merchantId = 'demo') =>
    (await world.call(world.admin, `GET /v1/merchants/${merchantId}/erasure`)).json;

  it('is told from the tombstone to the end, with the time before which nothing is deleted', async () => {
    const { world, erase, begin } = await worldOfErased();
    await erase();
    const waiting = await progressOf(world);
    expect(waiting).toMatchObject({ merchantId: 'demo', state: 'waiting', deleted: { rows: 0, files: 0 } });
    const startMs = Date.parse(waiting.startsNotBefore);
    expect(startMs - Date.parse(waiting.erasedAt)).toBeGreaterThanOrEqual(15 * MINUTE_MS);
    const run = async () => {
      for (const task of [world.closeWindows, world.audit, world.eraseRows]) await task();
    };
    while (world.time.nowMs < startMs) {
      await run();
      expect((await progressOf(world)).state).toBe('waiting');
      world.time.nowMs = Math.min(startMs, world.time.nowMs + MINUTE_MS);
    }
    world.time.nowMs = startMs;
    await run();
    const { beganAt, ...began } = await progressOf(world);
    expect(began).toEqual({ ...waiting, state: 'deleting' });
    expect(beganAt).toBe(waiting.startsNotBefore);
    await begin();
    await world.eraseRows();
    world.time.nowMs += 5 * MINUTE_MS;
    await world.eraseRows();
    const erased = await progressOf(world);
    expect(erased).toMatchObject({ state: 'erased', erasedAt: waiting.erasedAt, beganAt });
    expect(erased.deleted.rows).toBeGreaterThan(8);
    expect(erased.deleted.files).toBeGreaterThan(0);
    expect(erased.endedAt > beganAt).toBe(true);
  });

  it('is 404 where a merchant is there or never was, and for admins only', async () => {
    const { world } = await worldOfErased();
    expect(await progressOf(world)).toMatchObject({ status: 404, code: 'not_erased' });
    expect(await progressOf(world, 'nobody')).toMatchObject({ status: 404, code: 'unknown_merchant' });
    const { key } = (await world.call(world.admin, 'POST /v1/merchants/demo/keys', { scope: 'merchant' }))
      .json;
    const { json } = await world.call(key, 'GET /v1/merchants/demo/erasure');
    expect(json.code).toBe('insufficient_scope');
  });
});
