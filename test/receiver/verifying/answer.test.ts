import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signedHeaders } from '../../../lib/protocol/signing/signed-headers.ts';
import { answerKey, storedSecretBytes } from '../../../lib/protocol/signing/webhook-keys.ts';
import { canonicalRequest, ReceiverFault, verify, verifyAnswer } from '../../../lib/receiver/index.ts';
import { createFakeClock, newSecret, signedAnswer } from '../../../lib/receiver/testing/index.ts';
import { createWorld, payment } from '../../support/world.ts';

const secret = newSecret();
const { now } = createFakeClock();
const request = 'GET /v1/transactions/pay_1';
const options = { merchantSecrets: secret, merchantId: 'demo', now };

async function received(response: Response) {
  return { headers: response.headers, body: await response.text() };
}

const answer = (changes = {}, sign = {}) =>
  received(
    signedAnswer(
      { merchantId: 'demo', request, content: { status: 'SUCCEEDED' }, ...changes },
      { merchantSecrets: secret, now, ...sign },
    ),
  );

async function codeOf(given: Promise<{ headers: Headers; body: string }>, changes = {}): Promise<string> {
  try {
    verifyAnswer(await given, request, { ...options, ...changes });
    return 'accepted';
  } catch (error) {
    if (error instanceof ReceiverFault) return error.code;
    throw error;
  }
}

const secondsFromNow = (seconds: number) => new Date(now() + seconds * 1000).toISOString();

describe('verifying an answer', () => {
  it('believes the service, also that there is no such transaction', async () => {
    const world = createWorld();
    const merchant = await world.merchant('demo');
    const own = { merchantSecrets: merchant.secret, merchantId: 'demo', now: () => world.time.nowMs };
    const unknown = await world.app.request('/v1/transactions/pay_1', {
      headers: { authorization: `Bearer ${merchant.receiver}` },
    });
    expect(unknown.status).toBe(404);
    expect(verifyAnswer(await received(unknown), request, own).content).toMatchObject({
      code: 'unknown_transaction',
    });
    await world.call(merchant.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment());
    const known = await world.app.request('/v1/transactions/pay_1', {
      headers: { authorization: `Bearer ${merchant.receiver}` },
    });
    expect(verifyAnswer(await received(known), request, own)).toMatchObject({
      asOf: new Date(world.time.nowMs).toISOString(),
      content: { status: 'SUCCEEDED', transactionId: 'pay_1' },
    });
  });

  it('believes the lists of a service with the longest feed lag that there may be', async () => {
    const world = createWorld({ feedLagSeconds: 300 });
    const { secret: merchantSecrets, receiver } = await world.merchant('demo');
    const list = await world.app.request('/v1/transactions', {
      headers: { authorization: `Bearer ${receiver}` },
    });
    // It was on its way for a second.
    const own = { merchantSecrets, merchantId: 'demo', now: () => world.time.nowMs + 1_000 };
    expect(verifyAnswer(await received(list), 'GET /v1/transactions', own).content).toMatchObject({
      watermark: new Date(world.time.nowMs - 300_000).toISOString(),
    });
  });

  it('writes questions as the service repeats them', async () => {
    const world = createWorld();
    const merchant = await world.merchant('demo');
    const printable = fc.stringMatching(/^[\x21-\x7e](?:[\x20-\x7e]{0,20}[\x21-\x7e])?$/);
    await fc.assert(
      fc.asyncProperty(printable, fc.integer({ min: 1, max: 20 }), async (reference, limit) => {
        const parameters = { reference, limit: String(limit) };
        const asked = canonicalRequest('GET', '/v1/transactions', parameters);
        const { json } = await world.call(merchant.receiver, `GET ${asked.slice('GET '.length)}`);
        expect(json.request).toBe(asked);
      }),
      { numRuns: 50 },
    );
  });

  it('is not fooled by an answer to another question', async () => {
    expect(await codeOf(answer({ request: 'GET /v1/transactions/pay_2' }))).toBe('wrong_question');
    expect(await codeOf(answer({ request: `${request}?x=1` }))).toBe('wrong_question');
    expect(await codeOf(answer({ request: 'POST /v1/transactions/pay_1' }))).toBe('wrong_question');
  });

  it('is not fooled by an answer to another merchant', async () => {
    expect(await codeOf(answer({ merchantId: 'other' }))).toBe('other_merchant');
    expect(await codeOf(answer({}, { merchantSecrets: newSecret() }))).toBe('signature_mismatch');
  });

  it.each([
    ['as of 300 s ago', { asOf: secondsFromNow(-300) }, 'accepted'],
    ['as of 601 s ago', { asOf: secondsFromNow(-601) }, 'answer_too_old'],
    ['as of 301 s ahead', { asOf: secondsFromNow(301) }, 'answer_too_old'],
    ['as of no time at all', { asOf: 'now' }, 'answer_too_old'],
    ['without a question', { request: undefined }, 'malformed_body'],
  ])('%s: %3$s', async (_name, changes, expected) => {
    expect(await codeOf(answer(changes))).toBe(expected);
  });

  it('refuses any answer that was signed too long ago', async () => {
    const old = answer({ asOf: secondsFromNow(0) }, { now: () => now() - 301_000 });
    expect(await codeOf(old)).toBe('timestamp_too_old');
  });

  it('believes nothing that is not signed', async () => {
    const response = Response.json({ code: 'unknown_transaction' }, { status: 404 });
    expect(await codeOf(received(response))).toBe('missing_header');
  });

  it('verifies with each of several secrets while one is rotated', async () => {
    const next = newSecret();
    expect(await codeOf(answer(), { merchantSecrets: [next, secret] })).toBe('accepted');
    expect(await codeOf(answer({}, { merchantSecrets: [next, secret] }), { merchantSecrets: next })).toBe(
      'accepted',
    );
  });

  it('does not accept a callback as an answer, or an answer as a callback', async () => {
    const { headers, body } = await answer();
    expect(() => verify({ headers, body }, { secrets: secret, now })).toThrow(
      expect.objectContaining({ code: 'signature_mismatch' }),
    );
  });

  it('derives the key that the service derives', async () => {
    const body = JSON.stringify({ merchantId: 'demo', request, asOf: secondsFromNow(0) });
    const content = { id: 'ans_1', timestamp: now() / 1000, body };
    const headers = signedHeaders(content, [{ scheme: 'v1', key: answerKey(storedSecretBytes(secret)) }]);
    expect(verifyAnswer({ headers, body }, request, options).asOf).toBe(secondsFromNow(0));
  });
});
