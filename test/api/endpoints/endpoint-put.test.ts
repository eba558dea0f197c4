import { describe, expect, it } from 'vitest';
import { disableEndpoint } from '../../../lib/core/merchants/endpoints.ts';
import { endpointKey, useEndpoints } from './endpoints-world.ts';

const url = 'https://shop.example/hooks';

describe('an endpoint that is put', () => {
  const setup = useEndpoints();
  const { path } = setup;
  const put = (id: string, body: object = { url }) =>
    setup.world.call(setup.demo.manager, `PUT ${path(`/${id}`)}`, body);
  const read = async (id: string) =>
    (await setup.world.call(setup.demo.manager, `GET ${path(`/${id}`)}`)).json;
  const stored = async (id: string) =>
    (await setup.world.ports.merchants.read(endpointKey(id).merchantId))?.endpoints.find(
      ({ endpointId }) => endpointId === id,
    );

  it('has the id of its caller; put again, nothing is written and no secret is shown', async () => {
    const first = await put('orders');
    expect(first.status).toBe(201);
    expect(first.json).toMatchObject({ endpointId: 'orders', url, enabled: true, types: ['*'] });
    expect(first.json.secret).toMatch(/^whsec_/);
    await put('orders');
    const before = await stored('orders');
    const again = await put('orders');
    expect(again.status).toBe(200);
    expect(again.json).not.toHaveProperty('secret');
    expect(await stored('orders')).toEqual(before);
    expect((await setup.world.call(setup.demo.manager, `GET ${path()}`)).json.items).toHaveLength(1);
  });

  it('gets exactly the settings of the request, and defaults for the others', async () => {
    const settings = {
      url,
      description: 'Order service',
      types: ['payment.*'],
      timeoutMs: 5_000,
      schedule: [10],
      expectBody: 'success',
      signature: 'v1a',
    };
    expect((await put('orders', settings)).json).toMatchObject(settings);
    const { json } = await put('orders', { url: 'https://shop.example/new' });
    expect(json).toMatchObject({
      url: 'https://shop.example/new',
      types: ['*'],
      timeoutMs: 10_000,
      signature: 'v1',
    });
    for (const name of ['description', 'schedule', 'expectBody']) expect(json).not.toHaveProperty(name);
  });

  it('stays disabled unless the request enables it', async () => {
    await put('orders');
    await disableEndpoint(setup.world.ports, { ...endpointKey('orders'), url, reason: 'gone' });
    expect((await put('orders')).json).toMatchObject({ enabled: false, disabledReason: 'gone' });
    expect((await put('orders', { url, enabled: true })).json).toMatchObject({ enabled: true });
    expect((await put('orders', { url, enabled: false })).json).toMatchObject({ enabled: false });
  });

  it('is made once by callers at the same time: one gets the secret, and it is the one that signs', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => put('orders')));
    const made = answers.filter(({ status }) => status === 201);
    expect(made).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(4);
    const sealed = (await stored('orders'))?.secrets[0]?.sealed;
    expect(sealed?.endsWith(made[0]?.json.secret)).toBe(true);
  });

  it('belongs to the caller whose write came first, also where both had read that there was none', async () => {
    const { merchants } = setup.world.ports;
    const { createEndpoint } = merchants;
    let isFirst = true;
    let inner: Awaited<ReturnType<typeof put>> | undefined;
    merchants.createEndpoint = async (...args) => {
      const isOuter = isFirst;
      isFirst = false;
      if (isOuter) inner = await put('orders');
      return createEndpoint(...args);
    };
    const outer = await put('orders');
    expect([inner?.status, outer.status]).toEqual([201, 200]);
    expect(outer.json).not.toHaveProperty('secret');
    expect((await stored('orders'))?.secrets[0]?.sealed.endsWith(inner?.json.secret)).toBe(true);
  });

  it('is made although another endpoint is made at the same time', async () => {
    const ids = ['orders', 'refunds', 'ledger'];
    const answers = await Promise.all(ids.map((id) => put(id)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  });

  it('cannot have the id of one that was deleted lately, whose history is still needed', async () => {
    await put('orders');
    await setup.world.call(setup.demo.manager, `DELETE ${path('/orders')}`);
    expect((await put('orders')).json).toMatchObject({ status: 409, code: 'endpoint_deleted' });
    expect((await read('orders')).code).toBe('unknown_endpoint');
  });

  it.each([
    ['the id that stands for notifyUrl', 'notify-url', { url }, '/path/endpointId', 'invalid_id'],
    ['an id that cannot be one', 'a.b', { url }, '/path/endpointId', 'invalid_id'],
    ['a private address', 'orders', { url: 'https://10.0.0.1/' }, '/url', 'address_refused'],
    ['no URL', 'orders', {}, '/url', 'missing_field'],
    ['null for a setting', 'orders', { url, schedule: null }, '/schedule', 'invalid_schedule'],
  ])('is refused with %s', async (_, id, body, pointer, code) => {
    const { status, json } = await put(id, body);
    expect({ status, errors: json.errors }).toMatchObject({ status: 400, errors: [{ pointer, code }] });
    expect((await setup.world.call(setup.demo.manager, `GET ${path()}`)).json.items).toEqual([]);
  });

  it('is refused beyond the limit, for an unknown merchant and another merchant', async () => {
    for (let n = 0; n < 20; n += 1) await setup.demo.endpoint();
    expect((await put('orders')).json.code).toBe('too_many_endpoints');
    const path = 'PUT /v1/merchants/nobody/endpoints/orders';
    expect((await setup.world.call(setup.world.admin, path, { url })).json.code).toBe('unknown_merchant');
    expect((await setup.world.call(setup.demo.manager, path, { url })).status).toBe(403);
  });
});
