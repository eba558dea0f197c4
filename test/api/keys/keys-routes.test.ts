import { describe, expect, it } from 'vitest';
import { levelOf } from '../../../lib/adapters/reporter.ts';
import { operations } from '../../../lib/api/contract/operations.ts';
import { MAX_KEYS } from '../../../lib/core/merchants/keys/make-key.ts';
import { useDemoWorld } from '../../support/demo-world.ts';
import { createWorld, payment, START_MS } from '../../support/world.ts';

const MINUTE = 60_000;
const at = (ms: number) => new Date(START_MS + ms).toISOString();

const setup = useDemoWorld();

/** A key as it is made for the path of its owner. */
async function make(maker: string, body: object, owner = '/v1/merchants/demo/keys') {
  return setup.world.call(maker, `POST ${owner}`, body);
}

describe('a key that was revoked a moment ago', () => {
  const MANAGES = /\/(keys|secrets|endpoints)(\/|$)|^\/v1\/merchants(\/\{merchantId\})?$/;

  it('manages no keys, secrets, endpoints and merchants, although it is remembered', async () => {
    const managing = operations.filter(({ path }) => MANAGES.test(path));
    expect(managing.length).toBeGreaterThan(15);
    for (const owner of ['/v1/keys', '/v1/merchants/demo/keys']) {
      const scope = owner === '/v1/keys' ? 'admin' : 'merchant';
      const { key, keyId } = (await make(setup.world.admin, { scope }, owner)).json;
      const allowed = managing.filter(({ scopes }) => scopes.includes(scope));
      const ask = async ({ method, path }: (typeof managing)[number]) => {
        const target = path.replace('{merchantId}', 'demo').replaceAll(/\{\w+\}/g, 'nothing1');
        return (await setup.world.call(key, `${method.toUpperCase()} ${target}`)).json;
      };
      for (const operation of allowed) expect((await ask(operation)).code).not.toBe('invalid_key');
      await setup.world.call(setup.world.admin, `DELETE ${owner}/${keyId}`);
      for (const operation of allowed) {
        const { status, code } = await ask(operation);
        expect([operation.operationId, status, code]).toEqual([operation.operationId, 401, 'invalid_key']);
      }
    }
  });

  it('of the root manages nothing either, as soon as another is in force', async () => {
    let root = 'rootsecretrootsecretrootsecret';
    let cached = root;
    setup.world = createWorld({
      rootKey: {
        value: async (notBeforeMs) => {
          if (notBeforeMs !== undefined) cached = root;
          return cached;
        },
      },
    });
    expect((await make(setup.world.admin, { scope: 'admin' }, '/v1/keys')).status).toBe(201);
    root = 'anothersecretanothersecretanother';
    expect((await make(setup.world.admin, { scope: 'admin' }, '/v1/keys')).json.code).toBe('invalid_key');
  });
});

describe('a key that a key makes', () => {
  it.each([
    ['an admin for all', '/v1/keys', 'admin', '/v1/keys', 'admin'],
    ['an admin for one merchant', '/v1/keys', 'admin', '/v1/merchants/demo/keys', 'initiator'],
    ['a merchant for itself', '/v1/merchants/demo/keys', 'merchant', '/v1/merchants/demo/keys', 'merchant'],
    ['a merchant for asking', '/v1/merchants/demo/keys', 'merchant', '/v1/merchants/demo/keys', 'receiver'],
  ])('by %s never outlives it', async (_title, makersOwner, makersScope, owner, scope) => {
    const maker = (await make(setup.world.admin, { scope: makersScope, expiresAt: at(MINUTE) }, makersOwner))
      .json;
    const later = await make(maker.key, { scope, expiresAt: at(MINUTE + 1) }, owner);
    const detail = `Use a time up to ${at(MINUTE)}, when this key expires.`;
    const errors = [{ pointer: '/expiresAt', code: 'outlives_key', detail }];
    expect(later.json).toMatchObject({ status: 400, code: 'outlives_key', detail, errors });
    expect((await make(maker.key, { scope }, owner)).json.expiresAt).toBe(at(MINUTE));
    expect((await make(maker.key, { scope, expiresAt: at(1_000) }, owner)).json.expiresAt).toBe(at(1_000));
    setup.world.time.nowMs = START_MS + MINUTE;
    expect((await make(maker.key, { scope }, owner)).json.code).toBe('invalid_key');
  });

  it('by a key without an end has none unless it is given one', async () => {
    expect((await make(setup.world.admin, { scope: 'merchant' })).json.expiresAt).toBeUndefined();
    expect((await make(setup.demo.manager, { scope: 'receiver' })).json.expiresAt).toBeUndefined();
  });
});

