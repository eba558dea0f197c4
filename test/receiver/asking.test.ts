import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createReceiver } from '../../lib/receiver/index.ts';
import { memoryStore } from '../../lib/receiver/stores/memory.ts';
import { newSecret, sampleOutcome, signedAnswer } from '../../lib/receiver/testing/index.ts';
import { fetchOf, openKit } from '../support/kit.ts';
import { createWorld } from '../support/world.ts';

const secret = newSecret();
const problem = (request: string, status: number, code: string) =>
  signedAnswer({ status, merchantId: 'demo', request, content: { code } }, { merchantSecrets: secret });
const unknown = () => problem('GET /v1/transactions/pay_1', 404, 'unknown_transaction');

/** A problem as the service states it to a key that is no receiver's: there is no secret to sign it with. */
const unsigned = (status: number, code: string) =>
  new Response(JSON.stringify({ status, code }), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  });

/** A receiver before a service that says what the test wants. */
function asking(fetch: (url: string, init: RequestInit) => Promise<Response>, changes = {}) {
  const slept: number[] = [];
  const store = memoryStore();
  const receiver = createReceiver({
    merchantId: 'demo',
    secrets: secret,
    store,
    onOutcome: (outcome, tx) => tx.set(outcome.transactionId, outcome.status),
    service: {
      url: 'https://tidings.example/',
      key: 'tk_a_b',
      merchantSecrets: secret,
      fetch,
      pauses: { sleep: async (ms) => void slept.push(ms), fraction: () => 1 },
      ...changes,
    },
  });
  return { receiver, store, slept };
}

describe('asking about an order', () => {
  it('says as of when there is no such transaction', async () => {
    const world = createWorld();
    const { receiver } = await openKit(world);
    expect(await receiver.due({ transactionId: 'pay_1' })).toEqual({
      asOf: '2026-11-20T08:00:00.000Z',
      transactions: [],
    });
  });

  it('applies nothing of what is pending, and the end when there is one', async () => {
    const world = createWorld();
    const kit = await openKit(world);
    await kit.record('pay_1', { status: 'PENDING' });
    expect((await kit.receiver.due({ transactionId: 'pay_1' })).transactions).toEqual([
      { kind: 'pending', transactionId: 'pay_1' },
    ]);
    expect(kit.applied).toEqual([]);
    await kit.record('pay_1', { metadata: { note: 'x' } });
    const { transactions } = await kit.receiver.due({ transactionId: 'pay_1' });
    expect(transactions).toMatchObject([
      { kind: 'ended', result: 'applied', outcome: { version: 2, metadata: { note: 'x' } } },
    ]);
    expect(kit.store.get('pay_1')).toBe(1);
    expect((await kit.receiver.due({ transactionId: 'pay_1' })).transactions).toMatchObject([
      { kind: 'ended', result: 'duplicate' },
    ]);
    expect(kit.store.get('pay_1')).toBe(1);
  });

  it('applies all that ended for an order number, over several pages', async () => {
    const world = createWorld();
    const kit = await openKit(world);
    for (let index = 0; index < 23; index += 1) {
      await kit.record(`pay_${index}`, { reference: 'ORDER-1', status: index === 3 ? 'PENDING' : 'FAILED' });
    }
    const { asOf, transactions } = await kit.receiver.due({ reference: 'ORDER-1' });
    expect(asOf).toBe('2026-11-20T07:59:30.000Z');
    expect(transactions).toHaveLength(23);
    expect(transactions.filter(({ kind }) => kind === 'pending')).toHaveLength(1);
    expect(kit.applied).toHaveLength(22);
  });

  it('agrees with the callback that comes afterwards', async () => {
    const world = createWorld();
    const kit = await openKit(world);
    const outcome = await kit.record('pay_1', {
      metadata: { b: 1, a: [2] },
      reason: { code: 'x', message: 'y' },
    });
    await kit.receiver.due({ transactionId: 'pay_1' });
    expect(await kit.tell(outcome)).toBe(204);
    expect(kit.events.map(({ event }) => event)).toEqual(['applied', 'duplicate']);
  });

  it('acknowledges what somebody still tries to tell, and nothing else', async () => {
    const world = createWorld();
    const kit = await openKit(world);
    await kit.record('pay_1');
    await kit.receiver.due({ transactionId: 'pay_1' });
    await kit.merchant.endpoint();
    await kit.pass(1);
    await kit.record('pay_2');
    await kit.receiver.due({ transactionId: 'pay_2' });
    await kit.receiver.due({ transactionId: 'pay_2' });
    const posted = kit.asked.filter((request) => request.startsWith('POST'));
    expect(posted).toEqual(['POST /v1/transactions/pay_2/acknowledge']);
    const { json } = await world.call(kit.merchant.receiver, 'GET /v1/transactions/pay_2');
    expect(json.notifications).toMatchObject([{ state: 'acknowledged' }]);
  });

  it('acknowledges with the next run what this one applied and could not', async () => {
    const world = createWorld();
    let isAway = true;
    const kit = await openKit(world, {
      service: {
        tries: 1,
        fetch: async (url, init) => {
          if (isAway && init.method === 'POST') throw new Error('reset');
          return fetchOf(world)(url, init);
        },
      },
    });
    await kit.merchant.endpoint();
    await kit.record('pay_1');
    await expect(kit.receiver.due({ transactionId: 'pay_1' })).rejects.toMatchObject({
      code: 'service_unavailable',
    });
    expect(kit.store.get('pay_1')).toBe(1);
    isAway = false;
    await kit.pass(6);
    expect(await kit.receiver.reconcile()).toMatchObject({ applied: 0, acknowledged: 1 });
    const { json } = await world.call(kit.merchant.receiver, 'GET /v1/transactions/pay_1');
    expect(json.notifications).toMatchObject([{ state: 'acknowledged' }]);
  });

  it('gives a contradiction to whoever wants to know', async () => {
    const world = createWorld();
    const conflicts: unknown[] = [];
    const kit = await openKit(world, {
      receiver: { onConflict: (conflict) => void conflicts.push(conflict) },
    });
    const outcome = await kit.record('pay_1');
    await kit.tell({ ...outcome, status: 'FAILED' });
    const { transactions } = await kit.receiver.due({ transactionId: 'pay_1' });
    expect(transactions).toMatchObject([{ result: 'conflict' }]);
    expect(conflicts).toMatchObject([
      { kind: 'contents', applied: { status: 'FAILED' }, received: { status: 'SUCCEEDED' } },
    ]);
  });
});

