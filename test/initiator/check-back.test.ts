import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type CheckBackAnswer,
  type CheckBackOptions,
  createCheckBackHandler,
  type PublicKeys,
  publishedKeys,
  toFetchHandler,
  toLambdaHandler,
  toNodeHandler,
} from '../../lib/initiator/index.ts';
import { signedHeaders } from '../../lib/protocol/signing/signed-headers.ts';
import { publicKeyText } from '../../lib/protocol/signing/webhook-keys.ts';

const SEED = new Uint8Array(32).fill(7);
const OTHER_SEED = new Uint8Array(32).fill(8);
const PUBLIC_KEY = publicKeyText(SEED);
const NOW_MS = Date.parse('2026-11-20T08:00:00.000Z');
const clock = { now: () => NOW_MS };
const CHECK = { merchantId: 'shop', transactionId: 'pay:1', attempt: 1 };
const END = {
  status: 'SUCCEEDED',
  amount: 1999,
  currency: 'CNY',
  occurredAt: '2026-11-20T07:00:00.000Z',
} as const;

function signed(body: string, { seed = SEED, ageSeconds = 0, scheme = 'v1a' as 'v1' | 'v1a' } = {}) {
  const content = { id: 'chk_1', timestamp: NOW_MS / 1000 - ageSeconds, body };
  return { method: 'POST', headers: signedHeaders(content, [{ scheme, key: seed }]), body };
}

/** Asks a handler as the service does. */
async function ask(
  lookUp: CheckBackOptions['lookUp'],
  request: { method: string; headers: Readonly<Record<string, string>>; body: string } = signed(
    JSON.stringify(CHECK),
  ),
  options: Partial<CheckBackOptions> = {},
) {
  const handler = createCheckBackHandler({
    publicKeys: PUBLIC_KEY,
    merchantIds: ['shop'],
    lookUp,
    clock,
    onError: () => undefined,
    ...options,
  });
  const { status, body } = await handler({ ...request, body: Buffer.from(request.body) });
  return { status, json: JSON.parse(body) };
}

describe('an initiator that is asked', () => {
  it('is told what is asked about, and answers what it knows', async () => {
    const asked: unknown[] = [];
    const answer = await ask((check) => {
      asked.push(check);
      return END;
    });
    expect(asked).toEqual([CHECK]);
    expect(answer).toEqual({ status: 200, json: END });
  });

  it('says nothing of its own transaction to a merchant that has one of the same name', async () => {
    const asked: unknown[] = [];
    const lookUp = (check: unknown) => {
      asked.push(check);
      return END;
    };
    const foreign = signed(JSON.stringify({ ...CHECK, merchantId: 'mallory' }));
    const refused = { status: 403, json: { code: 'foreign_merchant' } };
    expect(await ask(lookUp, foreign)).toEqual(refused);
    expect(await ask(lookUp, foreign, { merchantIds: ['shop', 'mall', 'mallory2'] })).toEqual(refused);
    expect(asked).toEqual([]);
    expect(await ask(lookUp, foreign, { merchantIds: ['shop', 'mallory'] })).toMatchObject({ status: 200 });
    expect(await ask(lookUp, foreign, { merchantIds: '*' })).toMatchObject({ status: 200 });
  });

  it.each([undefined, [], ['not a merchant'], 'shop'])(
    'must say whose transactions it answers for: %s',
    (given) => {
      const merchantIds = given as '*';
      const make = () => createCheckBackHandler({ publicKeys: PUBLIC_KEY, merchantIds, lookUp: () => END });
      expect(make).toThrow(expect.objectContaining({ code: 'invalid_option' }));
    },
  );

  it.each<[string, CheckBackAnswer, number, object]>([
    ['that it is pending', { status: 'PENDING' }, 200, { status: 'PENDING' }],
    ['that it does not know it', 'unknown', 404, { status: 'UNKNOWN' }],
    [
      'why it failed, in UTC, and nothing that was not asked for',
      {
        ...END,
        status: 'FAILED',
        occurredAt: '2026-11-20T09:00:00+02:00',
        reason: { code: 'no_funds', message: 'No funds.' },
        card: '4242',
      } as CheckBackAnswer,
      200,
      { ...END, status: 'FAILED', reason: { code: 'no_funds', message: 'No funds.' } },
    ],
  ])('says %s', async (_what, known, status, json) => {
    expect(await ask(async () => known)).toEqual({ status, json });
  });

  it.each<[string, CheckBackOptions['lookUp']]>([
    [
      'throws',
      () => {
        throw new Error('the database is away');
      },
    ],
    ['rejects', () => Promise.reject(new TypeError('undefined is not a function'))],
    ['returns nothing', () => undefined as never],
    ['returns null', () => null as never],
    ['returns an end without amount', () => ({ status: 'SUCCEEDED' }) as never],
    ['returns an amount that is none', () => ({ ...END, amount: 19.99 })],
    ['returns a time that is none', () => ({ ...END, occurredAt: 'yesterday' })],
    ['returns a reason that is none', () => ({ ...END, reason: 'no funds' }) as never],
    ['never returns', () => new Promise(() => {})],
  ])('says 503 and never "unknown" where its look-up %s', async (_what, lookUp) => {
    const errors: unknown[] = [];
    const answer = await ask(lookUp, undefined, { timeoutMs: 20, onError: (error) => errors.push(error) });
    expect(answer.status).toBe(503);
    expect(errors).toHaveLength(1);
    // What went wrong is nothing for the other side.
    expect(JSON.stringify(answer.json)).not.toContain('database');
  });

  it('answers nothing but 200, 404 and 503 to the service, and 404 only where it says "unknown"', async () => {
    const returned = fc.oneof(
      fc.constant('unknown'),
      fc.anything(),
      fc.record({
        status: fc.constantFrom('SUCCEEDED', 'FAILED', 'PENDING', 'unknown', 'UNKNOWN'),
        amount: fc.anything(),
        currency: fc.constantFrom('CNY', 'cny'),
        occurredAt: fc.constantFrom(END.occurredAt, ''),
      }),
    );
    await fc.assert(
      fc.asyncProperty(returned, async (value) => {
        const { status } = await ask(() => value as never);
        expect([200, 404, 503]).toContain(status);
        expect(status === 404).toBe(value === 'unknown');
      }),
    );
  });
});

