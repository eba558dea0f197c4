import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../lib/api/api-app.ts';
import { operations } from '../../lib/api/contract/operations.ts';
import type { Shop, World } from '../support/demo-world.ts';
import { createWorld, payment, START_MS } from '../support/world.ts';

describe('keys and scopes', () => {
  let world: World;
  let demo: Shop;
  let other: typeof demo;
  beforeEach(async () => {
    world = createWorld();
    demo = await world.merchant('demo');
    other = await world.merchant('other');
    await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment());
  });

  it.each([
    ['no key', undefined, 'missing_key'],
    ['no form of a key', 'sk_live_1', 'invalid_key'],
    ['an unknown key', `tk_nobody_${'x'.repeat(43)}`, 'invalid_key'],
    ['a wrong root key', `tk_root_${'x'.repeat(43)}`, 'invalid_key'],
  ])('%s is refused', async (_title, key, code) => {
    const answer = await world.call(key, 'GET /v1/transactions/pay_1');
    expect(answer.json).toMatchObject({ status: 401, code });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('what is no key is refused with the form of a header that has one, and a key that is unknown is not', async () => {
    const detailOf = async (authorization: string) => {
      const response = await world.app.request('/v1/transactions/pay_1', { headers: { authorization } });
      const { code, detail } = await response.json();
      return [response.status, code, detail];
    };
    const form = 'The header authorization must be Bearer, a space, and a key: tk_<keyId>_<secret>.';
    for (const given of ['Basic ZGVtbzpkZW1v', 'Bearer sk_live_1', `Basic ${demo.receiver}`, 'Bearer']) {
      expect(await detailOf(given)).toEqual([401, 'invalid_key', form]);
    }
    expect(await detailOf(`Bearer tk_nobody_${'x'.repeat(43)}`)).toEqual([401, 'invalid_key', undefined]);
  });

  it.each([
    ['GET /v1/transactions/pay_1', 'Use a key of scope receiver or merchant that belongs to a merchant.'],
    [
      'GET /v1/windows',
      'Use a key of scope receiver or merchant that belongs to a merchant, or as admin the path /v1/merchants/{merchantId}/windows.',
    ],
    ['GET /v1/merchants/demo/windows', 'Use a key of scope admin that belongs to this merchant or to none.'],
    ['GET /v1/merchants', 'Use a key of scope admin that belongs to no merchant.'],
    [
      'GET /v1/merchants/demo/endpoints',
      'Use a key of scope admin or merchant that belongs to this merchant or to none.',
    ],
  ])('a key that may not do %s is refused with the scopes that may', async (request, detail) => {
    const { json, status } = await world.call(demo.initiator, request);
    expect([status, json.code, json.detail]).toEqual([403, 'insufficient_scope', detail]);
  });

  it.each([
    ['GET /v1/stats?from=2026-11-20T08:00:00Z&merchantId=other', undefined],
    ['GET /v1/overview?merchantId=other', undefined],
    ['GET /v1/audit-log?merchantId=other', undefined],
    ['GET /v1/unresolved?merchantId=other', undefined],
    ['POST /v1/merchants/demo/keys', { scope: 'initiator' }],
  ])('a key of one merchant that asks for more is refused with what it may do: %s', async (request, body) => {
    const key = request.includes('unresolved') ? demo.initiator : demo.manager;
    const { json, status } = await world.call(key, request, body);
    expect([status, json.code]).toEqual([403, 'insufficient_scope']);
    expect(json.detail).toMatch(body === undefined ? /leave merchantId out/ : /of scope admin/);
  });

  it('a known key with a wrong secret is refused', async () => {
    const wrong = `${demo.receiver.slice(0, -1)}${demo.receiver.endsWith('A') ? 'B' : 'A'}`;
    expect((await world.call(wrong, 'GET /v1/transactions/pay_1')).json.code).toBe('invalid_key');
  });

  it('an expired key is refused, also while it is remembered', async () => {
    const expiresAt = new Date(START_MS + 1_000).toISOString();
    const body = { scope: 'receiver', expiresAt };
    const { key } = (await world.call(world.admin, 'POST /v1/merchants/demo/keys', body)).json;
    expect((await world.call(key, 'GET /v1/transactions/pay_1')).status).toBe(200);
    world.time.nowMs += 1_000;
    expect((await world.call(key, 'GET /v1/transactions/pay_1')).json.code).toBe('invalid_key');
  });

  it('a revoked key works no longer than it is remembered', async () => {
    const { key, keyId } = (
      await world.call(world.admin, 'POST /v1/merchants/demo/keys', { scope: 'receiver' })
    ).json;
    await world.call(key, 'GET /v1/transactions/pay_1');
    expect((await world.call(world.admin, `DELETE /v1/merchants/demo/keys/${keyId}`)).status).toBe(204);
    world.time.nowMs += 60_000;
    expect((await world.call(key, 'GET /v1/transactions/pay_1')).json.code).toBe('invalid_key');
  });

  it('each operation lets in the scopes that it names, and no other', async () => {
    const keys = {
      admin: world.admin,
      initiator: demo.initiator,
      merchant: demo.manager,
      receiver: demo.receiver,
    };
    for (const operation of operations) {
      for (const [scope, key] of Object.entries(keys)) {
        const path = operation.path
          .replaceAll('{merchantId}', 'demo')
          .replaceAll('{notificationId}', 'pay.1.ep')
          .replaceAll('{start}', '2026-11-20T08:00:00Z')
          .replaceAll('{date}', '2026-11-20')
          .replaceAll(/\{\w+\}/g, 'nothing1');
        const answer = await world.call(key, `${operation.method.toUpperCase()} ${path}`);
        const mayAsk = operation.scopes.length === 0 || operation.scopes.includes(scope as never);
        expect([operation.operationId, scope, answer.status !== 403]).toEqual([
          operation.operationId,
          scope,
          mayAsk,
        ]);
      }
    }
  });

  it('no key of one merchant acts for another, and existence makes no difference', async () => {
    for (const key of [other.initiator, other.manager, other.receiver]) {
      for (const operation of operations.filter(({ merchant }) => merchant === 'path')) {
        const answers = await Promise.all(
          ['demo', 'nobody'].map((merchantId) => {
            const path = operation.path
              .replaceAll('{merchantId}', merchantId)
              .replaceAll('{notificationId}', 'pay.1.ep')
              .replaceAll('{start}', '2026-11-20T08:00:00Z')
              .replaceAll('{date}', '2026-11-20')
              .replaceAll(/\{\w+\}/g, 'pay1');
            return world.call(key, `${operation.method.toUpperCase()} ${path}`);
          }),
        );
        expect(answers.map(({ json }) => json.code)).toEqual(['insufficient_scope', 'insufficient_scope']);
      }
    }
  });

  it('an unknown transaction and another’s get the same answer', async () => {
    const unknown = await world.call(other.receiver, 'GET /v1/transactions/pay_2');
    const others = await world.call(other.receiver, 'GET /v1/transactions/pay_1');
    expect(others.text.replaceAll('pay_1', 'pay_2')).toBe(unknown.text);
    expect(unknown.json).toMatchObject({ status: 404, code: 'unknown_transaction' });
  });

  it('a merchant key makes keys that ask and manage, but none that records', async () => {
    const make = (scope: string) => world.call(demo.manager, 'POST /v1/merchants/demo/keys', { scope });
    expect((await make('receiver')).status).toBe(201);
    expect((await make('merchant')).status).toBe(201);
    expect((await make('initiator')).json.code).toBe('insufficient_scope');
    expect((await make('admin')).json.code).toBe('invalid_scope');
  });

  it('a merchant key revokes no key that records', async () => {
    const keys = (await world.call(demo.manager, 'GET /v1/merchants/demo/keys')).json.items;
    const { keyId } = keys.find(({ scope }: { scope: string }) => scope === 'initiator');
    const revoke = (key: string) => world.call(key, `DELETE /v1/merchants/demo/keys/${keyId}`);
    expect((await revoke(demo.manager)).json.code).toBe('insufficient_scope');
    expect((await revoke(other.manager)).json.code).toBe('insufficient_scope');
    expect((await revoke(world.admin)).status).toBe(204);
  });

  it('keys are listed in pages without their secrets', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await world.call(demo.manager, `GET /v1/merchants/demo/keys?limit=2${cursor}`);
      expect(page.text).not.toContain('secret');
      seen.push(...page.json.items.map(({ scope }: { scope: string }) => scope));
      cursor = page.json.hasMore ? `&cursor=${page.json.nextCursor}` : '';
    } while (cursor !== '');
    expect(seen.sort()).toEqual(['initiator', 'merchant', 'receiver']);
  });

  it('a path that is not there is a problem like every other', async () => {
    const answer = await world.call(undefined, 'GET /v2/nothing');
    expect(answer.json).toMatchObject({ status: 404, code: 'not_found' });
  });

  it('a method that a path does not take is answered with those that it takes', async () => {
    const answer = await world.call(undefined, 'DELETE /v1/merchants/demo/endpoints');
    expect(answer.json).toMatchObject({ status: 405, code: 'method_not_allowed' });
    expect(answer.headers.get('allow')).toBe('GET, POST');
    const deeper = await world.call(undefined, 'PUT /v1/merchants/demo/endpoints/ep_1/nothing');
    expect(deeper.status).toBe(404);
  });

  it('of every function: the fallback route knows every path', async () => {
    const fallback = createApp({ ...world.ports, authenticate: vi.fn(), sign: vi.fn(), operations }, []);
    for (const { path, method } of operations) {
      const response = await fallback.request(path.replaceAll(/\{\w+\}/g, 'x1'), { method: 'OPTIONS' });
      expect({ path, status: response.status }).toEqual({ path, status: 405 });
      expect(response.headers.get('allow')?.split(', ')).toContain(method.toUpperCase());
    }
  });

  it('a path that only its dots make one of ours is none, and its method is not called wrong', async () => {
    const fallback = createApp({ ...world.ports, authenticate: vi.fn(), sign: vi.fn(), operations }, []);
    const response = await fallback.request('/v1/../v1/transactions/x1');
    expect([response.status, await response.json()]).toMatchObject([404, { code: 'not_found' }]);
  });
});

describe('a request that goes around the proxy in front of the API', () => {
  it.each([
    ['without what the proxy sends', {}],
    ['with something else', { 'x-tidings-origin': 'guessed' }],
    ['with nothing', { 'x-tidings-origin': '' }],
  ])('%s gets 404 with every key', async (_, headers) => {
    const world = createWorld();
    const app = createApp(
      { ...world.ports, authenticate: vi.fn(), sign: vi.fn(), operations, originSecret: 'sent' },
      [],
    );
    for (const method of ['GET', 'OPTIONS']) {
      const response = await app.request('/v1/keys', { method, headers });
      expect([response.status, await response.json()]).toMatchObject([404, { code: 'not_found' }]);
    }
    const through = await app.request('/v1/keys', {
      method: 'OPTIONS',
      headers: { 'x-tidings-origin': 'sent' },
    });
    expect(through.status).toBe(405);
  });
});
