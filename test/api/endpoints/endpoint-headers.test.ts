import { describe, expect, it } from 'vitest';
import { NOTIFY_URL_ENDPOINT } from '../../../lib/core/model.ts';
import { okExchange, payment, statusExchange } from '../../support/world.ts';
import { endpointKey, useEndpoints } from './endpoints-world.ts';

const url = 'https://shop.example/hooks';
const TOKEN = 'Bearer 7f3c9ad0e1';

describe('the custom headers of an endpoint', () => {
  const setup = useEndpoints();
  const { path } = setup;
  const call = (request: string, body?: object) => setup.world.call(setup.demo.manager, request, body);
  const put = (settings: object) => call(`PUT ${path('/orders')}`, { url, ...settings });
  const change = (settings: object) => call(`PATCH ${path('/orders')}`, settings);
  const names = (json: { readonly headers?: readonly { readonly name: string }[] }) =>
    json.headers?.map(({ name }) => name);
  const stored = async () =>
    (await setup.world.ports.merchants.read(endpointKey('orders').merchantId))?.endpoints[0];
  const deliverOne = async (id: string, changes: object = {}) => {
    const record = `PUT /v1/merchants/demo/transactions/${id}`;
    expect((await setup.world.call(setup.demo.initiator, record, payment(changes))).status).toBe(201);
    await setup.world.relayAll();
    await setup.world.drain();
  };

  it('are shown by name, with the time at which each was set', async () => {
    const made = await call(`POST ${path()}`, { url, headers: { Authorization: TOKEN, 'X-Shop': 'main' } });
    expect(made.status).toBe(201);
    const { time } = setup.world;
    expect(made.json.headers).toEqual([
      { name: 'authorization', setAt: expect.any(String) },
      { name: 'x-shop', setAt: expect.any(String) },
    ]);
    const { endpointId } = made.json;
    time.nowMs += 60_000;
    const changed = await call(`PATCH ${path(`/${endpointId}`)}`, { headers: { 'x-shop': 'other' } });
    expect(changed.json.headers[0]).toEqual(made.json.headers[0]);
    expect(changed.json.headers[1].setAt > made.json.headers[1].setAt).toBe(true);
  });

  it('are replaced by PUT, and changed one by one by PATCH', async () => {
    expect(names((await put({ headers: { a: '1', b: '2' } })).json)).toEqual(['a', 'b']);
    expect(names((await change({ headers: { c: '3', B: null } })).json)).toEqual(['a', 'c']);
    expect(names((await change({ timeoutMs: 5_000 })).json)).toEqual(['a', 'c']);
    expect(names((await put({ headers: { d: '4' } })).json)).toEqual(['d']);
    expect(names((await change({ headers: {} })).json)).toEqual(['d']);
    expect(names((await change({ headers: null })).json)).toBeUndefined();
    await put({ headers: { d: '4' } });
    expect(names((await put({})).json)).toBeUndefined();
  });

  it('change nothing when a request is repeated', async () => {
    await put({ headers: { authorization: TOKEN } });
    const first = (await put({ headers: { authorization: TOKEN } })).json;
    const { rev } = (await stored()) ?? {};
    setup.world.time.nowMs += 60_000;
    expect((await put({ headers: { Authorization: TOKEN } })).json.headers).toEqual(first.headers);
    expect((await change({ headers: { authorization: TOKEN } })).json.headers).toEqual(first.headers);
    expect((await stored())?.rev).toBe(rev);
  });

  it('are sent with callbacks and test requests to this endpoint, and to nobody else', async () => {
    const { endpointId } = await setup.demo.endpoint({ headers: { authorization: TOKEN, 'X-Shop': 'main' } });
    await setup.demo.endpoint({ url: 'https://other.example/' });
    await deliverOne('pay_1', { notifyUrl: 'https://shop.example/notify' });
    await call(`POST ${path(`/${endpointId}/test`)}`);
    const sent = setup.world.requests.map((request) => [request.url, request.headers.authorization]);
    expect(sent.sort()).toEqual([
      ['https://other.example/', undefined],
      [url, TOKEN],
      [url, TOKEN],
      ['https://shop.example/notify', undefined],
    ]);
    const own = setup.world.requests.find((request) => request.url === url);
    expect(own?.headers).toMatchObject({ 'x-shop': 'main', 'user-agent': 'Tidings/1' });
    expect(NOTIFY_URL_ENDPOINT).not.toBe(endpointId);
  });

  it('never replace a header of the service, even if the row says so', async () => {
    await put({});
    const endpoint = await stored();
    if (endpoint === undefined) throw new Error('no endpoint');
    const { merchantId, endpointId } = endpoint;
    const context = `endpoint:${merchantId}/${endpointId}/header/webhook-id`;
    const sealed = await setup.world.ports.seal.seal('forged', context);
    const headers = [{ name: 'webhook-id', sealed, setAt: endpoint.createdAt }];
    await setup.world.ports.merchants.saveEndpoint(
      { ...endpoint, headers, rev: endpoint.rev + 1 },
      endpoint.rev,
    );
    await call(`POST ${path('/orders/test')}`);
    expect(setup.world.requests[0]?.headers['webhook-id']).toMatch(/^msg_test/);
    expect(names((await change({ headers: { 'webhook-id': null } })).json)).toBeUndefined();
  });

  it('are stored sealed, each under its own name, and leave no value in answers, events and the audit log', async () => {
    const answers = [
      await put({ headers: { authorization: TOKEN } }),
      await change({ headers: { 'x-key': 'k-8842-secret' } }),
      await call(`GET ${path('/orders')}`),
      await call(`GET ${path()}`),
      await setup.world.call(setup.world.admin, 'GET /v1/audit-log?merchantId=demo'),
    ];
    setup.world.time.nowMs += 10_000;
    setup.world.receiver.answer = (request) => ({
      ...statusExchange(500),
      body: `no access for ${JSON.stringify(request.headers)} with 7f3c9ad0e1`,
    });
    await deliverOne('pay_1');
    answers.push(await call(`POST ${path('/orders/test')}`));
    answers.push(await setup.world.call(setup.demo.receiver, 'GET /v1/transactions/pay_1'));
    expect(answers.at(-1)?.json.notifications[0].attempts.at(-1).responseSnippet).toContain('[redacted]');
    const said = JSON.stringify([answers.map(({ text }) => text), setup.world.events]);
    for (const hidden of ['7f3c9ad0e1', 'k-8842-secret', 'sealed']) expect(said).not.toContain(hidden);
    const headers = (await stored())?.headers ?? [];
    expect(headers.map(({ sealed }) => sealed.split('|')[0])).toEqual([
      'endpoint:demo/orders/header/authorization',
      'endpoint:demo/orders/header/x-key',
    ]);
    await call(`DELETE ${path('/orders')}`);
    expect(await stored()).not.toHaveProperty('headers');
  });

  it('do not decide what an accepted body is: it is compared before values are removed', async () => {
    await put({ headers: { 'x-word': 'success' }, expectBody: 'success' });
    setup.world.receiver.answer = () => okExchange('success');
    const { json } = await call(`POST ${path('/orders/test')}`);
    expect(json).not.toHaveProperty('error');
    expect(json.responseSnippet).toBe('[redacted]');
  });

  it('are not sent to another origin by a caller who does not give their values', async () => {
    await put({ headers: { authorization: TOKEN, 'x-shop': 'main' } });
    for (const elsewhere of ['https://evil.example/', 'https://shop.example.evil.example/hooks']) {
      for (const headers of [{}, { headers: { authorization: TOKEN } }, { headers: { 'x-new': '1' } }]) {
        const { json } = await change({ url: elsewhere, ...headers });
        expect(json).toMatchObject({ status: 409, code: 'header_values_required' });
      }
    }
    expect((await stored())?.url).toBe(url);
    expect((await change({ url: 'https://shop.example/new' })).json.headers).toHaveLength(2);
    const moved = await change({
      url: 'https://b.example/',
      headers: { authorization: TOKEN, 'x-shop': null },
    });
    expect(names(moved.json)).toEqual(['authorization']);
    expect((await put({ url: 'https://c.example/' })).json).not.toHaveProperty('headers');
  });

  it('are at most eight, also after a change that adds some', async () => {
    const some = (from: number, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`x-${from + n}`, 'v']));
    expect((await put({ headers: some(0, 9) })).json.code).toBe('too_many_headers');
    expect(names((await put({ headers: some(0, 8) })).json)).toHaveLength(8);
    expect((await change({ headers: some(8, 1) })).json).toMatchObject({
      status: 400,
      code: 'too_many_headers',
    });
    expect(names((await change({ headers: { ...some(8, 1), 'x-0': null } })).json)).toHaveLength(8);
  });

  it.each([
    ['Host', 'a', 'reserved_header'],
    ['webhook-id', 'a', 'reserved_header'],
    ['WEBHOOK-Signature', 'a', 'reserved_header'],
    ['Tidings-Attempt', 'a', 'reserved_header'],
    ['content-length', '1', 'reserved_header'],
    ['Content-Type', 'text/plain', 'reserved_header'],
    ['transfer-encoding', 'chunked', 'reserved_header'],
    ['connection', 'close', 'reserved_header'],
    ['Keep-Alive', 'timeout=1', 'reserved_header'],
    ['proxy-authorization', 'a', 'reserved_header'],
    ['te', 'trailers', 'reserved_header'],
    ['trailer', 'a', 'reserved_header'],
    ['upgrade', 'h2c', 'reserved_header'],
    ['expect', '100-continue', 'reserved_header'],
    ['user-agent', 'a', 'reserved_header'],
    ['traceparent', 'a', 'reserved_header'],
    ['accept-encoding', 'gzip', 'reserved_header'],
    ['x-forwarded-for', '10.0.0.1', 'reserved_header'],
    ['', 'a', 'invalid_header'],
    ['x y', 'a', 'invalid_header'],
    ['x:y', 'a', 'invalid_header'],
    ['x\r\nhost', 'a', 'invalid_header'],
    ['ключ', 'a', 'invalid_header'],
    ['x', 'a\r\nhost: evil.example', 'invalid_header'],
    ['x', 'a\nb', 'invalid_header'],
    ['x', 'a\tb', 'invalid_header'],
    ['x', 'a\u0000', 'invalid_header'],
    ['x', 'a\u007f', 'invalid_header'],
    ['x', 'naïve', 'invalid_header'],
    ['x', '成功', 'invalid_header'],
    ['x', ' a', 'invalid_header'],
    ['x', 'a ', 'invalid_header'],
    ['x', '', 'invalid_header'],
    ['x', 'a'.repeat(513), 'too_long'],
    ['x'.repeat(65), 'a', 'too_long'],
    ['x', 7, 'invalid_type'],
    ['x', ['a'], 'invalid_type'],
    ['__proto__', 'a', 'forbidden_key'],
  ])('%j: %j is refused as %s', async (name, value, code) => {
    await put({});
    const headers = `{${JSON.stringify(name)}:${JSON.stringify(value)}}`;
    for (const [request, settings] of [
      [`POST ${path()}`, `"url":"${url}",`],
      [`PUT ${path('/orders')}`, `"url":"${url}",`],
      [`PATCH ${path('/orders')}`, ''],
    ] as const) {
      const body = `{${settings}"headers":${headers}}`;
      const { json } = await setup.world.call(setup.demo.manager, request, body as unknown as object);
      expect(json).toMatchObject({ status: 400, code });
      expect(json.errors[0].pointer).toMatch(/^\/headers/);
    }
    expect(await stored()).not.toHaveProperty('headers');
  });

  it('are refused if two names differ only in case, or where they cannot be', async () => {
    for (const [headers, code] of [
      [{ 'X-A': '1', 'x-a': '2' }, 'duplicate_header'],
      [['a'], 'invalid_type'],
      ['authorization', 'invalid_type'],
      [null, 'invalid_type'],
      [{ x: null }, 'invalid_type'],
    ] as const) {
      expect((await put({ headers })).json).toMatchObject({ status: 400, code });
    }
  });
});
