import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { signedHeaders } from '../../../lib/protocol/signing/signed-headers.ts';
import { answerKey, secretText, storedSecretBytes } from '../../../lib/protocol/signing/webhook-keys.ts';

const now = () => Math.floor(Date.now() / 1000);

describe('a signature', () => {
  it('is one that the standardwebhooks package accepts, for any body and secret', () => {
    const secrets = fc.uint8Array({ minLength: 24, maxLength: 64 });
    fc.assert(
      fc.property(secrets, fc.json(), (bytes, body) => {
        const secret = secretText(bytes);
        const headers = signedHeaders({ id: 'msg_1', timestamp: now(), body }, [
          { scheme: 'v1', key: storedSecretBytes(secret) },
        ]);
        expect(new Webhook(secret).verify(body, { ...headers })).toEqual(JSON.parse(body));
      }),
    );
  });

  it('is given for every secret, so that both verify during a rotation', () => {
    const secrets = [secretText(new Uint8Array(32).fill(1)), secretText(new Uint8Array(32).fill(2))];
    const headers = signedHeaders(
      { id: 'msg_1', timestamp: now(), body: '{}' },
      secrets.map((secret) => ({ scheme: 'v1' as const, key: storedSecretBytes(secret) })),
    );
    for (const secret of secrets) expect(new Webhook(secret).verify('{}', { ...headers })).toEqual({});
  });

  it('of an answer never passes for that of a callback', () => {
    const secret = secretText(new Uint8Array(32).fill(1));
    const headers = signedHeaders({ id: 'ans_1', timestamp: now(), body: '{}' }, [
      { scheme: 'v1', key: answerKey(storedSecretBytes(secret)) },
    ]);
    expect(() => new Webhook(secret).verify('{}', { ...headers })).toThrow('No matching signature');
  });
});
