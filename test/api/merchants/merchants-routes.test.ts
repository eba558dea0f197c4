import { describe, expect, it } from 'vitest';
import { openApiDocument } from '../../../lib/api/contract/openapi-document.ts';
import { clockSkewFault } from '../../../lib/core/faults.ts';
import { createWorld } from '../../support/world.ts';

describe('merchants', () => {
  it('are created once, and the secret is shown once', async () => {
    const world = createWorld();
    const body = { merchantId: 'demo', name: 'Demo', schedule: [15, 15, 30] };
    const first = await world.call(world.admin, 'POST /v1/merchants', body);
    expect(first.status).toBe(201);
    expect(first.json.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const again = await world.call(world.admin, 'POST /v1/merchants', body);
    expect(again.status).toBe(200);
    expect(again.json.secret).toBeUndefined();
    const other = await world.call(world.admin, 'POST /v1/merchants', { ...body, name: 'Other' });
    expect(other.json).toMatchObject({ code: 'merchant_conflict', current: { name: 'Demo' } });
    expect(other.json.errors).toEqual([{ pointer: '/name', code: 'merchant_conflict' }]);
  });

  it('and endpoints are made by no machine whose clock the table contradicts', async () => {
    const world = createWorld();
    await world.merchant('demo');
    // What the table's clock says is known from its first answer on, and not before.
    let isKnown = false;
    const { read } = world.ports.merchants;
    world.ports.merchants.read = (merchantId) => {
      isKnown = true;
      return read(merchantId);
    };
    world.ports.clockTrust.assertTrusted = () => {
      if (isKnown) throw clockSkewFault(9_000);
    };
    for (const [request, body] of [
      ['POST /v1/merchants', { merchantId: 'other', name: 'Other' }],
      ['POST /v1/merchants/demo/endpoints', { url: 'https://shop.example/' }],
    ] as const) {
      isKnown = false;
      const answer = await world.call(world.admin, request, body);
      expect(answer.json).toMatchObject({ status: 503, code: 'clock_skew' });
    }
    expect(await read('other' as never)).toBeUndefined();
    expect((await read('demo' as never))?.endpoints).toEqual([]);
  });

  it('change, but their feed shards never shrink', async () => {
    const world = createWorld();
    await world.merchant('demo', { feedShards: 2 });
    const patch = (body: object) => world.call(world.admin, 'PATCH /v1/merchants/demo', body);
    expect((await patch({ feedShards: 4, schedule: 'alipay' })).json).toMatchObject({
      feedShards: 4,
      schedule: 'alipay',
    });
    expect((await patch({ feedShards: 3 })).json).toMatchObject({
      code: 'feed_shards_shrink',
      errors: [{ pointer: '/feedShards' }],
    });
  });

  it('need no body where nothing must be said, and one where something must', async () => {
    const world = createWorld();
    const { secret } = await world.merchant('demo');
    const rotated = await world.call(world.admin, 'POST /v1/merchants/demo/secrets');
    expect(rotated.status).toBe(201);
    expect(rotated.json.secret).not.toBe(secret);
    const nameless = await world.call(world.admin, 'POST /v1/merchants');
    expect(nameless.json).toMatchObject({ status: 415, code: 'unsupported_media_type' });
    const { paths } = openApiDocument('1') as { readonly paths: Record<string, Record<string, unknown>> };
    expect(paths['/v1/merchants/{merchantId}/secrets']?.post).toMatchObject({
      requestBody: { required: false },
    });
    expect(paths['/v1/merchants']?.post).toMatchObject({ requestBody: { required: true } });
  });

  it.each([
    [{ schedule: [] }, 'invalid_schedule'],
    [{ schedule: [0] }, 'invalid_schedule'],
    [{ schedule: [86_401] }, 'invalid_schedule'],
    [{ schedule: Array(31).fill(1) }, 'invalid_schedule'],
    [{ schedule: 'weekly' }, 'invalid_schedule'],
    [{ feedShards: 0 }, 'invalid_value'],
    [{ name: '' }, 'invalid_value'],
    [{ merchantId: 'a.b' }, 'invalid_id'],
  ])('with %j are refused as %s', async (change, code) => {
    const world = createWorld();
    const body = { merchantId: 'demo', name: 'Demo', ...change };
    expect((await world.call(world.admin, 'POST /v1/merchants', body)).json).toMatchObject({
      status: 400,
      code,
    });
  });
});

describe('the list of merchants', () => {
  const idsOf = (items: readonly { readonly merchantId: string }[]) =>
    items.map(({ merchantId }) => merchantId);

  it('has pages in the order of the ids, and cursors for the same prefix only', async () => {
    const world = createWorld();
    for (const merchantId of ['shop-2', 'shop-1', 'bank', 'shop-3']) await world.merchant(merchantId);
    const list = (query: string) => world.call(world.admin, `GET /v1/merchants${query}`);
    const first = (await list('?limit=3')).json;
    expect([idsOf(first.items), first.hasMore]).toEqual([['bank', 'shop-1', 'shop-2'], true]);
    const rest = (await list(`?limit=3&cursor=${first.nextCursor}`)).json;
    expect([idsOf(rest.items), rest.hasMore]).toEqual([['shop-3'], false]);
    const shops = (await list('?prefix=shop&limit=1')).json;
    expect(idsOf(shops.items)).toEqual(['shop-1']);
    expect((await list(`?prefix=ba&cursor=${shops.nextCursor}`)).json.code).toBe('invalid_cursor');
    for (const prefix of ['', 'a%23b', '%', 'x'.repeat(65)]) {
      expect((await list(`?prefix=${prefix}`)).status).toBe(400);
    }
  });

  it('shows what one merchant’s own page shows, and no secret', async () => {
    const world = createWorld();
    await world.merchant('demo', { feedShards: 2, timeZone: 'Asia/Shanghai' });
    const { text, json } = await world.call(world.admin, 'GET /v1/merchants');
    expect(json.items).toEqual([(await world.call(world.admin, 'GET /v1/merchants/demo')).json]);
    expect(text).not.toMatch(/secret|sealed/);
  });

  it('names a merchant whose row cannot be read, and shows the others', async () => {
    const world = createWorld();
    for (const merchantId of ['good', 'worse']) await world.merchant(merchantId);
    const { profiles } = world.ports.merchantList;
    world.ports.merchantList.profiles = async (ids) =>
      (await profiles(ids)).map((one, index) => (ids[index] === 'worse' ? 'unreadable' : one));
    const { json } = await world.call(world.admin, 'GET /v1/merchants');
    expect([idsOf(json.items), json.unreadable]).toEqual([['good'], ['worse']]);
  });

  it('is for admin keys of all merchants', async () => {
    const world = createWorld();
    const { receiver, manager, initiator } = await world.merchant('demo');
    for (const key of [receiver, manager, initiator]) {
      expect((await world.call(key, 'GET /v1/merchants')).json.code).toBe('insufficient_scope');
    }
  });
});