describe('a request that is no check of the service', () => {
  const body = JSON.stringify(CHECK);
  const good = signed(body);
  const lookUp = () => {
    throw new Error('must not be reached');
  };

  it.each([
    ['by nobody', { ...good, headers: {} }, 400, 'missing_header'],
    ['by another key', signed(body, { seed: OTHER_SEED }), 401, 'signature_mismatch'],
    ['by a shared secret', signed(body, { scheme: 'v1' }), 401, 'signature_mismatch'],
    ['for another body', { ...good, body: `${body} ` }, 401, 'signature_mismatch'],
    ['six minutes ago', signed(body, { ageSeconds: 301 }), 400, 'timestamp_too_old'],
    ['in six minutes', signed(body, { ageSeconds: -301 }), 400, 'timestamp_too_new'],
    [
      'with an id of two parts',
      { ...good, headers: { ...good.headers, 'webhook-id': 'a.b' } },
      400,
      'malformed_header',
    ],
    [
      'without a time',
      { ...good, headers: { ...good.headers, 'webhook-timestamp': 'now' } },
      400,
      'malformed_header',
    ],
    [
      'a thousand times',
      { ...good, headers: { ...good.headers, 'webhook-signature': 'v1a,AAAA '.repeat(1_000) } },
      400,
      'malformed_header',
    ],
    ['over what is no JSON', signed('{'), 400, 'malformed_body'],
    ['over another question', signed('{"merchantId":"shop"}'), 400, 'malformed_body'],
    [
      'over an id that is none',
      signed(JSON.stringify({ ...CHECK, transactionId: '../x' })),
      400,
      'malformed_body',
    ],
    ['over no attempt', signed(JSON.stringify({ ...CHECK, attempt: 0 })), 400, 'malformed_body'],
    ['over too much', signed(JSON.stringify({ ...CHECK, x: 'x'.repeat(16_384) })), 413, 'body_too_large'],
    ['for a GET', { ...good, method: 'GET' }, 405, 'method_not_allowed'],
  ])('signed %s is refused', async (_what, request, status, code) => {
    expect(await ask(lookUp, request as typeof good)).toEqual({ status, json: { code } });
  });

  it('is one to the last second of its five minutes, and beside other signatures', async () => {
    for (const ageSeconds of [-300, 300]) {
      expect((await ask(() => END, signed(body, { ageSeconds }))).status).toBe(200);
    }
    const [first, second] = [signed(body, { seed: OTHER_SEED }), good].map(
      ({ headers }) => headers['webhook-signature'],
    );
    const both = { ...good, headers: { ...good.headers, 'webhook-signature': `v1,AAAA ${first} ${second}` } };
    expect((await ask(() => END, both)).status).toBe(200);
  });
});

