import { describe, expect, it } from 'vitest';
import { explainSignature, type SignedMessage } from '../../../lib/cli/signing/explain-signature.ts';
import { callbackBody } from '../../../lib/core/deliver/attempt/callback.ts';
import { ed25519PublicKey } from '../../../lib/protocol/signing/ed25519.ts';
import { type Signer, signedHeaders } from '../../../lib/protocol/signing/signed-headers.ts';
import { answerKey, publicKeyText, secretBytes } from '../../../lib/protocol/signing/webhook-keys.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const KEY = secretBytes(SECRET) ?? new Uint8Array();
const NOW = Date.parse('2026-11-20T08:00:00.000Z');
const PRIVATE = new Uint8Array(32).fill(5);

/** A callback as the service writes it, with text that programs like to change. */
const BODY = callbackBody({
  merchantId: 'shop',
  transactionId: 'pay_1',
  reference: 'ORDER-1',
  version: 1,
  transactionType: 'payment',
  status: 'FAILED',
  reason: '余额不足',
  amount: 1_999,
  currency: 'CNY',
  occurredAt: '2026-11-20T07:59:00.000Z',
  recordedAt: '2026-11-20T07:59:30.000Z',
  metadata: { b: 'é', a: '/' },
} as never);

interface Change extends Partial<Omit<SignedMessage, 'body'>> {
  readonly body?: string | Buffer;
  readonly signers?: readonly Signer[];
  readonly signed?: string;
}

function codesOf(change: Change): readonly string[] {
  const { body = BODY, signed = BODY, signers = [{ scheme: 'v1', key: KEY }], ...rest } = change;
  const headers = signedHeaders({ id: 'msg_1', timestamp: NOW / 1_000, body: signed }, signers);
  const message = { headers, body: Buffer.from(body as string), secret: SECRET, nowMs: NOW, ...rest };
  return explainSignature(message).map(({ code }) => code);
}

function gbk(text: string): Buffer {
  const found = new Map<string, readonly number[]>();
  const decoder = new TextDecoder('gbk');
  for (let high = 0x81; high < 0xff; high += 1) {
    for (let low = 0x40; low < 0xff; low += 1)
      found.set(decoder.decode(Uint8Array.of(high, low)), [high, low]);
  }
  return Buffer.from(
    [...text].flatMap((one) => (one < '\x80' ? [one.charCodeAt(0)] : [...(found.get(one) ?? [])])),
  );
}

describe('a signature that is right', () => {
  it('is said to be right', () => {
    expect(codesOf({})).toEqual(['signed']);
  });

  it('with ed25519 is verified by the public key', () => {
    const signers: readonly Signer[] = [{ scheme: 'v1a', key: PRIVATE }];
    expect(ed25519PublicKey(PRIVATE)).toHaveLength(32);
    expect(codesOf({ signers, secret: publicKeyText(PRIVATE) })).toEqual(['signed']);
  });

  it('of an answer is named as such', () => {
    expect(codesOf({ signers: [{ scheme: 'v1', key: answerKey(KEY) }] })).toEqual(
      ['answer', 'signed'].slice(0, 1),
    );
  });
});

describe('a body that was changed on the way', () => {
  const sorted = (value: object): object =>
    Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  const parsed = JSON.parse(BODY);
  it.each([
    ['line_end_added', `${BODY}\n`],
    ['line_end_added', `${BODY}\r\n`],
    ['byte_order_mark', `\ufeff${BODY}`],
    ['body_reserialised', JSON.stringify(parsed, undefined, 2)],
    ['body_reserialised', BODY.replaceAll('":', '": ').replaceAll(',"', ', "')],
    ['body_reserialised', BODY.replace('余额不足', '\\u4f59\\u989d\\u4e0d\\u8db3').replaceAll('/', '\\/')],
    ['keys_sorted', JSON.stringify({ ...sorted(parsed), data: sorted(parsed.data) })],
    ['body_quoted', JSON.stringify(BODY)],
    ['body_base64', Buffer.from(BODY).toString('base64')],
    ['body_read_as_latin1', Buffer.from(BODY).toString('latin1')],
  ])('is recognized: %s', (code, body) => {
    expect(codesOf({ body })).toEqual([code]);
  });

  it('is recognized in GBK', () => {
    const signed = BODY.replace('é', 'e');
    expect(codesOf({ signed, body: gbk(signed) })).toEqual(['body_in_gbk']);
  });

  it('in its content has no excuse', () => {
    expect(codesOf({ body: BODY.replace('1999', '1') })).toEqual(['signature_mismatch']);
  });
});

describe('a secret', () => {
  it.each([
    ['secret_without_prefix', SECRET.slice('whsec_'.length)],
    ['secret_not_trimmed', `${SECRET}\r\n`],
    ['secret_not_trimmed', `"${SECRET}"`],
    ['secret_prefix_case', SECRET.replace('whsec_', 'WHSEC_')],
    ['malformed_secret', 'tk_abc_secretsecretsecret'],
    ['malformed_secret', SECRET.slice(0, 20)],
    ['malformed_secret', 'whpk_AAAA'],
    ['signature_mismatch', `whsec_${Buffer.alloc(32, 8).toString('base64')}`],
    ['other_scheme', publicKeyText(PRIVATE)],
  ])('is explained: %s', (code, secret) => {
    expect(codesOf({ secret })).toEqual([code]);
  });

  it('and the body may both be wrong', () => {
    expect(codesOf({ secret: SECRET.slice('whsec_'.length), body: `${BODY}\n` })).toEqual([
      'secret_without_prefix',
      'line_end_added',
    ]);
  });
});

describe('headers and clock', () => {
  it.each([
    ['timestamp_too_old', NOW + 301_000],
    ['timestamp_too_new', NOW - 301_000],
  ])('%s is told apart from a wrong secret', (code, nowMs) => {
    expect(codesOf({ nowMs })).toEqual([code]);
  });

  it.each([
    ['missing_header', {}],
    ['header_renamed', { webhook_id: 'msg_1' }],
    ['other_sender', { 'stripe-signature': 't=1,v1=a' }],
    ['malformed_header', { 'webhook-id': 'a.b', 'webhook-timestamp': '1', 'webhook-signature': 'v1,a' }],
  ])('%s', (code, headers) => {
    expect(codesOf({ headers })).toEqual([code]);
  });
});
