import { createPublicKey, verify } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import type { CallbackRequest } from '../../../lib/core/deliver/attempt/sender.ts';
import { payment } from '../../support/world.ts';
import { useEndpoints } from './endpoints-world.ts';

/** Verified with Node's own ed25519, from the public key as a receiver gets it. */
function verifiesV1a({ headers, body }: CallbackRequest, publicKey: string): boolean {
  const x = Buffer.from(publicKey.replace('whpk_', ''), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const signed = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`);
  const signatures = headers['webhook-signature']?.split(' ').filter((one) => one.startsWith('v1a,')) ?? [];
  return signatures.some((one) => verify(null, signed, key, Buffer.from(one.slice(4), 'base64')));
}

describe('endpoints', () => {
  const setup = useEndpoints();
  const { path } = setup;

  it('that ask for v1a sign so that the public key in the answer verifies it', async () => {
    const made = await setup.world.call(setup.demo.manager, `POST ${path()}`, {
      url: 'https://shop.example/',
      signature: 'both',
    });
    expect(made.json.publicKey).toMatch(/^whpk_[A-Za-z0-9+/]{43}=$/);
    await setup.world.call(setup.demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment());
    await setup.world.relayAll();
    await setup.world.drain();
    const [request] = setup.world.requests;
    if (request === undefined) throw new Error('nothing was sent');
    expect(verifiesV1a(request, made.json.publicKey)).toBe(true);
    expect(verifiesV1a({ ...request, body: `${request.body} ` }, made.json.publicKey)).toBe(false);
    expect(new Webhook(made.json.secret).verify(request.body, { ...request.headers })).toBeTruthy();
  });

  it('may choose v1a later, and a rotation signs with both keys while it overlaps', async () => {
    const { endpointId } = await setup.demo.endpoint();
    const chosen = await setup.world.call(setup.demo.manager, `PATCH ${path(`/${endpointId}`)}`, {
      signature: 'v1a',
    });
    const rotated = await setup.world.call(setup.demo.manager, `POST ${path(`/${endpointId}/secrets`)}`, {});
    expect(rotated.json.publicKey).not.toBe(chosen.json.publicKey);
    await setup.world.call(setup.demo.manager, `POST ${path(`/${endpointId}/test`)}`);
    const [request] = setup.world.requests;
    if (request === undefined) throw new Error('nothing was sent');
    expect(request.headers['webhook-signature']).not.toContain('v1,');
    for (const { publicKey } of [chosen.json, rotated.json]) {
      expect(verifiesV1a(request, publicKey)).toBe(true);
    }
  });
});
