import { beforeEach, describe, expect, it } from 'vitest';
import { serveEvents } from '../../lib/api/http/http-event.ts';
import { sha256Hex } from '../../lib/protocol/hashes.ts';
import { httpEvent } from '../support/http-events.ts';
import { createWorld } from '../support/world.ts';

/** What the console says of a session stands where only the console can put it. */
describe('a request of the console', () => {
  let world: ReturnType<typeof createWorld>;
  let demo: Awaited<ReturnType<typeof world.merchant>>;
  beforeEach(async () => {
    world = createWorld();
    demo = await world.merchant('demo');
    await world.merchant('other');
  });

  const partsOf = (key: string) => {
    const [, keyId = '', secret = ''] = key.split('_');
    return { keyId, secretHash: sha256Hex(secret) };
  };

  async function ask(said: unknown, path: string, headers: Readonly<Record<string, string>> = {}) {
    const event = httpEvent({ method: 'GET', path, headers });
    const requestContext = { ...event.requestContext, authorizer: { lambda: said } };
    const answer = await serveEvents(world.app, 'decoded')({ ...event, requestContext });
    return { status: answer.statusCode, json: JSON.parse(answer.body) };
  }

  it('is made as the key of the session', async () => {
    expect(await ask(partsOf(world.admin), '/v1/whoami')).toMatchObject({
      status: 200,
      json: { keyId: 'root', scope: 'admin' },
    });
    expect((await ask(partsOf(demo.manager), '/v1/whoami')).json).toMatchObject({
      scope: 'merchant',
      merchantId: 'demo',
    });
  });

  it('for one merchant is made as that merchant, also with the key of an operator', async () => {
    const said = { ...partsOf(world.admin), merchantId: 'demo' };
    expect((await ask(said, '/v1/whoami')).json).toMatchObject({ scope: 'merchant', merchantId: 'demo' });
    expect((await ask(said, '/v1/merchants/demo')).status).toBe(200);
    for (const path of [
      '/v1/merchants/other',
      '/v1/merchants',
      '/v1/keys',
      '/v1/merchants/demo/transactions',
    ]) {
      expect({ path, status: (await ask(said, path)).status }).toEqual({ path, status: 403 });
    }
  });

  it("is refused for another merchant than the key's own", async () => {
    expect((await ask({ ...partsOf(demo.manager), merchantId: 'other' }, '/v1/whoami')).status).toBe(401);
  });

  it('is refused with the key of a machine', async () => {
    for (const key of [demo.receiver, demo.initiator]) {
      expect((await ask(partsOf(key), '/v1/whoami')).json.code).toBe('invalid_key');
      expect((await ask({ ...partsOf(key), merchantId: 'demo' }, '/v1/whoami')).json.code).toBe(
        'invalid_key',
      );
    }
  });

  it('is refused with anything else than an id and the right hash', async () => {
    const right = partsOf(demo.manager);
    for (const said of [
      null,
      'root',
      {},
      { keyId: right.keyId },
      { ...right, secretHash: '' },
      { ...right, secretHash: right.secretHash.toUpperCase() },
      { ...right, secretHash: partsOf(world.admin).secretHash },
      { ...right, keyId: 'unknown' },
      { ...right, scope: 'admin' },
      { ...right, merchantId: 'a b' },
    ]) {
      expect((await ask(said, '/v1/whoami')).status).toBe(401);
    }
  });

  it('is not helped by a key in its header', async () => {
    const headers = { authorization: `Bearer ${world.admin}` };
    expect((await ask({}, '/v1/whoami', headers)).status).toBe(401);
  });

  it('is refused from the moment at which its key is revoked, expired or rotated', async () => {
    const { key, keyId } = (await world.call(world.admin, 'POST /v1/keys', { scope: 'admin' })).json;
    expect((await ask(partsOf(key), '/v1/whoami')).status).toBe(200);
    await world.call(world.admin, `DELETE /v1/keys/${keyId}`);
    expect((await ask(partsOf(key), '/v1/whoami')).status).toBe(401);

    const expiresAt = new Date(world.time.nowMs + 1_000).toISOString();
    const short = (await world.call(world.admin, 'POST /v1/keys', { scope: 'admin', expiresAt })).json.key;
    expect((await ask(partsOf(short), '/v1/whoami')).status).toBe(200);
    world.time.nowMs += 1_000;
    expect((await ask(partsOf(short), '/v1/whoami')).status).toBe(401);

    const asked: (number | undefined)[] = [];
    const rotating = createWorld({
      rootKey: {
        value: async (notBeforeMs) => {
          asked.push(notBeforeMs);
          return 'a new value of the first key';
        },
      },
    });
    const event = httpEvent({ method: 'GET', path: '/v1/whoami' });
    const authorizer = { lambda: partsOf(world.admin) };
    const context = { ...event.requestContext, authorizer };
    const answer = await serveEvents(rotating.app, 'decoded')({ ...event, requestContext: context });
    expect(answer.statusCode).toBe(401);
    // The value as it is now, and not a cached one.
    expect(asked).toEqual([rotating.time.nowMs]);
  });
});
