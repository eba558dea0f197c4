import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type CallbackHandler,
  toFetchHandler,
  toLambdaHandler,
  toNodeHandler,
  verify,
} from '../../lib/receiver/index.ts';
import { newSecret, sampleOutcome, signedCallback } from '../../lib/receiver/testing/index.ts';

const secret = newSecret();
const outcome = sampleOutcome({ metadata: { note: '谢谢 ✓' } });
const seen: string[] = [];
const handler: CallbackHandler = (request) => {
  const callback = verify(request, { secrets: secret });
  if (callback.kind === 'outcome') seen.push(callback.outcome.transactionId);
  return { status: 204 };
};
const signed = () => signedCallback(outcome, { secrets: secret });
const huge = { ...signed(), body: 'x'.repeat(65_537) };

afterEach(() => seen.splice(0));

describe('the adapter for Node http', () => {
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

  it('hands over the raw bytes', async () => {
    const url = await listen(toNodeHandler(handler));
    expect((await fetch(url, signed())).status).toBe(204);
    expect(seen).toEqual(['pay_1']);
  });

  it('says the code of what it refuses, and nothing else', async () => {
    const url = await listen(toNodeHandler(handler));
    const forged = await fetch(url, { ...signed(), body: `${signed().body} ` });
    expect([forged.status, await forged.text()]).toEqual([401, '{"code":"signature_mismatch"}']);
    const got = await fetch(url);
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
    expect(seen).toEqual([]);
  });

  it('answers 500 and no word more where the handler throws', async () => {
    const url = await listen(
      toNodeHandler(() => {
        throw new Error('the password is hunter2');
      }),
    );
    const answer = await fetch(url, signed());
    expect([answer.status, await answer.text()]).toEqual([500, '{"code":"internal"}']);
  });

  it('answers 413 to a body that says it is too large, without reading it', async () => {
    const url = await listen(toNodeHandler(handler));
    const answer = await fetch(url, huge);
    expect([answer.status, answer.headers.get('connection')]).toEqual([413, 'close']);
  });

  it('answers 413 to an endless body, and takes the rest for no other request', async () => {
    const url = await listen(toNodeHandler(handler));
    const status = await new Promise((resolve, reject) => {
      const sending = httpRequest(url, { method: 'POST' }, (answer) => resolve(answer.statusCode));
      sending.once('error', reject);
      sending.write('x'.repeat(70_000));
    });
    expect(status).toBe(413);
  });

  it('says so where a body parser stands before it', async () => {
    const handle = toNodeHandler(handler);
    const url = await listen(async (request, response) => {
      for await (const _ of request);
      await handle(request, response);
    });
    const answer = await fetch(url, signed());
    expect([answer.status, await answer.json()]).toEqual([500, { code: 'body_already_read' }]);
  });
});

describe('the adapter for fetch-style hosts', () => {
  const handle = toFetchHandler(handler);
  const url = 'https://shop.example/hooks';

  it.each([
    ['read', (request: Request) => request.text()],
    ['being read', (request: Request) => request.body?.getReader()],
  ])('says so where the body was %s by something else', async (_, read) => {
    const request = new Request(url, signed());
    await read(request);
    const response = await handle(request);
    expect([response.status, await response.json()]).toEqual([500, { code: 'body_already_read' }]);
  });

  it('takes a Request and gives a Response', async () => {
    const response = await handle(new Request(url, signed()));
    expect([response.status, await response.text()]).toEqual([204, '']);
    expect(seen).toEqual(['pay_1']);
  });

  it('refuses what is forged, too large, or no POST', async () => {
    const statuses = await Promise.all(
      [
        new Request(url, { ...signed(), body: '{}' }),
        new Request(url, huge),
        new Request(url, { method: 'POST' }),
        new Request(url),
      ].map(async (request) => (await handle(request)).status),
    );
    expect(statuses).toEqual([401, 413, 400, 405]);
  });
});

describe('the adapter for Lambda', () => {
  const handle = toLambdaHandler(handler);
  const { headers, body } = signed();
  const http = { requestContext: { http: { method: 'POST' } } };
  const titled = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase()),
      value,
    ]),
  );

  it.each([
    ['payload 2.0', { ...http, headers, body }],
    [
      'payload 2.0 in base64',
      { ...http, headers, body: Buffer.from(body).toString('base64'), isBase64Encoded: true },
    ],
    ['payload 1.0', { httpMethod: 'POST', headers: titled, multiValueHeaders: null, body }],
    [
      'a load balancer with multi-value headers',
      {
        httpMethod: 'POST',
        headers: null,
        multiValueHeaders: Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name, [value]]),
        ),
        body,
        isBase64Encoded: false,
      },
    ],
  ])('verifies %s', async (_name, event) => {
    expect(await handle(event)).toEqual({ statusCode: 204, headers: {}, body: '', isBase64Encoded: false });
    expect(seen).toEqual(['pay_1']);
  });

  it('refuses what is forged, too large, without body, or no POST', async () => {
    const statuses = await Promise.all(
      [
        { ...http, headers, body: '{}' },
        { ...http, headers, body: huge.body },
        { ...http, headers, body: null },
        { headers, body },
      ].map(async (event) => (await handle(event)).statusCode),
    );
    expect(statuses).toEqual([401, 413, 401, 405]);
  });
});
