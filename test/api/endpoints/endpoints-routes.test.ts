import { describe, expect, it } from 'vitest';
import { payment } from '../../support/world.ts';
import { useEndpoints } from './endpoints-world.ts';

describe('endpoints', () => {
  const setup = useEndpoints();
  const { path } = setup;

  it('are created, listed, changed and deleted by the merchant itself', async () => {
    const created = await setup.world.call(setup.demo.manager, `POST ${path()}`, {
      url: 'https://shop.example/a',
      description: 'Order service',
      types: ['payment.*'],
      timeoutMs: 5_000,
      expectBody: 'success',
    });
    expect(created.status).toBe(201);
    const { secret, endpointId, merchantId: _m, request: _r, asOf: _a, ...view } = created.json;
    expect(secret).toMatch(/^whsec_/);
    expect(view).toEqual({
      url: 'https://shop.example/a',
      description: 'Order service',
      types: ['payment.*'],
      timeoutMs: 5_000,
      expectBody: 'success',
      signature: 'v1',
      enabled: true,
      inForceFrom: '2026-11-20T08:00:05.000Z',
      createdAt: '2026-11-20T08:00:00.000Z',
    });
    const changed = await setup.world.call(setup.demo.manager, `PATCH ${path(`/${endpointId}`)}`, {
      enabled: false,
    });
    expect(changed.json).toMatchObject({ enabled: false, types: ['payment.*'] });
    expect((await setup.world.call(setup.demo.manager, `GET ${path()}`)).json.items).toHaveLength(1);
    expect((await setup.world.call(setup.demo.manager, `DELETE ${path(`/${endpointId}`)}`)).status).toBe(204);
    expect((await setup.world.call(setup.demo.manager, `GET ${path()}`)).json.items).toEqual([]);
    const gone = await setup.world.call(setup.demo.manager, `GET ${path(`/${endpointId}`)}`);
    expect(gone.json).toMatchObject({ status: 404, code: 'unknown_endpoint' });
  });

  it('hear only of what their filter lets through', async () => {
    await setup.demo.endpoint({ types: ['refund.*'] });
    const payments = await setup.demo.endpoint({ types: ['payment.succeeded'] });
    await setup.world.call(setup.demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment());
    await setup.world.relayAll();
    expect(setup.world.queue).toMatchObject([{ message: { endpointId: payments.endpointId } }]);
  });

  it('that were deleted meanwhile get nothing, and the notification is blocked', async () => {
    const { endpointId } = await setup.demo.endpoint();
    await setup.world.call(setup.demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment());
    await setup.world.relayAll();
    await setup.world.call(setup.demo.manager, `DELETE ${path(`/${endpointId}`)}`);
    setup.world.time.nowMs += 10_001;
    await setup.world.drain();
    expect(setup.world.requests).toHaveLength(0);
    const asked = await setup.world.call(setup.demo.receiver, 'GET /v1/transactions/pay_1');
    expect(asked.json.notifications).toMatchObject([{ state: 'blocked', blockedReason: 'endpoint_gone' }]);
  });

  it('that are disabled say so where a notification is blocked by it, until it is sent again', async () => {
    const { endpointId } = await setup.demo.endpoint();
    await setup.world.call(setup.demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment());
    await setup.world.relayAll();
    await setup.world.call(setup.demo.manager, `PATCH ${path(`/${endpointId}`)}`, { enabled: false });
    setup.world.time.nowMs += 10_001;
    await setup.world.drain();
    const ask = async () =>
      (await setup.world.call(setup.demo.receiver, 'GET /v1/transactions/pay_1')).json.notifications[0];
    expect(await ask()).toMatchObject({ state: 'blocked', blockedReason: 'endpoint_disabled' });
    await setup.world.call(setup.demo.manager, `PATCH ${path(`/${endpointId}`)}`, { enabled: true });
    const again = `POST /v1/notifications/pay_1.1.${endpointId}/redeliver`;
    expect((await setup.world.call(setup.demo.manager, again)).json).not.toHaveProperty('blockedReason');
    setup.world.time.nowMs += 10_001;
    await setup.world.drain();
    const delivered = await ask();
    expect(delivered.state).toBe('delivered');
    expect(delivered).not.toHaveProperty('blockedReason');
  });

  it('show their description where they are read and listed, and as it was changed', async () => {
    const { endpointId } = await setup.demo.endpoint({ description: 'Order service' });
    const { endpointId: other } = await setup.demo.endpoint();
    const listed = (await setup.world.call(setup.demo.manager, `GET ${path()}`)).json.items;
    const descriptions = listed.map((one: Record<string, unknown>) => [one.endpointId, one.description]);
    expect(Object.fromEntries(descriptions)).toEqual({ [endpointId]: 'Order service', [other]: undefined });
    const one = path(`/${endpointId}`);
    const description = '订单'.repeat(128);
    const changed = await setup.world.call(setup.demo.manager, `PATCH ${one}`, { description });
    expect(changed.json).toMatchObject({ description });
    await setup.world.call(setup.demo.manager, `PATCH ${one}`, { timeoutMs: 2_000 });
    const read = await setup.world.call(setup.demo.manager, `GET ${one}`);
    expect(read.json).toMatchObject({ description, timeoutMs: 2_000 });
  });

  it('forget a setting that is set to null', async () => {
    const { endpointId } = await setup.demo.endpoint({
      description: 'Order service',
      expectBody: 'success',
      schedule: [1],
    });
    const cleared = await setup.world.call(setup.demo.manager, `PATCH ${path(`/${endpointId}`)}`, {
      description: null,
      expectBody: null,
      schedule: null,
    });
    expect(cleared.json).not.toHaveProperty('description');
    expect(cleared.json).not.toHaveProperty('expectBody');
    expect(cleared.json).not.toHaveProperty('schedule');
  });

  it.each([
    [{ url: 'http://shop.example/' }, 'https_required', '/url'],
    [{ url: 'https://169.254.169.254/' }, 'address_refused', '/url'],
    [{ url: 'https://user:pw@shop.example/' }, 'credentials_in_url', '/url'],
    [{ url: 'https://shop.example:22/' }, 'port_refused', '/url'],
    [{ url: 7 }, 'invalid_url', '/url'],
    [{}, 'missing_field', '/url'],
    [{ url: 'https://a.example', types: ['Payment'] }, 'invalid_event_type', '/types/0'],
    [{ url: 'https://a.example', types: [] }, 'invalid_value', '/types'],
    [{ url: 'https://a.example', timeoutMs: 999 }, 'invalid_value', '/timeoutMs'],
    [{ url: 'https://a.example', enabled: 'yes' }, 'invalid_type', '/enabled'],
    [{ url: 'https://a.example', description: 'x'.repeat(257) }, 'too_long', '/description'],
    [{ url: 'https://a.example', description: 7 }, 'invalid_value', '/description'],
    [{ url: 'https://a.example', description: null }, 'invalid_value', '/description'],
    [{ url: 'https://a.example', secret: 'x' }, 'unknown_field', '/secret'],
  ])('with %j are refused as %s', async (body, code, pointer) => {
    const answer = await setup.world.call(setup.demo.manager, `POST ${path()}`, body);
    expect(answer.json).toMatchObject({ status: 400, code, errors: [{ pointer, code }] });
    expect((await setup.world.call(setup.demo.manager, `GET ${path()}`)).json.items).toEqual([]);
  });
});