describe('another owner’s key', () => {
  it('is answered like an unknown key, in every scope, without a write', async () => {
    const other = await setup.world.merchant('other');
    const owners = ['/v1/merchants/demo/keys', '/v1/keys'];
    const theirs: string[] = [];
    for (const scope of ['initiator', 'merchant', 'receiver']) {
      theirs.push((await make(setup.world.admin, { scope })).json.keyId);
    }
    for (const scope of ['initiator', 'admin']) {
      theirs.push((await make(setup.world.admin, { scope }, '/v1/keys')).json.keyId);
    }
    let writes = 0;
    const { remove } = setup.world.ports.keys;
    setup.world.ports.keys.remove = (...of) => {
      writes += 1;
      return remove(...of);
    };
    const revoke = (key: string, path: string) => setup.world.call(key, `DELETE ${path}`);
    for (const keyId of theirs) {
      const path = '/v1/merchants/other/keys';
      const [unknown, foreign] = [
        await revoke(other.manager, `${path}/nobody`),
        await revoke(other.manager, `${path}/${keyId}`),
      ];
      expect(foreign.json).toMatchObject({ status: 404, code: 'unknown_key' });
      expect(foreign.text.replaceAll(keyId, 'nobody')).toBe(unknown.text);
    }
    expect((await revoke(setup.world.admin, `${owners[1]}/${theirs[0]}`)).json.code).toBe('unknown_key');
    expect((await revoke(setup.world.admin, `${owners[0]}/${theirs[4]}`)).json.code).toBe('unknown_key');
    expect(writes).toBe(0);
    expect((await revoke(setup.world.admin, `${owners[0]}/${theirs[0]}`)).status).toBe(204);
  });
});

describe('the keys of one owner', () => {
  it.each(['/v1/merchants/demo/keys', '/v1/keys'])('at %s have a limit', async (owner) => {
    const statuses = [];
    for (let n = 0; n <= MAX_KEYS; n += 1) {
      statuses.push((await make(setup.world.admin, { scope: 'initiator' }, owner)).status);
    }
    expect(statuses.filter((status) => status === 201).length).toBeGreaterThan(MAX_KEYS - 5);
    const refused = await make(setup.world.admin, { scope: 'initiator' }, owner);
    expect(refused.json).toMatchObject({
      status: 409,
      code: 'too_many_keys',
      detail: 'An owner has at most 100 keys that work.',
    });
    const { keyId } = (await setup.world.call(setup.world.admin, `GET ${owner}?limit=1`)).json.items[0];
    await setup.world.call(setup.world.admin, `DELETE ${owner}/${keyId}`);
    expect((await make(setup.world.admin, { scope: 'initiator' }, owner)).status).toBe(201);
  });

  it('do not pass their limit when they are created concurrently', async () => {
    await Promise.all(
      Array.from({ length: MAX_KEYS + 50 }, () =>
        make(setup.world.admin, { scope: 'initiator' }, '/v1/keys'),
      ),
    );
    const { json } = await setup.world.call(setup.world.admin, 'GET /v1/keys?limit=100');
    expect(json.hasMore).toBe(false);
  });

  it('count only while they are valid: expired keys take no place and are removed', async () => {
    for (let n = 0; n < 2 * MAX_KEYS; n += 1) {
      const made = await make(setup.demo.manager, { scope: 'receiver', expiresAt: at(n + 1) });
      expect(made.status).toBe(201);
      setup.world.time.nowMs += 1;
    }
    expect(
      (await setup.world.call(setup.demo.manager, 'GET /v1/merchants/demo/keys')).json.items.length,
    ).toBeLessThan(10);
  });
});

describe('a request without a key that works', () => {
  const counted = () => {
    const asked: string[] = [];
    const { read } = setup.world.ports.keys;
    setup.world.ports.keys.read = (keyId) => {
      asked.push(keyId);
      return read(keyId);
    };
    return asked;
  };

  it('costs no read where the key is malformed, and one where it is asked again and again', async () => {
    const asked = counted();
    for (const key of ['sk_live_1', 'tk__x', 'tk_a_short', `tk_a.b_${'x'.repeat(43)}`, 'tk_root']) {
      expect((await setup.world.call(key, 'GET /v1/transactions/pay_1')).json.code).toBe('invalid_key');
    }
    expect(asked).toEqual([]);
    for (let n = 0; n < 20; n += 1) {
      const made = await setup.world.call(`tk_nobody_${'x'.repeat(43)}`, 'POST /v1/keys', { scope: 'admin' });
      expect(made.json.code).toBe('invalid_key');
    }
    expect(asked).toEqual(['nobody']);
    setup.world.time.nowMs += MINUTE;
    await setup.world.call(`tk_nobody_${'x'.repeat(43)}`, 'GET /v1/transactions/pay_1');
    expect(asked).toEqual(['nobody', 'nobody']);
  });

  it('reads a known key no more often for a wrong secret, where it would manage either', async () => {
    await setup.world.call(setup.demo.manager, 'GET /v1/merchants/demo/keys');
    const asked = counted();
    const wrong = `${setup.demo.manager.slice(0, -8)}00000000`;
    for (let n = 0; n < 20; n += 1) await setup.world.call(wrong, 'GET /v1/merchants/demo/keys');
    expect(asked).toEqual([]);
  });

  it('pushes no key out of what is remembered, however many ids it makes up', async () => {
    await setup.world.call(setup.demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment());
    const asked = counted();
    for (let n = 0; n < 2_000; n += 1) await setup.world.call(`tk_${n}_${'x'.repeat(43)}`, 'GET /v1/windows');
    asked.length = 0;
    await setup.world.call(setup.demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment());
    expect(asked).toEqual([]);
  });

  it('is logged by a sample of the processes only', () => {
    const request = { event: 'request' as const, request: 'GET /', durationMs: 1 };
    expect([401, 404, 429].map((statusCode) => levelOf({ ...request, statusCode }))).toEqual(
      Array(3).fill('debug'),
    );
  });
});
