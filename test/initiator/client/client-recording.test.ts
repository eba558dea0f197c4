import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createInitiator } from '../../../lib/initiator/index.ts';
import { broken, type Fetch, json, KEY, payment, raw, scripted, standing } from './scripted-service.ts';

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

  it('returns the stored outcome if another request ended the transaction', async () => {
    const current = standing({ status: 'FAILED' });
    const errors = [{ pointer: '/status', code: 'outcome_conflict' }];
    const conflict = scripted([json(409, { code: 'outcome_conflict', current, errors })]);
    expect(await conflict.initiator.record(payment())).toEqual({
      kind: 'outcome_conflict',
      current,
      fields: ['status'],
    });
    // A service of an older version does not name the fields.
    const older = scripted([json(409, { code: 'outcome_conflict', current })]);
    expect(await older.initiator.record(payment())).toMatchObject({ kind: 'outcome_conflict', fields: [] });
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

  it('repeats what the service says in detail, in the message and with the fields', async () => {
    const detail = 'Use port 443.';
    const errors = [
      { pointer: '/notifyUrl', code: 'port_refused', detail },
      { pointer: '/amount', code: 'invalid_amount', detail: 5 },
    ];
    const { initiator } = scripted([json(400, { code: 'port_refused', title: 'No.', detail, errors })]);
    await expect(initiator.record(payment())).rejects.toMatchObject({
      code: 'port_refused',
      message: expect.stringMatching(/: 400 No\. Use port 443\.$/),
      errors: [errors[0], { pointer: '/amount', code: 'invalid_amount' }],
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
    ['a conflict without the stored outcome', json(409, { code: 'outcome_conflict' })],
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
  ])('does not accept %s as an answer: it repeats the same request', async (_what, answer) => {
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

  it('does not accept a broken compression, and reads an intact one', async () => {
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

  it('reads at most the longest possible answer', async () => {
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

  it('refuses, before any request, values that JSON would change silently, and invalid ids', async () => {
    const { initiator, seen } = scripted([json(201, standing())]);
    const nan = payment({ metadata: { rate: Number.NaN } });
    await expect(initiator.record(nan)).rejects.toMatchObject({ code: 'inexact_number' });
    const path = payment({ transactionId: '../admin' as never });
    await expect(initiator.record(path)).rejects.toMatchObject({ code: 'invalid_id' });
    expect(seen).toEqual([]);
  });

  it('never reveals its key', async () => {
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
