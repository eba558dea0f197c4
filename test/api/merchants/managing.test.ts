import { createPublicKey, verify } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openApiDocument } from '../../../lib/api/contract/openapi-document.ts';
import type { CallbackRequest } from '../../../lib/core/deliver/attempt/sender.ts';
import { clockSkewFault } from '../../../lib/core/faults.ts';
import { disableEndpoint } from '../../../lib/core/merchants/endpoints.ts';
import { endpointIdSchema, merchantIdSchema } from '../../../lib/core/model.ts';
import { createWorld, payment, START_MS, statusExchange } from '../../support/world.ts';

/** Verified with Node's own ed25519, from the public key as a receiver gets it. */
function verifiesV1a({ headers, body }: CallbackRequest, publicKey: string): boolean {
  const x = Buffer.from(publicKey.replace('whpk_', ''), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const signed = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`);
  const signatures = headers['webhook-signature']?.split(' ').filter((one) => one.startsWith('v1a,')) ?? [];
  return signatures.some((one) => verify(null, signed, key, Buffer.from(one.slice(4), 'base64')));
}

type World = ReturnType<typeof createWorld>;

const endpointKey = (endpointId: string) => ({
  merchantId: merchantIdSchema.parse('demo'),
  endpointId: endpointIdSchema.parse(endpointId),
});

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

describe('keys', () => {
  it('of an unknown merchant are not listed as if there were none', async () => {
    const world = createWorld();
    const answer = await world.call(world.admin, 'GET /v1/merchants/nobody/keys');
    expect(answer.json).toMatchObject({ status: 404, code: 'unknown_merchant' });
  });

  it('cannot expire before they are made, and say so', async () => {
    const world = createWorld();
    await world.merchant('demo');
    for (const request of ['POST /v1/keys', 'POST /v1/merchants/demo/keys']) {
      const expiresAt = new Date(START_MS).toISOString();
      const answer = await world.call(world.admin, request, { scope: 'initiator', expiresAt });
      const errors = [{ pointer: '/expiresAt', code: 'date_in_past' }];
      expect(answer.json).toMatchObject({ status: 400, code: 'date_in_past', errors });
    }
  });
});

describe('endpoints', () => {
  let world: World;
  let demo: Awaited<ReturnType<World['merchant']>>;
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(START_MS);
    world = createWorld();
    demo = await world.merchant('demo');
    return () => vi.useRealTimers();
  });
  const path = (rest = '') => `/v1/merchants/demo/endpoints${rest}`;

  it('are created, listed, changed and deleted by the merchant itself', async () => {
    const created = await world.call(demo.manager, `POST ${path()}`, {
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
    const changed = await world.call(demo.manager, `PATCH ${path(`/${endpointId}`)}`, { enabled: false });
    expect(changed.json).toMatchObject({ enabled: false, types: ['payment.*'] });
    expect((await world.call(demo.manager, `GET ${path()}`)).json.items).toHaveLength(1);
    expect((await world.call(demo.manager, `DELETE ${path(`/${endpointId}`)}`)).status).toBe(204);
    expect((await world.call(demo.manager, `GET ${path()}`)).json.items).toEqual([]);
    const gone = await world.call(demo.manager, `GET ${path(`/${endpointId}`)}`);
    expect(gone.json).toMatchObject({ status: 404, code: 'unknown_endpoint' });
  });

  it('hear only of what their filter lets through', async () => {
    await demo.endpoint({ types: ['refund.*'] });
    const payments = await demo.endpoint({ types: ['payment.succeeded'] });
    await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment());
    await world.relayAll();
    expect(world.queue).toMatchObject([{ message: { endpointId: payments.endpointId } }]);
  });

  it('that were deleted meanwhile get nothing, and the notification is blocked', async () => {
    const { endpointId } = await demo.endpoint();
    await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment());
    await world.relayAll();
    await world.call(demo.manager, `DELETE ${path(`/${endpointId}`)}`);
    world.time.nowMs += 10_001;
    await world.drain();
    expect(world.requests).toHaveLength(0);
    const asked = await world.call(demo.receiver, 'GET /v1/transactions/pay_1');
    expect(asked.json.notifications).toMatchObject([{ state: 'blocked', blockedReason: 'endpoint_gone' }]);
  });

  it('that are disabled say so where a notification is blocked by it, until it is sent again', async () => {
    const { endpointId } = await demo.endpoint();
    await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment());
    await world.relayAll();
    await world.call(demo.manager, `PATCH ${path(`/${endpointId}`)}`, { enabled: false });
    world.time.nowMs += 10_001;
    await world.drain();
    const ask = async () =>
      (await world.call(demo.receiver, 'GET /v1/transactions/pay_1')).json.notifications[0];
    expect(await ask()).toMatchObject({ state: 'blocked', blockedReason: 'endpoint_disabled' });
    await world.call(demo.manager, `PATCH ${path(`/${endpointId}`)}`, { enabled: true });
    const again = `POST /v1/notifications/pay_1.1.${endpointId}/redeliver`;
    expect((await world.call(demo.manager, again)).json).not.toHaveProperty('blockedReason');
    world.time.nowMs += 10_001;
    await world.drain();
    const delivered = await ask();
    expect(delivered.state).toBe('delivered');
    expect(delivered).not.toHaveProperty('blockedReason');
  });

  it('rotate their secret with an overlap in which both sign', async () => {
    const { endpointId, secret } = await demo.endpoint();
    const rotated = await world.call(demo.manager, `POST ${path(`/${endpointId}/secrets`)}`, {
      overlapSeconds: 60,
    });
    expect(rotated.status).toBe(201);
    await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment());
    await world.relayAll();
    await world.drain();
    const [request] = world.requests;
    if (request === undefined) throw new Error('nothing was sent');
    for (const each of [secret, rotated.json.secret]) {
      expect(new Webhook(each).verify(request.body, { ...request.headers })).toMatchObject({
        type: 'payment.succeeded',
        data: { merchantId: 'demo', transactionId: 'pay_1', version: 1, amount: 1999, metadata: {} },
      });
    }
  });

  it('without overlap sign with the new secret only', async () => {
    const { endpointId, secret } = await demo.endpoint();
    await world.call(demo.manager, `POST ${path(`/${endpointId}/secrets`)}`, { overlapSeconds: 0 });
    await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment());
    await world.relayAll();
    await world.drain();
    const [request] = world.requests;
    expect(() => new Webhook(secret).verify(request?.body ?? '', { ...request?.headers })).toThrow();
  });

  it('that ask for v1a sign so that the public key in the answer verifies it', async () => {
    const made = await world.call(demo.manager, `POST ${path()}`, {
      url: 'https://shop.example/',
      signature: 'both',
    });
    expect(made.json.publicKey).toMatch(/^whpk_[A-Za-z0-9+/]{43}=$/);
    await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment());
    await world.relayAll();
    await world.drain();
    const [request] = world.requests;
    if (request === undefined) throw new Error('nothing was sent');
    expect(verifiesV1a(request, made.json.publicKey)).toBe(true);
    expect(verifiesV1a({ ...request, body: `${request.body} ` }, made.json.publicKey)).toBe(false);
    expect(new Webhook(made.json.secret).verify(request.body, { ...request.headers })).toBeTruthy();
  });

  it('may choose v1a later, and a rotation signs with both keys while it overlaps', async () => {
    const { endpointId } = await demo.endpoint();
    const chosen = await world.call(demo.manager, `PATCH ${path(`/${endpointId}`)}`, { signature: 'v1a' });
    const rotated = await world.call(demo.manager, `POST ${path(`/${endpointId}/secrets`)}`, {});
    expect(rotated.json.publicKey).not.toBe(chosen.json.publicKey);
    await world.call(demo.manager, `POST ${path(`/${endpointId}/test`)}`);
    const [request] = world.requests;
    if (request === undefined) throw new Error('nothing was sent');
    expect(request.headers['webhook-signature']).not.toContain('v1,');
    for (const { publicKey } of [chosen.json, rotated.json]) {
      expect(verifiesV1a(request, publicKey)).toBe(true);
    }
  });

  it('are tested by one signed request, whose attempt is the answer', async () => {
    const { endpointId, secret } = await demo.endpoint({ enabled: false });
    world.receiver.answer = () => ({ ...statusExchange(500), body: 'no' });
    const tested = await world.call(demo.manager, `POST ${path(`/${endpointId}/test`)}`);
    expect(tested.json).toMatchObject({
      number: 1,
      statusCode: 500,
      error: 'http_server_error',
      responseSnippet: 'no',
    });
    const [request] = world.requests;
    expect(new Webhook(secret).verify(request?.body ?? '', { ...request?.headers })).toMatchObject({
      type: 'tidings.test',
      data: { merchantId: 'demo', endpointId },
    });
    const nobody = await world.call(demo.manager, `POST ${path('/ep_nobody/test')}`);
    expect(nobody.json.code).toBe('unknown_endpoint');
  });

  it('are tested one request at a time, and after a pause', async () => {
    const { endpointId } = await demo.endpoint({ timeoutMs: 1_000 });
    const test = () => world.call(demo.manager, `POST ${path(`/${endpointId}/test`)}`);
    const [one, other] = await Promise.all([test(), test()]);
    expect([one.status, other.status].sort()).toEqual([200, 429]);
    world.time.nowMs += 9_500;
    const early = await test();
    expect(early.json).toMatchObject({ status: 429, code: 'too_many_tests' });
    expect(early.headers.get('retry-after')).toBe('1');
    world.time.nowMs += 500;
    expect((await test()).status).toBe(200);
    expect(world.requests).toHaveLength(2);
  });

  it('are tested in less time than the HTTP API waits, and not again meanwhile', async () => {
    const { endpointId } = await demo.endpoint({ timeoutMs: 30_000 });
    const test = () => world.call(demo.manager, `POST ${path(`/${endpointId}/test`)}`);
    await test();
    expect(world.requests[0]?.timeoutMs).toBe(20_000);
    world.time.nowMs += 20_000;
    expect((await test()).status).toBe(429);
  });

  it('have so many secrets at once and no more, and the first signs to its end all the same', async () => {
    const { endpointId, secret } = await demo.endpoint();
    const rotate = () => world.call(demo.manager, `POST ${path(`/${endpointId}/secrets`)}`);
    const answers = [await rotate(), await rotate(), await rotate(), await rotate()];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 409]);
    expect(answers[3]?.json.code).toBe('too_many_secrets');
    await world.call(demo.manager, `POST ${path(`/${endpointId}/test`)}`);
    const [request] = world.requests;
    expect(new Webhook(secret).verify(request?.body ?? '', { ...request?.headers })).toBeTruthy();
  });

  it('answer a rotation that is repeated by its name with the same secret, for an hour', async () => {
    const { endpointId, secret } = await demo.endpoint({ signature: 'both' });
    const rotate = (rotationId: string) =>
      world.call(demo.manager, `POST ${path(`/${endpointId}/secrets`)}`, { rotationId });
    const first = await rotate('june');
    world.time.nowMs += 3_599_999;
    const again = await rotate('june');
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(first.json.publicKey).toMatch(/^whpk_/);
    expect(again.json).toEqual({ ...first.json, asOf: again.json.asOf });
    await world.call(demo.manager, `POST ${path(`/${endpointId}/test`)}`);
    const [request] = world.requests;
    const signatures = request?.headers['webhook-signature']?.split(' ') ?? [];
    expect(signatures.filter((one) => one.startsWith('v1,'))).toHaveLength(2);
    vi.setSystemTime(world.time.nowMs);
    expect(new Webhook(secret).verify(request?.body ?? '', { ...request?.headers })).toBeTruthy();
    world.time.nowMs += 1;
    expect((await rotate('june')).json).toMatchObject({ status: 409, code: 'rotation_repeated' });
    expect((await rotate('july')).status).toBe(201);
    expect((await rotate('june')).json.code).toBe('rotation_repeated');
  });

  it('refuse a rotation that repeats a name with another overlap, which would not be in force', async () => {
    const { endpointId } = await demo.endpoint();
    for (const target of [path(`/${endpointId}/secrets`), '/v1/merchants/demo/secrets']) {
      const rotate = async (body: object) => {
        const { status, json } = await world.call(demo.manager, `POST ${target}`, {
          rotationId: 'r',
          ...body,
        });
        return [status, json.code ?? json.secret];
      };
      const [, secret] = await rotate({ overlapSeconds: 60 });
      expect(await rotate({ overlapSeconds: 0 })).toEqual([409, 'rotation_conflict']);
      expect(await rotate({})).toEqual([409, 'rotation_conflict']);
      expect(await rotate({ overlapSeconds: 60 })).toEqual([200, secret]);
      const named = await rotate({ rotationId: 'default' });
      expect(await rotate({ rotationId: 'default', overlapSeconds: 86_400 })).toEqual([200, named[1]]);
      expect(await rotate({ overlapSeconds: 61 })).toEqual([409, 'rotation_conflict']);
    }
  });

  it('takes a rotation that was kept without its overlap for the same', async () => {
    const { endpointId } = await demo.endpoint();
    const rotate = (overlapSeconds: number) =>
      world.call(demo.manager, `POST ${path(`/${endpointId}/secrets`)}`, { rotationId: 'r', overlapSeconds });
    const first = await rotate(60);
    const config = await world.ports.merchants.read(merchantIdSchema.parse('demo'));
    const endpoint = config?.endpoints.find((one) => one.endpointId === endpointId);
    if (endpoint === undefined) throw new Error('no endpoint');
    const secrets = endpoint.secrets.map(({ overlapSeconds: _, ...secret }) => secret);
    await world.ports.merchants.saveEndpoint({ ...endpoint, secrets, rev: endpoint.rev + 1 }, endpoint.rev);
    expect((await rotate(61)).json.secret).toBe(first.json.secret);
  });

  it('rotate once where the answer of the table was lost', async () => {
    const { endpointId } = await demo.endpoint();
    const { saveEndpoint } = world.ports.merchants;
    world.ports.merchants.saveEndpoint = async (...write) => {
      await saveEndpoint(...write);
      return false;
    };
    const { json } = await world.call(demo.manager, `POST ${path(`/${endpointId}/secrets`)}`);
    world.ports.merchants.saveEndpoint = saveEndpoint;
    await world.call(demo.manager, `POST ${path(`/${endpointId}/test`)}`);
    const [request] = world.requests;
    expect(request?.headers['webhook-signature']?.split(' ')).toHaveLength(2);
    expect(new Webhook(json.secret).verify(request?.body ?? '', { ...request?.headers })).toBeTruthy();
  });

  it('are so many and no more', async () => {
    for (let n = 0; n < 20; n += 1) await demo.endpoint();
    const more = await world.call(demo.manager, `POST ${path()}`, { url: 'https://shop.example/' });
    expect(more.json).toMatchObject({ status: 409, code: 'too_many_endpoints' });
  });

  it('are no more for being made all at the same time', async () => {
    await Promise.allSettled(Array.from({ length: 60 }, () => demo.endpoint()));
    expect((await world.call(demo.manager, `GET ${path()}`)).json.items.length).toBeLessThanOrEqual(20);
  });

  it('that were deleted take no place of those that live', async () => {
    for (let n = 0; n < 19; n += 1) await demo.endpoint();
    for (let n = 0; n < 100; n += 1) {
      const made = await world.call(demo.manager, `POST ${path()}`, { url: 'https://shop.example/' });
      expect(made.status).toBe(201);
      await world.call(demo.manager, `DELETE ${path(`/${made.json.endpointId}`)}`);
    }
    expect((await world.call(demo.manager, `GET ${path()}`)).json.items).toHaveLength(19);
  });

  it('that are made and deleted again and again come to an end, for two days', async () => {
    const make = () => world.call(demo.manager, `POST ${path()}`, { url: 'https://shop.example/' });
    const statuses: number[] = [];
    for (let n = 0; n < 181; n += 1) {
      const made = await make();
      statuses.push(made.status);
      await world.call(demo.manager, `DELETE ${path(`/${made.json.endpointId}`)}`);
    }
    expect(statuses.filter((status) => status === 201)).toHaveLength(180);
    expect((await make()).json).toMatchObject({ status: 409, code: 'too_many_changes' });
    // The table forgets them later than that, or never here: only their time counts.
    world.time.nowMs += 2 * 86_400_000;
    expect((await make()).status).toBe(201);
  });

  it('that are deleted keep no secret and no description', async () => {
    const { endpointId } = await demo.endpoint({ signature: 'both', description: 'Order service' });
    await world.call(demo.manager, `DELETE ${path(`/${endpointId}`)}`);
    const kept = (await world.ports.merchants.read('demo' as never))?.endpoints[0];
    expect(kept).toMatchObject({ endpointId, secrets: [], deletedAt: expect.any(String) });
    expect(kept).not.toHaveProperty('description');
    expect(kept?.history).toHaveLength(2);
  });

  it('that can be disabled can be enabled again, however often they were switched', async () => {
    const { endpointId } = await demo.endpoint();
    const patch = (body: object) => world.call(demo.manager, `PATCH ${path(`/${endpointId}`)}`, body);
    let isEnabled = true;
    for (let n = 0; n < 100; n += 1) {
      world.time.nowMs += 1_000;
      const answer = await patch({ enabled: !isEnabled });
      if (answer.status === 200) isEnabled = !isEnabled;
      else expect([isEnabled, answer.json.code]).toEqual([true, 'too_many_changes']);
    }
    expect(isEnabled).toBe(true);
    // What is no switch is still taken.
    expect((await patch({ timeoutMs: 2_000, enabled: true })).status).toBe(200);
  });

  it('that we disabled can be enabled again, also where no other change is taken any more', async () => {
    const { endpointId } = await demo.endpoint();
    const patch = (body: object) => world.call(demo.manager, `PATCH ${path(`/${endpointId}`)}`, body);
    for (let n = 0; n < 100; n += 1) {
      world.time.nowMs += 1_000;
      await patch({ types: n % 2 === 0 ? ['refund.*'] : ['*'] });
    }
    expect((await patch({ enabled: false })).json.code).toBe('too_many_changes');
    const url = 'https://shop.example/hooks';
    await disableEndpoint(world.ports, { ...endpointKey(endpointId), url, reason: 'gone' });
    expect((await patch({ enabled: true })).json).toMatchObject({ enabled: true });
  });

  it('show their description where they are read and listed, and as it was changed', async () => {
    const { endpointId } = await demo.endpoint({ description: 'Order service' });
    const { endpointId: other } = await demo.endpoint();
    const list = async () =>
      (await world.call(demo.manager, `GET ${path()}`)).json.items.map((item: Record<string, unknown>) => [
        item.endpointId,
        item.description,
      ]);
    expect(new Map(await list())).toEqual(
      new Map([
        [endpointId, 'Order service'],
        [other, undefined],
      ]),
    );
    const description = '订单'.repeat(128);
    const changed = await world.call(demo.manager, `PATCH ${path(`/${endpointId}`)}`, { description });
    expect(changed.json).toMatchObject({ description });
    await world.call(demo.manager, `PATCH ${path(`/${endpointId}`)}`, { timeoutMs: 2_000 });
    const read = await world.call(demo.manager, `GET ${path(`/${endpointId}`)}`);
    expect(read.json).toMatchObject({ description, timeoutMs: 2_000 });
  });

  it('forget a setting that is set to null', async () => {
    const { endpointId } = await demo.endpoint({
      description: 'Order service',
      expectBody: 'success',
      schedule: [1],
    });
    const cleared = await world.call(demo.manager, `PATCH ${path(`/${endpointId}`)}`, {
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
    const answer = await world.call(demo.manager, `POST ${path()}`, body);
    expect(answer.json).toMatchObject({ status: 400, code, errors: [{ pointer, code }] });
    expect((await world.call(demo.manager, `GET ${path()}`)).json.items).toEqual([]);
  });
});
