import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { ed25519PublicKey } from '../../../lib/protocol/signing/ed25519.ts';
import { signedHeaders } from '../../../lib/protocol/signing/signed-headers.ts';
import { publicKeyText, secretText, storedSecretBytes } from '../../../lib/protocol/signing/webhook-keys.ts';
import { createVerifier, ReceiverFault, type SignedRequest, verify } from '../../../lib/receiver/index.ts';
import {
  createFakeClock,
  newKeyPair,
  newSecret,
  sampleOutcome,
  signedAlert,
  signedCallback,
  signedTest,
} from '../../../lib/receiver/testing/index.ts';

const secret = newSecret();
const clock = createFakeClock();
const { now } = clock;
const sign = (changes = {}, options = {}) =>
  signedCallback(sampleOutcome(changes), { secrets: secret, now, ...options });

/** The code with which something is refused, or `accepted`. */
function codeOf(request: SignedRequest, options = {}): string {
  try {
    verify(request, { secrets: secret, now, ...options });
    return 'accepted';
  } catch (error) {
    if (error instanceof ReceiverFault) return error.code;
    throw error;
  }
}

const withHeaders = (changes: Record<string, string | string[] | undefined>) => {
  const { headers, body } = sign();
  return { headers: { ...headers, ...changes }, body };
};

