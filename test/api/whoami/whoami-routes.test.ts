import { describe, expect, it } from 'vitest';
import { useDemoWorld } from '../../support/demo-world.ts';
import { verified } from '../../support/verified.ts';
import { START_MS } from '../../support/world.ts';

const SERVICE = {
  version: '1.2.3',
  windowSeconds: 300,
  feedLagSeconds: 30,
  auditAfterSeconds: 900,
  retentionDays: 90,
};

describe('whose key it is', () => {
  const setup = useDemoWorld();
  const ask = (key?: string) => setup.world.call(key, 'GET /v1/whoami');

  it('is told to every key, with what clients need to know of the service', async () => {
    const { world, demo } = setup;
    expect((await ask(world.admin)).json).toEqual({ keyId: 'root', scope: 'admin', service: SERVICE });
    for (const [scope, key] of [
      ['initiator', demo.initiator],
      ['receiver', demo.receiver],
      ['merchant', demo.manager],
    ] as const) {
      const { status, json } = await ask(key);
      const keyId = key.split('_')[1];
      expect({ status, ...json }).toMatchObject({
        status: 200,
        keyId,
        scope,
        merchantId: 'demo',
        service: SERVICE,
      });
      expect(json.expiresAt).toBeUndefined();
    }
  });

  it('is signed for the keys whose other answers are signed', async () => {
    const { demo, world } = setup;
    verified(await ask(demo.receiver), demo.secret);
    verified(await ask(demo.manager), demo.secret);
    for (const key of [demo.initiator, world.admin])
      expect((await ask(key)).headers.get('webhook-signature')).toBeNull();
  });

  it('says when the key expires, and nothing once it did or was revoked', async () => {
    const { world } = setup;
    const expiresAt = new Date(START_MS + 60_000).toISOString();
    const make = async (body: object) =>
      (await world.call(world.admin, 'POST /v1/merchants/demo/keys', body)).json;
    const { key } = await make({ scope: 'receiver', expiresAt });
    expect((await ask(key)).json).toMatchObject({ expiresAt });
    const gone = await make({ scope: 'receiver' });
    expect((await ask(gone.key)).status).toBe(200);
    await world.call(world.admin, `DELETE /v1/merchants/demo/keys/${gone.keyId}`);
    // Within the minute for which other functions remember a key.
    expect((await ask(gone.key)).json.code).toBe('invalid_key');
    world.time.nowMs += 60_000;
    expect((await ask(key)).json.code).toBe('invalid_key');
    expect((await ask()).json.code).toBe('missing_key');
  });

  it('names the window length in force, which may not be the configured one', async () => {
    const { world } = setup;
    await world.ports.directory.saveMark(0, 'closed', {
      through: new Date(START_MS).toISOString(),
      windowSeconds: 60,
    });
    expect((await ask(world.admin)).json.service).toEqual({ ...SERVICE, windowSeconds: 60 });
  });

  it.each(['?merchantId=demo', '?x=1'])('takes no parameter: %s', async (query) => {
    const answer = await setup.world.call(setup.world.admin, `GET /v1/whoami${query}`);
    expect(answer.json.code).toBe('unknown_parameter');
  });
});
