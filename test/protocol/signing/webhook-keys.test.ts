import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ed25519PublicKey, ed25519Sign, isEd25519Signed } from '../../../lib/protocol/signing/ed25519.ts';
import {
  answerKey,
  publicKeyOf,
  publicKeyText,
  secretBytes,
  secretText,
} from '../../../lib/protocol/signing/webhook-keys.ts';

/** RFC 8032 §7.1, test 1. */
const RFC_8032 = {
  seed: Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex'),
  publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
  signature:
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155' +
    '5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
};

describe('an ed25519 key', () => {
  it('signs as the standard has it, and verifies what it signed', () => {
    const { seed, publicKey, signature } = RFC_8032;
    expect(ed25519PublicKey(seed).toString('hex')).toBe(publicKey);
    expect(ed25519Sign(seed, '').toString('hex')).toBe(signature);
    const key = publicKeyOf(publicKeyText(seed));
    if (key === undefined) throw new Error('The public key cannot be read.');
    expect(isEd25519Signed(key, Buffer.alloc(0), Buffer.from(signature, 'hex'))).toBe(true);
    expect(isEd25519Signed(key, Buffer.from('a'), Buffer.from(signature, 'hex'))).toBe(false);
    expect(isEd25519Signed(key, Buffer.alloc(0), Buffer.from(signature.slice(2), 'hex'))).toBe(false);
  });
});

describe('a secret', () => {
  it('is read back as the bytes that it was made of, if there are 24 to 64 of them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const read = secretBytes(secretText(bytes));
        if (bytes.length < 24 || bytes.length > 64) expect(read).toBeUndefined();
        else expect(Buffer.from(read ?? [])).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it.each(['', 'whsec_', 'whsec', `whpk_${'A'.repeat(43)}=`, `whsec_${'?'.repeat(43)}=`])(
    'is not %j',
    (text) => {
      expect(secretBytes(text)).toBeUndefined();
    },
  );

  it('gives the key of answers that another language derives', () => {
    expect(Buffer.from(answerKey(new Uint8Array(32).fill(1))).toString('hex')).toBe(
      'c133d096fd70f3a0685ff5f7fca068467abf1345024bb0429de3d4951a059c76',
    );
  });
});

describe('a public key', () => {
  it.each(['', 'whpk_', `whpk_${'A'.repeat(42)}=`, `whsec_${'A'.repeat(43)}=`, `whpk_${'-'.repeat(43)}=`])(
    'is not %j',
    (text) => expect(publicKeyOf(text)).toBeUndefined(),
  );
});