describe('verifying a callback', () => {
  it('gives the outcome that was signed', () => {
    const callback = verify(sign({ status: 'FAILED', reason: { code: 'x', message: '' } }), {
      secrets: secret,
      now,
    });
    expect(callback).toEqual({
      kind: 'outcome',
      webhookId: expect.stringMatching(/^msg_[0-9a-f]{32}$/),
      type: 'payment.failed',
      outcome: sampleOutcome({ status: 'FAILED', reason: { code: 'x', message: '' } }),
    });
  });

  it('knows the test request that an endpoint can be sent', () => {
    const callback = verify(signedTest('demo', { secrets: secret, now }), { secrets: secret, now });
    expect(callback).toMatchObject({ kind: 'test', merchantId: 'demo' });
  });

  it('agrees with the published vector of another implementation', () => {
    const request = {
      headers: {
        'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        'webhook-timestamp': '1614265330',
        'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
      },
      body: '{"test": 2432232314}',
    };
    const options = { secrets: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', now: () => 1_614_265_330_000 };
    // The signature is right, so what is refused is the content: it is no callback of ours.
    expect(codeOf(request, options)).toBe('malformed_body');
    expect(codeOf({ ...request, body: '{"test": 2432232315}' }, options)).toBe('signature_mismatch');
  });

  it('accepts what the standardwebhooks package signs, and signs what it accepts', () => {
    const bytes = fc.uint8Array({ minLength: 24, maxLength: 64 });
    fc.assert(
      fc.property(bytes, fc.jsonValue(), (key, metadata) => {
        const own = secretText(key);
        const webhook = new Webhook(own);
        const outcome = sampleOutcome({ metadata: { metadata } });
        const at = new Date();
        const body = JSON.stringify({ type: 'payment.succeeded', timestamp: 'now', data: outcome });
        const theirs = {
          'webhook-id': 'msg_1',
          'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
          'webhook-signature': webhook.sign('msg_1', at, body),
        };
        expect(verify({ headers: theirs, body }, { secrets: own })).toMatchObject({ kind: 'outcome' });
        const ours = signedCallback(outcome, { secrets: own });
        expect(webhook.verify(ours.body, { ...ours.headers })).toEqual(JSON.parse(ours.body));
      }),
    );
  });

  it('accepts v1a of the service, by the public key that it shows', () => {
    const seed = new Uint8Array(32).fill(7);
    const { body } = sign();
    const headers = signedHeaders({ id: 'msg_1', timestamp: now() / 1000, body }, [
      { scheme: 'v1a', key: seed },
    ]);
    expect(codeOf({ headers, body }, { secrets: publicKeyText(seed) })).toBe('accepted');
    expect(codeOf({ headers, body: `${body} ` }, { secrets: publicKeyText(seed) })).toBe(
      'signature_mismatch',
    );
    const other = `whpk_${Buffer.from(ed25519PublicKey(new Uint8Array(32).fill(8))).toString('base64')}`;
    expect(codeOf({ headers, body }, { secrets: other })).toBe('signature_mismatch');
  });

  it('does not accept a signature of one scheme as one of the other', () => {
    const { privateKey, publicKey } = newKeyPair();
    const { headers, body } = sign({}, { secrets: privateKey });
    const renamed = headers['webhook-signature']?.replace('v1a,', 'v1,');
    expect(codeOf({ headers, body }, { secrets: publicKey })).toBe('accepted');
    expect(
      codeOf({ headers: { ...headers, 'webhook-signature': renamed }, body }, { secrets: publicKey }),
    ).toBe('signature_mismatch');
    // The bytes of a public key are public: as a shared secret they would let anyone sign.
    const shared = signedHeaders({ id: 'msg_1', timestamp: now() / 1000, body }, [
      { scheme: 'v1', key: Buffer.from(publicKey.slice('whpk_'.length), 'base64') },
    ]);
    expect(codeOf({ headers: shared, body }, { secrets: publicKey })).toBe('signature_mismatch');
  });

  it('needs one right signature among several, and one right secret among several', () => {
    const [old, next] = [newSecret(), newSecret()];
    const both = sign({}, { secrets: [old, next] });
    expect(codeOf(both, { secrets: next })).toBe('accepted');
    expect(codeOf(both, { secrets: old })).toBe('accepted');
    expect(codeOf(sign({}, { secrets: old }), { secrets: [next, old] })).toBe('accepted');
    expect(codeOf(sign({}, { secrets: old }), { secrets: next })).toBe('signature_mismatch');
    const unknown = { ...both.headers, 'webhook-signature': `v9,abc ${both.headers['webhook-signature']}` };
    expect(codeOf({ headers: unknown, body: both.body }, { secrets: next })).toBe('accepted');
  });

  it('refuses every change of the body, id or time stamp', () => {
    const request = sign();
    fc.assert(
      fc.property(fc.nat(request.body.length - 1), fc.integer({ min: 1, max: 255 }), (index, change) => {
        const body = Buffer.from(request.body);
        body[index] = (body[index] ?? 0) ^ change;
        expect(codeOf({ headers: request.headers, body })).toBe('signature_mismatch');
      }),
    );
    expect(codeOf(withHeaders({ 'webhook-id': 'msg_other' }))).toBe('signature_mismatch');
    const later = String(now() / 1000 + 1);
    expect(codeOf(withHeaders({ 'webhook-timestamp': later }))).toBe('signature_mismatch');
  });

  it('refuses JSON that was parsed and written again', () => {
    const outcome = sampleOutcome({ metadata: { z: 1, a: 1.0 } });
    const { headers, body } = signedCallback(outcome, { secrets: secret, now });
    expect(codeOf({ headers, body: JSON.stringify(JSON.parse(body), undefined, 1) })).toBe(
      'signature_mismatch',
    );
  });

  it.each([
    ['300 s old', -300, 'accepted'],
    ['301 s old', -301, 'timestamp_too_old'],
    ['300 s ahead', 300, 'accepted'],
    ['301 s ahead', 301, 'timestamp_too_new'],
  ])('of a request that is %s says %3$s', (_name, seconds, expected) => {
    expect(codeOf(sign({}, { now: () => now() + seconds * 1000 }))).toBe(expected);
  });

  it('lets nothing through where the clock or the tolerance is no number', () => {
    expect(codeOf(sign(), { now: () => Number.NaN })).toBe('timestamp_too_old');
    expect(codeOf(sign(), { toleranceSeconds: Number.NaN })).toBe('invalid_option');
  });

  it.each([
    ['no id', { 'webhook-id': undefined }, 'missing_header'],
    ['an empty signature', { 'webhook-signature': '' }, 'missing_header'],
    ['no time stamp', { 'webhook-timestamp': undefined }, 'missing_header'],
    ['two time stamps', { 'webhook-timestamp': ['1', '2'] }, 'missing_header'],
    ['a dot in the id', { 'webhook-id': 'msg_1.2' }, 'malformed_header'],
    ['a time stamp with a sign', { 'webhook-timestamp': '+1700000000' }, 'malformed_header'],
    ['a time stamp in hex', { 'webhook-timestamp': '0x10' }, 'malformed_header'],
    ['a thousand signatures', { 'webhook-signature': 'v1,AAAA '.repeat(1_000) }, 'malformed_header'],
    ['a signature that is no base64', { 'webhook-signature': 'v1,%%%%' }, 'signature_mismatch'],
    ['a signature without scheme', { 'webhook-signature': 'AAAA' }, 'signature_mismatch'],
    ['a signature without its end', { 'webhook-signature': 'v1,' }, 'signature_mismatch'],
  ])('refuses %s', (_name, headers, expected) => {
    expect(codeOf(withHeaders(headers))).toBe(expected);
  });

  it('finds headers in any case, in arrays of one, and in Headers', () => {
    const { headers, body } = sign();
    const entries = Object.entries(headers);
    const upper = Object.fromEntries(entries.map(([name, value]) => [name.toUpperCase(), value]));
    const arrays = Object.fromEntries(entries.map(([name, value]) => [name, [value]]));
    for (const source of [upper, arrays, new Headers(headers)]) {
      expect(codeOf({ headers: source, body })).toBe('accepted');
    }
  });

  it.each([
    ['no JSON', 'hello'],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['no object', '[]'],
    ['no type', '{}'],
    ['no data', '{"type":"payment.succeeded"}'],
  ])('refuses %s, though it is signed', (_name, body) => {
    const bytes = Buffer.from(body);
    const signed = Buffer.concat([Buffer.from(`msg_1.${now() / 1000}.`), bytes]);
    const signature = createHmac('sha256', storedSecretBytes(secret)).update(signed).digest('base64');
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(now() / 1000),
      'webhook-signature': `v1,${signature}`,
    };
    expect(codeOf({ headers, body: bytes })).toBe('malformed_body');
  });

  it.each([
    ['merchantId', 1],
    ['transactionId', '../x'],
    ['version', 0],
    ['version', 1.5],
    ['status', 'PENDING'],
    ['status', 'succeeded'],
    ['amount', -1],
    ['amount', 2 ** 53],
    ['amount', '1999'],
    ['currency', 'yuan'],
    ['listedAt', undefined],
    ['listedAt', 'yesterday'],
    ['occurredAt', '2026-13-45T00:00:00Z'],
    ['metadata', []],
    ['reason', 'none'],
    ['reference', 7],
  ])('refuses the %s %j, though it is signed', (field, value) => {
    const data = { ...sampleOutcome(), [field]: value };
    const content = { type: 'payment.succeeded', timestamp: data.recordedAt, data };
    expect(codeOf(signedAlert(content as never, { secrets: secret, now }))).toBe('malformed_body');
  });

  it.each([
    ['nothing', []],
    ['text', 'secret'],
    ['a private key', 'whsk_AAAA'],
    ['too few bytes', `whsec_${Buffer.alloc(23).toString('base64')}`],
    ['no base64', `whsec_${'%'.repeat(44)}`],
    ['a public key of 31 bytes', `whpk_${Buffer.alloc(31).toString('base64')}`],
    ['undefined', [undefined as unknown as string]],
  ])('says at the start that %s is no secret', (_name, secrets) => {
    expect(() => createVerifier({ secrets })).toThrow(expect.objectContaining({ code: 'malformed_secret' }));
  });
});