describe('the keys that verify', () => {
  const body = JSON.stringify(CHECK);
  const answering = (answers: (() => Response)[]) => {
    const asked: string[] = [];
    const fetch: typeof globalThis.fetch = async (url) => {
      asked.push(String(url));
      return (answers.length > 1 ? answers.shift() : answers[0])?.() ?? Response.error();
    };
    return { fetch, asked };
  };
  const publish =
    (...seeds: Uint8Array[]) =>
    () =>
      Response.json({ publicKeys: seeds.map(publicKeyText) });

  it.each(['', 'whpk_', 'whpk_AAAA', `whsec_${PUBLIC_KEY.slice(5)}`, `${PUBLIC_KEY}!`])(
    'are refused where they are none: %s',
    (publicKeys) => {
      const make = () => createCheckBackHandler({ publicKeys, merchantIds: '*', lookUp: () => 'unknown' });
      expect(make).toThrow(expect.objectContaining({ code: 'invalid_option' }));
    },
  );

  it('may be several, while the service changes its key', async () => {
    const publicKeys = [publicKeyText(OTHER_SEED), PUBLIC_KEY];
    expect((await ask(() => END, undefined, { publicKeys })).status).toBe(200);
    expect(() =>
      createCheckBackHandler({ publicKeys: [], merchantIds: '*', lookUp: () => 'unknown' }),
    ).toThrow();
  });

  it('are fetched once for an hour, and by one question for all who wait', async () => {
    const time = { nowMs: NOW_MS };
    const { fetch, asked } = answering([publish(SEED)]);
    const publicKeys = publishedKeys({
      baseUrl: 'https://api.example/',
      fetch,
      clock: { now: () => time.nowMs },
    });
    const askAll = () => Promise.all([1, 2, 3].map(() => ask(() => END, undefined, { publicKeys })));
    await askAll();
    expect(asked).toEqual(['https://api.example/v1/public-keys']);
    time.nowMs += 3_599_000;
    await askAll();
    expect(asked).toHaveLength(1);
    time.nowMs += 1_000;
    await askAll();
    expect(asked).toHaveLength(2);
  });

  it('are fetched again for a signature by none of them, at most once a minute', async () => {
    const time = { nowMs: NOW_MS };
    const { fetch, asked } = answering([publish(OTHER_SEED), publish(OTHER_SEED), publish(SEED)]);
    const publicKeys: PublicKeys = publishedKeys({
      baseUrl: 'https://api.example',
      fetch,
      clock: { now: () => time.nowMs },
    });
    const status = async () => (await ask(() => END, signed(body), { publicKeys })).status;
    expect([await status(), await status(), asked.length]).toEqual([401, 401, 1]);
    time.nowMs += 60_000;
    expect([await status(), asked.length]).toEqual([401, 2]);
    time.nowMs += 60_000;
    expect([await status(), asked.length]).toEqual([200, 3]);
  });

  it.each([
    ['no answer', () => Response.error()],
    ['an outage', () => new Response('', { status: 503 })],
    ['a page without keys', () => new Response('<html>')],
    ['a redirect', () => new Response(null, { status: 302, headers: { location: 'https://evil.example' } })],
    ['a list of keys that is no answer of the service', () => new Response(publish(SEED)().body)],
    ['a list of keys without end', () => Response.json({ publicKeys: [PUBLIC_KEY], x: 'x'.repeat(70_000) })],
    ['a key that is none', () => Response.json({ publicKeys: ['whpk_AAAA'] })],
  ])('refuse nobody where there is %s: the service asks again', async (_what, answer) => {
    const publicKeys = publishedKeys({ baseUrl: 'https://api.example', ...answering([answer]), clock });
    expect(await ask(() => END, undefined, { publicKeys })).toMatchObject({ status: 503 });
  });

  it('are not taken from a place where anybody could change them', () => {
    for (const baseUrl of ['http://api.example', 'api.example']) {
      expect(() => publishedKeys({ baseUrl })).toThrow(expect.objectContaining({ code: 'invalid_option' }));
    }
  });
});

