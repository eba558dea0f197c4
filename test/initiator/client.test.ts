import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BatchItem,
  createInitiator,
  type InitiatorOptions,
  merchantId,
  type OutcomeToRecord,
  transactionId,
} from '../../lib/initiator/index.ts';
import { createWorld } from '../support/world.ts';
import { createFakeMachine } from './support.ts';

const KEY = 'tk_k1_secret';
const SHOP = merchantId('shop');
const payment = (changes: Partial<OutcomeToRecord> = {}): OutcomeToRecord => ({
  merchantId: SHOP,
  transactionId: transactionId('pay_1'),
  transactionType: 'payment',
  status: 'SUCCEEDED',
  amount: 1999,
  currency: 'CNY',
  occurredAt: '2026-11-20T07:59:58Z',
  ...changes,
});
const standing = (changes: object = {}) => ({
  ...payment(),
  version: 1,
  recordedAt: '2026-11-20T08:00:00.000Z',
  metadata: {},
  ...changes,
});

type Fetch = typeof globalThis.fetch;
interface Seen {
  readonly url: string;
  readonly init: RequestInit;
}

/** An initiator whose requests are answered one after the other; the last answer stays. */
function scripted(
  answers: readonly (() => Response | Promise<Response>)[],
  options: Partial<InitiatorOptions> = {},
) {
  const seen: Seen[] = [];
  const { machine, slept, time } = createFakeMachine();
  const fetch: Fetch = async (url, init = {}) => {
    const answer = answers[Math.min(seen.length, answers.length - 1)];
    seen.push({ url: String(url), init });
    return (await answer?.()) ?? Response.error();
  };
  const initiator = createInitiator({ baseUrl: 'https://api.example', key: KEY, fetch, machine, ...options });
  return { initiator, seen, slept, time };
}

const json =
  (status: number, body: object, headers: Record<string, string> = {}) =>
  () =>
    new Response(JSON.stringify(body), {
      status,
      headers: {
        'content-type': status < 400 ? 'application/json' : 'application/problem+json; charset=utf-8',
        ...headers,
      },
    });
const raw = (status: number, type: string, body: string | Uint8Array<ArrayBuffer>) => () =>
  new Response(body, { status, headers: { 'content-type': type } });
const broken = () => {
  throw new TypeError('fetch failed');
};