describe('a question', () => {
  it('is asked again while the service is away or busy, and not for ever', async () => {
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

  it('waits no longer than ten seconds, whatever the service wants', async () => {
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
    ['a 404 of JSON that nobody signed', () => unsigned(404, 'unknown_transaction')],
    ['a 401 that is no problem of the service', () => Response.json({ message: 'no' }, { status: 401 })],
    ['a refusal of the key that it does not know', () => unsigned(401, 'brand_new')],
    [
      'an answer to another question',
      () => problem('GET /v1/transactions/pay_2', 404, 'unknown_transaction'),
    ],
    ['a signed answer of another form', () => signedBy(secret, { status: 'SUCCEEDED' })],
    ['an answer that is signed by somebody else', () => signedBy(newSecret(), { status: 'PENDING' })],
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

  it('to a list that has more and does not say where is a fault, and no question without end', async () => {
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

  describe('over real sockets', () => {
    let server: Server | undefined;
    afterEach(async () => {
      server?.closeAllConnections();
      await new Promise((resolve) => server?.close(resolve) ?? resolve(undefined));
      server = undefined;
    });
    const listen = async (listener: RequestListener) => {
      server = createServer(listener);
      await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    };

    it.each([
      ['answers never', () => undefined],
      [
        'ends its answer never',
        (_request: unknown, response: Parameters<RequestListener>[1]) => {
          response.writeHead(200).write('{');
        },
      ],
      ['hangs up', (request: Parameters<RequestListener>[0]) => void request.socket.destroy()],
    ])('to a service that %s ends as unanswered', async (_how, listener) => {
      const url = await listen(listener);
      const { receiver } = asking(fetch, { url, timeoutMs: 50, tries: 2, fetch: undefined });
      await expect(receiver.due({ transactionId: 'pay_1' })).rejects.toMatchObject({
        code: 'service_unavailable',
      });
    });

    it('carries its key to no other host by a redirect', async () => {
      const asked: (string | undefined)[] = [];
      const url = await listen((request, response) => {
        asked.push(request.headers.authorization);
        response.writeHead(302, { location: '/elsewhere' }).end();
      });
      const { receiver } = asking(fetch, { url, tries: 1, fetch: undefined });
      await expect(receiver.due({ transactionId: 'pay_1' })).rejects.toMatchObject({
        code: 'service_unavailable',
      });
      expect(asked).toEqual(['Bearer tk_a_b']);
    });
  });
});

function page(status: number): Response {
  return new Response(`<html>${status}</html>`, { status, headers: { 'content-type': 'text/html' } });
}

function signedBy(merchantSecrets: string, content: object): Response {
  return signedAnswer(
    { merchantId: 'demo', request: 'GET /v1/transactions/pay_1', content },
    { merchantSecrets },
  );
}

function fail(): never {
  throw new Error('asked too often');
}
