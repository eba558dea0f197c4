import { describe, expect, it } from 'vitest';
import { createReceiver } from '../../../lib/receiver/index.ts';
import { memoryStore } from '../../../lib/receiver/stores/memory.ts';
import { newSecret, sampleOutcome, signedAnswer } from '../../../lib/receiver/testing/index.ts';
import { asking, fail, page, problem, secret, signedBy, unknown, unsigned } from './asking-receiver.ts';

describe('a question', () => {
  it('is repeated while the service is unavailable or busy, and not for ever', async () => {
    const answers = [
      () => Promise.reject(new Error('ECONNREFUSED')),
      async () => new Response('', { status: 503 }),
      async () => new Response('', { status: 429, headers: { 'retry-after': '7' } }),
      async () => unknown(),
    ];
    const { receiver, slept } = asking(async () => (answers.shift() ?? fail)());
    expect((await receiver.due({ transactionId: 'pay_1' })).transactions).toEqual([]);
    expect(slept).toEqual([200, 400, 7_000]);

    let asked = 0;
    const away = asking(async () => {
      asked += 1;
      return new Response('', { status: 500 });
    });
    await expect(away.receiver.due({ transactionId: 'pay_1' })).rejects.toMatchObject({
      code: 'service_unavailable',
      retryable: true,
    });
    expect(asked).toBe(4);
  });

  it('waits no longer than ten seconds, even if the service asks for more', async () => {
    const answers = [new Response('', { status: 503, headers: { 'retry-after': '86400' } }), unknown()];
    const { receiver, slept } = asking(async () => answers.shift() ?? fail());
    await receiver.due({ transactionId: 'pay_1' });
    expect(slept).toEqual([10_000]);
  });

  it.each([
    [
      'is not signed',
      () => Response.json({ code: 'unknown_transaction' }, { status: 404 }),
      'missing_header',
    ],
    [
      'is of another transaction',
      () => problem('GET /v1/transactions/pay_2', 404, 'unknown_transaction'),
      'wrong_question',
    ],
    ['says that the key is unknown', () => unsigned(401, 'invalid_key'), 'key_refused'],
    ['says that the key is of an initiator', () => unsigned(403, 'insufficient_scope'), 'key_refused'],
    [
      'states a problem',
      () => problem('GET /v1/transactions/pay_1', 403, 'insufficient_scope'),
      'request_refused',
    ],
    [
      'has a wrong form',
      () =>
        signedAnswer(
          { merchantId: 'demo', request: 'GET /v1/transactions/pay_1', content: { status: 'SUCCEEDED' } },
          { merchantSecrets: secret },
        ),
      'malformed_body',
    ],
    ['is endless', () => new Response(new Uint8Array(3_000_000)), 'answer_too_large'],
  ])('whose answer %s is a fault, and nothing is applied', async (_what, answer, code) => {
    const { receiver, store } = asking(async () => answer());
    await expect(receiver.due({ transactionId: 'pay_1' })).rejects.toMatchObject({ code });
    expect(await store.find('demo', ['pay_1'])).toEqual(new Map());
  });

  it.each<[string, () => Response]>([
    ['a maintenance page', () => page(200)],
    ['nothing', () => new Response(null, { status: 204 })],
    ['a redirect', () => page(301)],
    ['a proxy that wants a sign-in', () => page(401)],
    ['a proxy that forbids', () => page(403)],
    ['a proxy that finds nothing', () => page(404)],
    ['a proxy with a conflict', () => page(409)],
    ['a gateway without its service', () => page(502)],
    ['an unsigned 404 of JSON', () => unsigned(404, 'unknown_transaction')],
    ['a 401 that is no problem of the service', () => Response.json({ message: 'no' }, { status: 401 })],
    ['a refusal of the key that it does not know', () => unsigned(401, 'brand_new')],
    [
      'an answer to another question',
      () => problem('GET /v1/transactions/pay_2', 404, 'unknown_transaction'),
    ],
    ['a signed answer of another form', () => signedBy(secret, { status: 'SUCCEEDED' })],
    ['an answer with another secret’s signature', () => signedBy(newSecret(), { status: 'PENDING' })],
  ])('that is answered by %s is open: it says the status, and may be asked again', async (_what, answer) => {
    let asked = 0;
    const { receiver } = asking(async () => {
      asked += 1;
      return answer();
    });
    const fault = await receiver.due({ transactionId: 'pay_1' }).catch((error: unknown) => error);
    expect(fault).toMatchObject({ name: 'ReceiverFault', retryable: true });
    if (asked > 1) expect((fault as Error).message).toContain(`status ${answer().status}`);
    const answers = [answer(), unknown()];
    const calm = asking(async () => answers.shift() ?? unknown());
    if (asked > 1) expect((await calm.receiver.due({ transactionId: 'pay_1' })).transactions).toEqual([]);
  });

  it('about one merchant is not answered with another’s outcome', async () => {
    const answer = {
      merchantId: 'demo',
      request: 'GET /v1/transactions?reference=ORDER-1',
      content: {
        items: [{ ...sampleOutcome({ merchantId: 'other' }), notifications: [] }],
        hasMore: false,
      },
    };
    const { receiver } = asking(async () => signedAnswer(answer, { merchantSecrets: secret }));
    await expect(receiver.due({ reference: 'ORDER-1' })).rejects.toMatchObject({ code: 'other_merchant' });
  });

  it('to a list with more pages but no cursor is a fault, and does not repeat without end', async () => {
    const content = { items: [], hasMore: true };
    const request = 'GET /v1/transactions?reference=ORDER-1';
    const { receiver } = asking(async () =>
      signedAnswer({ merchantId: 'demo', request, content }, { merchantSecrets: secret }),
    );
    await expect(receiver.due({ reference: 'ORDER-1' })).rejects.toMatchObject({ code: 'malformed_body' });
  });

  it('is not asked about what can be no transaction', async () => {
    const { receiver } = asking(fail);
    for (const transactionId of ['', '../keys', 'pay_1?x=1', 'a'.repeat(65)]) {
      await expect(receiver.due({ transactionId })).rejects.toMatchObject({ code: 'invalid_id' });
    }
  });

  it('needs a service to ask', async () => {
    const receiver = createReceiver({
      merchantId: 'demo',
      secrets: secret,
      store: memoryStore(),
      onOutcome: () => undefined,
    });
    await expect(receiver.due({ transactionId: 'pay_1' })).rejects.toMatchObject({ code: 'service_missing' });
    await expect(receiver.follow()).rejects.toMatchObject({ code: 'service_missing' });
    await expect(receiver.reconcile()).rejects.toMatchObject({ code: 'service_missing' });
  });
});