describe('an initiator that records', () => {
  it('puts the content under the ids, with its key, and follows no redirect', async () => {
    const { initiator, seen } = scripted([json(201, standing())]);
    const { merchantId: _m, transactionId: _t, ...content } = payment();
    expect(await initiator.record(payment())).toEqual({ kind: 'created', outcome: standing() });
    expect(seen[0]).toMatchObject({
      url: 'https://api.example/v1/merchants/shop/transactions/pay_1',
      init: {
        method: 'PUT',
        redirect: 'manual',
        headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      },
    });
    expect(JSON.parse(String(seen[0]?.init.body))).toEqual(content);
  });

  it('repeats the same bytes until it is answered, waiting longer each time', async () => {
    const { initiator, seen, slept } = scripted([
      broken,
      json(503, { code: 'unavailable' }),
      json(500, { code: 'internal' }),
      json(200, standing()),
    ]);
    expect(await initiator.record(payment())).toMatchObject({ kind: 'unchanged' });
    expect(new Set(seen.map(({ init }) => init.body)).size).toBe(1);
    expect(slept).toEqual([150, 300, 600]);
  });

  it.each([
    ['seconds', '7'],
    ['a date', 'Fri, 20 Nov 2026 08:00:07 GMT'],
  ])('waits as long as Retry-After says in %s', async (_form, header) => {
    const { initiator, slept } = scripted([
      json(429, { message: 'Too Many Requests' }, { 'retry-after': header }),
      json(201, standing()),
    ]);
    await initiator.record(payment());
    expect(slept).toEqual([7_000]);
  });

  it('gives up at once where it would have to wait beyond its deadline', async () => {
    const { initiator, slept, seen } = scripted([json(429, {}, { 'retry-after': '3600' })]);
    await expect(initiator.record(payment())).rejects.toMatchObject({
      name: 'InitiatorFault',
      code: 'throttled',
      retryable: true,
      statusCode: 429,
    });
    expect([slept, seen.length]).toEqual([[], 1]);
  });

  it('gives up when its tries are used up, with the last fault', async () => {
    const { initiator, seen } = scripted([broken], { maxTries: 3 });
    await expect(initiator.record(payment())).rejects.toMatchObject({
      code: 'connection_failed',
      retryable: true,
    });
    expect(seen).toHaveLength(3);
  });

  it('ends a request that gets no whole answer in time', async () => {
    const silent: Fetch = (_url, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
      });
    const { initiator } = scripted([], { fetch: silent, timeoutMs: 5, maxTries: 1 });
    await expect(initiator.record(payment())).rejects.toMatchObject({ code: 'timeout', retryable: true });
    const trickle: Fetch = async () =>
      new Response(new ReadableStream({ pull: () => new Promise(() => {}) }));
    const slow = scripted([], { fetch: trickling(trickle), timeoutMs: 5, maxTries: 1 });
    await expect(slow.initiator.record(payment())).rejects.toMatchObject({ code: 'timeout' });
  });

  /** As the real one does: the signal also ends the body. */
  function trickling(fetch: Fetch): Fetch {
    return async (url, init) => {
      const response = await fetch(url, init);
      const body = response.body?.pipeThrough(new TransformStream(), {
        signal: init?.signal ?? undefined,
      } as never);
      return new Response(body ?? null, response);
    };
  }

  it('stops when its caller does, with the caller’s reason', async () => {
    const aborting = new AbortController();
    const { initiator, seen } = scripted([
      () => {
        aborting.abort(new Error('shutting down'));
        throw new TypeError('fetch failed');
      },
    ]);
    await expect(initiator.record(payment(), { signal: aborting.signal })).rejects.toThrow('shutting down');
    expect(seen).toHaveLength(1);
  });

  it('gives what stands where somebody else ended the transaction', async () => {
    const current = standing({ status: 'FAILED' });
    const conflict = scripted([json(409, { code: 'outcome_conflict', current })]);
    expect(await conflict.initiator.record(payment())).toEqual({ kind: 'outcome_conflict', current });
    const mismatch = scripted([
      json(409, {
        code: 'outcome_mismatch',
        current,
        errors: [{ pointer: '/amount', code: 'outcome_mismatch' }],
      }),
    ]);
    expect(await mismatch.initiator.record(payment())).toEqual({
      kind: 'outcome_mismatch',
      current,
      fields: ['amount'],
    });
  });

  it.each([
    [
      'a problem of a field',
      400,
      { code: 'invalid_amount', errors: [{ pointer: '/amount', code: 'invalid_amount' }] },
    ],
    ['an unknown merchant', 404, { code: 'unknown_merchant' }],
    ['a key that may not', 403, { code: 'insufficient_scope' }],
  ])('throws %s with its code, and asks no second time', async (_what, status, body) => {
    const { initiator, seen } = scripted([json(status, body)]);
    await expect(initiator.record(payment())).rejects.toMatchObject({
      ...body,
      statusCode: status,
      retryable: false,
    });
    expect(seen).toHaveLength(1);
  });

  it.each<[string, () => Response]>([
    ['a redirect', () => new Response(null, { status: 302, headers: { location: 'https://evil.example' } })],
    ['a page', () => new Response('<html>', { status: 200 })],
    ['a page that calls itself JSON', raw(200, 'application/json', '<html>')],
    ['no content', () => new Response(null, { status: 204 })],
    ['a queue that took the request over', raw(202, 'application/json', '{"queued":true}')],
    ['an answer with another content type', raw(201, 'text/html', JSON.stringify(standing()))],
    ['half an answer', raw(201, 'application/json', JSON.stringify(standing()).slice(0, 60))],
    ['an answer in another charset', raw(201, 'application/json', Buffer.from('{"a":"\xfc"}', 'latin1'))],
    ['a list', raw(200, 'application/json', '[]')],
    ['an answer about another transaction', json(201, standing({ transactionId: 'pay_2' }))],
    ['an answer about another merchant', json(201, standing({ merchantId: 'mall' }))],
    ['an answer with another status', json(201, standing({ status: 'FAILED' }))],
    ['an answer with another amount', json(200, standing({ amount: 1 }))],
    ['an answer with another time', json(200, standing({ occurredAt: '2026-11-20T07:59:59.000Z' }))],
    ['an answer about no version', json(201, standing({ version: 3 }))],
    ['a conflict that does not say what stands', json(409, { code: 'outcome_conflict' })],
    [
      'a conflict about another transaction',
      json(409, { code: 'outcome_conflict', current: standing({ transactionId: 'pay_2' }) }),
    ],
    ['a refusal with a code that it does not know', json(400, { code: 'brand_new' })],
    ['a refusal without a code', json(400, { title: 'Bad Request' })],
    ['a refusal whose status was changed on the way', json(404, { code: 'invalid_amount', status: 400 })],
    ['a refusal of another content type', raw(400, 'application/json', '{"code":"invalid_amount"}')],
    ['a gateway that cannot sign in', raw(401, 'text/html', '<html>sign in</html>')],
    ['a gateway that refuses', raw(403, 'application/json', '{"message":"Forbidden"}')],
    ['a gateway that knows no such path', raw(404, 'text/html', '<html>not found</html>')],
    ['a gateway with a conflict', raw(409, 'text/html', '<html>conflict</html>')],
    ['a gateway that finds it too large', raw(413, 'application/json', '{"message":"Too Long"}')],
  ])('takes %s for no answer: nobody knows, and the same is asked again', async (_what, answer) => {
    const { initiator, seen } = scripted([answer, answer, answer], { maxTries: 3 });
    const fault = await initiator.record(payment()).catch((error: unknown) => error);
    expect(fault).toMatchObject({ name: 'InitiatorFault', code: 'unexpected_answer', retryable: true });
    const { status } = answer();
    expect(fault).toMatchObject({
      statusCode: status,
      message: expect.stringContaining(`status ${status}`),
    });
    expect(seen).toHaveLength(3);
    const calm = scripted([answer, json(201, standing())]);
    expect(await calm.initiator.record(payment())).toMatchObject({ kind: 'created' });
  });

  it('takes a broken compression for no answer, and reads a whole one', async () => {
    const bytes = gzipSync(JSON.stringify(standing()));
    const bodies = [bytes.subarray(0, 20), Buffer.from('no gzip'), bytes];
    const server = createServer((request, response) => {
      request.resume();
      const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
      response.writeHead(201, headers).end(bodies.shift());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { initiator, slept } = scripted([], { baseUrl, fetch: globalThis.fetch });
    expect(await initiator.record(payment())).toMatchObject({ kind: 'created' });
    expect(slept).toHaveLength(2);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('reads no more of an answer than an answer can be', async () => {
    let mebibytes = 0;
    const endless = new ReadableStream({
      pull(controller) {
        mebibytes += 1;
        if (mebibytes > 64) controller.close();
        else controller.enqueue(new Uint8Array(1024 * 1024));
      },
    });
    const { initiator } = scripted([() => new Response(endless)], { maxTries: 1 });
    await expect(initiator.record(payment())).rejects.toMatchObject({
      code: 'unexpected_answer',
      retryable: true,
    });
    expect(mebibytes).toBeLessThan(12);
  });

  it('refuses before it asks what JSON would change in silence, and ids that are none', async () => {
    const { initiator, seen } = scripted([json(201, standing())]);
    const nan = payment({ metadata: { rate: Number.NaN } });
    await expect(initiator.record(nan)).rejects.toMatchObject({ code: 'inexact_number' });
    const path = payment({ transactionId: '../admin' as never });
    await expect(initiator.record(path)).rejects.toMatchObject({ code: 'invalid_id' });
    expect(seen).toEqual([]);
  });

  it('says nothing of its key, whatever happens', async () => {
    for (const answer of [broken, json(401, { code: 'invalid_key' }), json(500, {})]) {
      const { initiator } = scripted([answer]);
      const fault = (await initiator.record(payment()).catch((error: unknown) => error)) as Error;
      expect(`${fault.message} ${JSON.stringify(fault)} ${fault.stack}`).not.toContain(KEY);
    }
    expect(() => createInitiator({ baseUrl: 'https://api.example', key: 'tk_k1_sec ret' })).toThrow(
      expect.not.stringContaining('sec ret'),
    );
  });
});

describe('the options of an initiator', () => {
  it.each([
    ['http elsewhere', { baseUrl: 'http://api.example' }],
    ['credentials', { baseUrl: 'https://me:secret@api.example' }],
    ['no URL', { baseUrl: 'api.example' }],
    ['a query', { baseUrl: 'https://api.example/?a=b' }],
    ['no key', { key: '' }],
    ['no time', { timeoutMs: 0 }],
    ['half a try', { maxTries: 1.5 }],
  ])('are refused with %s', (_what, options) => {
    const make = () => createInitiator({ baseUrl: 'https://api.example', key: KEY, ...options });
    expect(make).toThrow(expect.objectContaining({ code: 'invalid_option', retryable: false }));
  });

  it('let http go to this machine, and a path before the API', async () => {
    const { initiator, seen } = scripted([json(404, { code: 'unknown_transaction' })], {
      baseUrl: 'http://127.0.0.1:4510/stage/',
    });
    await initiator.readBack({ merchantId: SHOP, transactionId: transactionId('pay:1') });
    expect(seen[0]?.url).toBe('http://127.0.0.1:4510/stage/v1/merchants/shop/transactions/pay%3A1');
  });
});

describe('an initiator that reads back', () => {
  const key = { merchantId: SHOP, transactionId: transactionId('pay_1') };

  it('knows no transaction only where the API says so', async () => {
    const unknown = scripted([json(404, { code: 'unknown_transaction' })]);
    expect(await unknown.initiator.readBack(key)).toBeUndefined();
    for (const answer of [json(404, { code: 'not_found' }), () => new Response('', { status: 404 })]) {
      const { initiator } = scripted([answer]);
      await expect(initiator.readBack(key)).rejects.toMatchObject({ name: 'InitiatorFault' });
    }
  });

  it('gives the transaction with its versions and notifications', async () => {
    const transaction = { ...standing(), outcomes: [{ version: 1 }], notifications: [] };
    expect(await scripted([json(200, transaction)]).initiator.readBack(key)).toEqual(transaction);
  });
});

describe('an initiator that records batches', () => {
  const item = (id: string, changes: Partial<BatchItem> = {}): BatchItem => {
    const { merchantId: _, ...outcome } = payment({ transactionId: transactionId(id) });
    return { ...outcome, ...changes } as BatchItem;
  };
  const transactionsOf = ({ init }: Seen) =>
    (JSON.parse(String(init.body)) as { transactions: { transactionId: string }[] }).transactions;

  /** Answers each item by what `result` says of it. */
  function answering(result: (id: string, request: number) => object) {
    let requests = 0;
    const seen: Seen[] = [];
    const { machine, slept } = createFakeMachine();
    const fetch: Fetch = async (url, init = {}) => {
      requests += 1;
      seen.push({ url: String(url), init });
      const results = transactionsOf(seen.at(-1) as Seen).map(({ transactionId }) => ({
        transactionId,
        ...result(transactionId, requests),
      }));
      return Response.json({ results });
    };
    const initiator = createInitiator({ baseUrl: 'https://api.example', key: KEY, fetch, machine });
    return { initiator, seen, slept };
  }

  it('sends a hundred at a time, in order, and gives a result for each', async () => {
    const { initiator, seen } = answering(() => ({ result: 'created' }));
    const outcomes = Array.from({ length: 250 }, (_, n) => item(`pay_${n}`));
    const results = await initiator.recordBatch({ merchantId: SHOP, outcomes });
    expect(results).toEqual(outcomes.map(() => ({ kind: 'created' })));
    expect(seen.map((request) => transactionsOf(request).length)).toEqual([100, 100, 50]);
    expect(seen.flatMap(transactionsOf)).toEqual(outcomes);
  });

  it('sends no body over a mebibyte, to the last byte', async () => {
    const { initiator, seen } = answering(() => ({ result: 'created' }));
    const outcomes = Array.from({ length: 99 }, (_, n) =>
      item(`pay_${n}`, { metadata: { note: '界'.repeat(5_000) } }),
    );
    await initiator.recordBatch({ merchantId: SHOP, outcomes });
    const sizes = seen.map(({ init }) => Buffer.byteLength(String(init.body)));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1024 * 1024);
    // Full, too: one item more would not have fitted.
    expect(sizes[0]).toBeGreaterThan(1024 * 1024 - 16_000);
    expect(seen.flatMap(transactionsOf)).toEqual(outcomes);
  });

  it('asks nothing for an empty batch', async () => {
    const { initiator, seen } = answering(() => ({}));
    expect(await initiator.recordBatch({ merchantId: SHOP, outcomes: [] })).toEqual([]);
    expect(seen).toEqual([]);
  });

  it('gives again only what could not be recorded now, and says so where it never could', async () => {
    const { initiator, seen, slept } = answering((id, request) => {
      if (id === 'pay_2') return { code: 'unavailable' };
      return id === 'pay_1' && request === 1 ? { code: 'clock_skew' } : { result: 'created' };
    });
    const outcomes = ['pay_0', 'pay_1', 'pay_2'].map((id) => item(id));
    expect(await initiator.recordBatch({ merchantId: SHOP, outcomes })).toEqual([
      { kind: 'created' },
      { kind: 'created' },
      { kind: 'failed', code: 'unavailable' },
    ]);
    expect(seen.map((request) => transactionsOf(request).length)).toEqual([3, 2, 1, 1, 1]);
    expect(slept).toHaveLength(4);
  });

  it('gives conflicts and refusals as results, and sends nothing that JSON would change', async () => {
    const current = standing({ transactionId: 'pay_1' });
    const errors = [{ pointer: '/currency', code: 'unknown_currency' }];
    const { initiator, seen } = answering((id) =>
      id === 'pay_1' ? { code: 'outcome_conflict', current } : { code: 'unknown_currency', errors },
    );
    const outcomes = [item('pay_1'), item('pay_2'), item('pay_3', { metadata: { rate: Number.NaN } })];
    expect(await initiator.recordBatch({ merchantId: SHOP, outcomes })).toEqual([
      { kind: 'outcome_conflict', current },
      { kind: 'refused', code: 'unknown_currency', errors },
      { kind: 'refused', code: 'inexact_number', errors: [{ pointer: '/metadata', code: 'inexact_number' }] },
    ]);
    expect(seen.flatMap(transactionsOf).map(({ transactionId }) => transactionId)).toEqual([
      'pay_1',
      'pay_2',
    ]);
  });

  const made = (id: string) => ({ transactionId: id, result: 'created' });
  it.each<[string, object]>([
    ['fewer results than items', { results: [made('pay_1')] }],
    ['more results than items', { results: [made('pay_1'), made('pay_2'), made('pay_3')] }],
    ['the results in another order', { results: [made('pay_2'), made('pay_1')] }],
    ['a result that says nothing', { results: [made('pay_1'), { transactionId: 'pay_2' }] }],
    ['a result that says both', { results: [made('pay_1'), { ...made('pay_2'), code: 'invalid_amount' }] }],
    [
      'a conflict that does not say what stands',
      { results: [made('pay_1'), { transactionId: 'pay_2', code: 'outcome_conflict' }] },
    ],
    ['no results', {}],
  ])('believes no answer with %s', async (_what, body) => {
    const good = { results: [made('pay_1'), made('pay_2')] };
    const outcomes = [item('pay_1'), item('pay_2')];
    const calm = scripted([json(200, body), json(200, good)]);
    expect(await calm.initiator.recordBatch({ merchantId: SHOP, outcomes })).toHaveLength(2);
    const { initiator } = scripted([json(200, body)], { maxTries: 2 });
    await expect(initiator.recordBatch({ merchantId: SHOP, outcomes })).rejects.toMatchObject({
      code: 'unexpected_answer',
      retryable: true,
    });
  });

  it('says "not now" of an item whose code it does not know', async () => {
    const { initiator } = answering(() => ({ code: 'brand_new' }));
    expect(await initiator.recordBatch({ merchantId: SHOP, outcomes: [item('pay_1')] })).toEqual([
      { kind: 'failed', code: 'brand_new' },
    ]);
  });
});

const FATES = ['fine', 'request lost', 'answer lost', 'unavailable', 'a page', 'a refusal'];

describe('an initiator over a network that loses requests and answers', () => {
  it('ends with what stands, and never records anything twice or otherwise', async () => {
    const fates = fc.array(fc.constantFrom(...FATES), { maxLength: 12 });
    const statuses = fc.array(fc.constantFrom('SUCCEEDED', 'FAILED', 'PENDING'), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(fates, statuses, async (fate, sequence) => {
        const world = createWorld();
        const { initiator: key } = await world.merchant('shop');
        const waiting = [...fate];
        const fetch: Fetch = async (url, init) => {
          const next = waiting.shift() ?? 'fine';
          if (next === 'request lost') throw new TypeError('fetch failed');
          if (next === 'unavailable') return json(503, { code: 'unavailable' })();
          if (next === 'a page') return raw(200, 'text/html', '<html>maintenance</html>')();
          if (next === 'a refusal') return raw(404, 'text/html', '<html>not found</html>')();
          const response = await world.app.request(new URL(String(url)).pathname, init as RequestInit);
          if (next === 'answer lost') throw new TypeError('fetch failed');
          return response;
        };
        const { machine } = createFakeMachine();
        const options = { baseUrl: 'https://api.example', key, fetch, machine, maxTries: 20 };
        const initiator = createInitiator(options);
        const ids = { merchantId: SHOP, transactionId: transactionId('pay_1') };
        let end: string | undefined;
        for (const status of sequence) {
          const result = await initiator.record(payment({ status } as never));
          const isNew = end === undefined && (status !== 'PENDING' || result.kind !== 'outcome_conflict');
          if (end === undefined && status !== 'PENDING') end = status;
          if (isNew || status === end) expect(['created', 'unchanged']).toContain(result.kind);
          else expect(result.kind).toBe('outcome_conflict');
          const read = await initiator.readBack(ids);
          expect(read?.status).toBe(end ?? 'PENDING');
          expect(read?.outcomes.length).toBeLessThanOrEqual(2);
        }
      }),
      { numRuns: 60 },
    );
  });
});
