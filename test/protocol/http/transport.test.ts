import { describe, expect, it } from 'vitest';
import { repeatedly, retryAfterMs, waitMs } from '../../../lib/protocol/http/repeating.ts';
import { type Connection, exchange } from '../../../lib/protocol/http/transport.ts';

const connection = (changes: Partial<Connection>): Connection => ({
  baseUrl: 'https://api.example',
  headers: { authorization: 'Bearer tk_a_b' },
  timeoutMs: 60_000,
  maxAnswerBytes: 4,
  fetch: async () => new Response('1234'),
  ...changes,
});
const get = { method: 'GET', path: '/v1/a?b=c' } as const;

describe('one request to the service', () => {
  it('carries the key, follows no redirect, and states a content type with a body only', async () => {
    const seen: { readonly url: string; readonly init: RequestInit }[] = [];
    const fetch = async (url: string, init: RequestInit) => {
      seen.push({ url, init });
      return new Response('');
    };
    await exchange(connection({ fetch }), get);
    await exchange(connection({ fetch }), { method: 'PUT', path: '/', body: '{}' });
    expect(seen.map(({ url, init: { signal: _, ...init } }) => ({ url, ...init }))).toEqual([
      {
        url: 'https://api.example/v1/a?b=c',
        method: 'GET',
        redirect: 'manual',
        headers: { authorization: 'Bearer tk_a_b' },
      },
      {
        url: 'https://api.example/',
        method: 'PUT',
        redirect: 'manual',
        headers: { authorization: 'Bearer tk_a_b', 'content-type': 'application/json' },
        body: '{}',
      },
    ]);
  });

  it('reads a whole answer, up to its longest permitted length', async () => {
    const sizes: number[] = [];
    const onBytes = (bytes: number) => void sizes.push(bytes);
    const whole = await exchange(connection({ onBytes }), get);
    expect(whole).toMatchObject({ kind: 'answered', answer: { status: 200, body: Buffer.from('1234') } });
    const long = async () => new Response('12345', { status: 500 });
    expect(await exchange(connection({ fetch: long, onBytes }), get)).toEqual({
      kind: 'too_long',
      status: 500,
    });
    expect(sizes).toEqual([4, 5]);
  });

  it('distinguishes a time-out, a failed connection and a caller who gave up', async () => {
    const cause = new TypeError('fetch failed');
    const failing = async () => {
      throw cause;
    };
    expect(await exchange(connection({ fetch: failing }), get)).toEqual({ kind: 'connection_failed', cause });
    const hanging = (_url: string, { signal }: RequestInit) =>
      new Promise<Response>((_, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason));
      });
    expect(await exchange(connection({ fetch: hanging, timeoutMs: 1 }), get)).toMatchObject({
      kind: 'timeout',
    });
    const given = new AbortController();
    const up = exchange(connection({ fetch: hanging }), get, given.signal);
    given.abort(new Error('enough'));
    await expect(up).rejects.toThrow('enough');
  });
});

describe('a request that is repeated', () => {
  const slept: number[] = [];
  const pauses = { sleep: async (ms: number) => void slept.push(ms), fraction: () => 1 };
  const fault = new Error('away');

  it('is tried until there is a result', async () => {
    slept.length = 0;
    const result = await repeatedly({ pauses, maxTries: 4 }, async (tries) =>
      tries < 3 ? { fault } : { result: tries },
    );
    expect([result, slept]).toEqual([3, [200, 400]]);
  });

  it('fails when tries are used up, or a wait would be too long', async () => {
    slept.length = 0;
    const away = async () => ({ fault, retryAfterMs: 5_000 });
    await expect(repeatedly({ pauses, maxTries: 2 }, away)).rejects.toBe(fault);
    expect(slept).toEqual([5_000]);
    const mayWait = (ms: number) => ms < 5_000;
    await expect(repeatedly({ pauses, maxTries: 2, mayWait }, away)).rejects.toBe(fault);
    expect(slept).toEqual([5_000]);
  });

  it('waits twice as long each time, up to ten seconds, and at least half of it', () => {
    const waits = (fraction: number) =>
      [1, 2, 6, 7, 60].map((failures) => waitMs({ failures }, { fraction: () => fraction }));
    expect(waits(1)).toEqual([200, 400, 6_400, 10_000, 10_000]);
    expect(waits(0)).toEqual([100, 200, 3_200, 5_000, 5_000]);
  });

  it('reads what the server asks for in either form', () => {
    const nowMs = Date.UTC(2026, 10, 20, 8);
    expect(retryAfterMs('7', nowMs)).toBe(7_000);
    expect(retryAfterMs('Fri, 20 Nov 2026 08:00:05 GMT', nowMs)).toBe(5_000);
    expect(retryAfterMs('Fri, 20 Nov 2026 07:00:00 GMT', nowMs)).toBe(0);
    expect([null, 'soon'].map((text) => retryAfterMs(text, nowMs))).toEqual([undefined, undefined]);
  });
});