describe('the adapters', () => {
  const body = JSON.stringify(CHECK);
  const handler = createCheckBackHandler({
    publicKeys: PUBLIC_KEY,
    merchantIds: ['shop'],
    lookUp: () => END,
    clock,
  });
  const huge = 'x'.repeat(16_385);
  let server: Server | undefined;
  afterEach(async () => {
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve) ?? resolve(undefined));
    server = undefined;
  });
  const listen = async (listener: Parameters<typeof createServer>[1]) => {
    server = createServer(listener);
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  };

  it('answer behind node:http', async () => {
    const url = await listen(toNodeHandler(handler));
    const answer = await fetch(url, signed(body));
    expect([answer.status, await answer.json()]).toEqual([200, END]);
    expect((await fetch(url)).status).toBe(405);
    expect((await fetch(url, { ...signed(body), body: huge })).status).toBe(413);
  });

  it('answer 413 to an endless body, and take the rest for no other request', async () => {
    const url = await listen(toNodeHandler(handler));
    const answered = await new Promise<{ status: unknown; connection: unknown }>((resolve, reject) => {
      const sending = httpRequest(url, { method: 'POST' }, ({ statusCode: status, headers }) =>
        resolve({ status, connection: headers.connection }),
      );
      sending.once('error', reject);
      sending.write(huge);
    });
    expect(answered).toEqual({ status: 413, connection: 'close' });
  });

  it('take the raw bytes that a framework kept', async () => {
    const handle = toNodeHandler(handler);
    const url = await listen(async (request, response) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      const kept =
        request.url === '/raw' ? { body: bytes } : { rawBody: bytes, body: JSON.parse(`${bytes}`) };
      await handle(Object.assign(request, kept), response);
    });
    expect((await fetch(`${url}raw`, signed(body))).status).toBe(200);
    expect((await fetch(url, signed(body))).status).toBe(200);
  });

  it('tell `onError` of all that they refuse by themselves', async () => {
    const errors: unknown[] = [];
    const onError = (error: unknown) => {
      errors.push(error);
      throw new Error('disk full');
    };
    const told = createCheckBackHandler({
      publicKeys: PUBLIC_KEY,
      merchantIds: ['shop'],
      lookUp: () => END,
      clock,
      onError,
    });
    const handle = toNodeHandler(told);
    const url = await listen(async (request, response) => {
      if (request.url === '/parsed') for await (const _ of request);
      await handle(Object.assign(request, request.url === '/parsed' && { body: CHECK }), response);
    });
    await fetch(url);
    await fetch(url, { ...signed(body), body: huge });
    await fetch(`${url}parsed`, signed(body));
    await fetch(url, { ...signed(body), body: '{}' });
    await fetch(url, signed(body));
    const used = new Request('https://pay.example/checks', signed(body));
    await used.text();
    expect((await toFetchHandler(told)(used)).status).toBe(500);
    await toLambdaHandler(told)({ httpMethod: 'POST', body: CHECK as never });
    expect(errors).toMatchObject(
      [
        'method_not_allowed',
        'body_too_large',
        'body_already_read',
        'signature_mismatch',
        'body_already_read',
        'body_already_read',
      ].map((code) => ({ name: 'InitiatorFault', code, message: expect.stringMatching(/\w \w/) })),
    );
    expect(errors[2]).toMatchObject({ message: expect.stringContaining('express.raw({ type') });
  });

  it('say so where a body parser stands before them', async () => {
    const handle = toNodeHandler(Object.assign(handler, { onRefused: () => undefined }));
    const url = await listen(async (request, response) => {
      for await (const _ of request);
      await handle(request, response);
    });
    const answer = await fetch(url, signed(body));
    expect([answer.status, await answer.json()]).toEqual([500, { code: 'body_already_read' }]);
  });

  it('answer behind fetch-style hosts', async () => {
    const handle = toFetchHandler(handler);
    const url = 'https://pay.example/checks';
    const answer = await handle(new Request(url, signed(body)));
    expect([answer.status, await answer.json()]).toEqual([200, END]);
    expect((await handle(new Request(url))).status).toBe(405);
    expect((await handle(new Request(url, { ...signed(body), body: huge }))).status).toBe(413);
  });

  it('answer behind Lambda, whatever the event', async () => {
    const handle = toLambdaHandler(handler);
    const { headers } = signed(body);
    const http = { requestContext: { http: { method: 'POST' } } };
    const titled = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]),
    );
    const base64 = { body: Buffer.from(body).toString('base64'), isBase64Encoded: true };
    for (const event of [
      { ...http, headers, body },
      { ...http, headers, ...base64 },
      { httpMethod: 'POST', headers: titled, body, isBase64Encoded: false },
      {
        httpMethod: 'POST',
        headers: null,
        multiValueHeaders: Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name, [value]]),
        ),
        body,
      },
    ]) {
      const answer = await handle(event);
      expect([answer.statusCode, JSON.parse(answer.body), answer.isBase64Encoded]).toEqual([200, END, false]);
    }
    const statuses = [
      { headers, body },
      { ...http, headers, body: null },
      { ...http, headers, body: huge },
      http,
    ].map(async (event) => (await handle(event)).statusCode);
    expect(await Promise.all(statuses)).toEqual([405, 401, 413, 400]);
  });
});
