import { describe, expect, it } from 'vitest';
import { okExchange, payment } from '../../support/world.ts';
import { endpointKey, useEndpoints } from './endpoints-world.ts';

const url = 'https://shop.example/hooks';

describe('the bodies that an endpoint accepts', () => {
  const setup = useEndpoints();
  const { path } = setup;
  const call = (request: string, body?: object) => setup.world.call(setup.demo.manager, request, body);
  const put = (settings: object) => call(`PUT ${path('/orders')}`, { url, ...settings });
  const change = (settings: object) => call(`PATCH ${path('/orders')}`, settings);

  it('are one or several, and each setting replaces all of them', async () => {
    const made = await call(`POST ${path()}`, { url, expectBody: ['ok', 'OK'] });
    expect(made.json.expectBody).toEqual(['ok', 'OK']);
    expect((await put({ expectBody: ['success', '成功', 'ok'] })).json.expectBody).toEqual([
      'success',
      '成功',
      'ok',
    ]);
    expect((await change({ expectBody: 'ok' })).json.expectBody).toBe('ok');
    expect((await change({ expectBody: ['a', 'b'] })).json.expectBody).toEqual(['a', 'b']);
    expect((await change({ timeoutMs: 5_000 })).json.expectBody).toEqual(['a', 'b']);
    expect((await put({})).json).not.toHaveProperty('expectBody');
    await change({ expectBody: ['a', 'b'] });
    expect((await change({ expectBody: null })).json).not.toHaveProperty('expectBody');
  });

  it('are shown as text if there is only one, as clients of older versions know it', async () => {
    expect((await put({ expectBody: ['success'] })).json.expectBody).toBe('success');
    expect((await call(`GET ${path('/orders')}`)).json.expectBody).toBe('success');
  });

  it('are stored so that an older version reads the first and ignores the others', async () => {
    await put({ expectBody: ['success', 'ok'] });
    const [endpoint] =
      (await setup.world.ports.merchants.read(endpointKey('orders').merchantId))?.endpoints ?? [];
    expect(endpoint).toMatchObject({ expectBody: 'success', moreBodies: ['ok'] });
    expect((await call(`DELETE ${path('/orders')}`)).status).toBe(204);
    const [deleted] =
      (await setup.world.ports.merchants.read(endpointKey('orders').merchantId))?.endpoints ?? [];
    expect(deleted).not.toHaveProperty('expectBody');
    expect(deleted).not.toHaveProperty('moreBodies');
  });

  it('decide callbacks and test requests alike', async () => {
    const { endpointId } = await setup.demo.endpoint({ expectBody: ['success', 'ok'], schedule: [1] });
    for (const [body, error] of [
      [' ok\n', undefined],
      ['success', undefined],
      ['okay', 'unexpected_body'],
    ] as const) {
      setup.world.receiver.answer = () => okExchange(body);
      setup.world.time.nowMs += 60_000;
      const tested = await call(`POST ${path(`/${endpointId}/test`)}`);
      expect(tested.json.error).toBe(error);
      const id = `pay_${body.trim()}`;
      const record = `PUT /v1/merchants/demo/transactions/${id}`;
      expect((await setup.world.call(setup.demo.initiator, record, payment())).status).toBe(201);
      await setup.world.relayAll();
      await setup.world.drain();
      const { json } = await setup.world.call(setup.demo.receiver, `GET /v1/transactions/${id}`);
      expect(json.notifications[0].state).toBe(error === undefined ? 'delivered' : 'exhausted');
    }
  });

  it.each([
    [[], 'invalid_value', '/expectBody'],
    [['a', ' '], 'invalid_value', '/expectBody/1'],
    [['a', ' a'], 'invalid_value', '/expectBody'],
    [['a', 'b\u0000'], 'invalid_text', '/expectBody/1'],
    [['a', 'b'.repeat(257)], 'too_long', '/expectBody/1'],
    [Array.from({ length: 9 }, (_, n) => `body ${n}`), 'too_long', '/expectBody'],
    ['a'.repeat(257), 'too_long', '/expectBody'],
    [['a', 7], 'invalid_type', '/expectBody'],
    [7, 'invalid_type', '/expectBody'],
  ])('%j is refused as %s', async (expectBody, code, pointer) => {
    await put({});
    for (const [request, body] of [
      [`POST ${path()}`, { url, expectBody }],
      [`PUT ${path('/orders')}`, { url, expectBody }],
      [`PATCH ${path('/orders')}`, { expectBody }],
    ] as const) {
      const { json } = await call(request, body);
      expect(json).toMatchObject({ status: 400, code, errors: [{ pointer, code }] });
    }
  });
});
