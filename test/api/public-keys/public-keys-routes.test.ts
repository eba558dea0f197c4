import { describe, expect, it } from 'vitest';
import { prepared, says, take } from '../../core/check-back/checked-payment.ts';

describe('the public keys of the service', () => {
  it('verify what it signs, and need no key to be read', async () => {
    const { world } = await prepared();
    world.receiver.answer = () => says(200, { status: 'PENDING' });
    await world.deliverOne(take(world));
    const { publicKeys } = (await world.call(undefined, 'GET /v1/public-keys')).json;
    const [request] = world.requests;
    const raw = Buffer.from(publicKeys[0].slice('whpk_'.length), 'base64');
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]);
    const { createPublicKey, verify } = await import('node:crypto');
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    const headers = request?.headers ?? {};
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${request?.body}`;
    const signature = Buffer.from((headers['webhook-signature'] ?? '').slice('v1a,'.length), 'base64');
    expect(verify(null, Buffer.from(signed), key, signature)).toBe(true);
    expect(verify(null, Buffer.from(`${signed} `), key, signature)).toBe(false);
  });
});
