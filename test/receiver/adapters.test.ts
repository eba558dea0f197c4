import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type CallbackHandler,
  createReceiver,
  type ReceiverEvent,
  type ReceiverFault,
  toFetchHandler,
  toLambdaHandler,
  toNodeHandler,
  verify,
} from '../../lib/receiver/index.ts';
import { memoryStore } from '../../lib/receiver/stores/memory.ts';
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
    const faults: ReceiverFault[] = [];
    const cause = new Error('the password is hunter2');
    const throwing = () => {
      throw cause;
    };
    const url = await listen(toNodeHandler(throwing, { onRefused: (fault) => faults.push(fault) }));
    const answer = await fetch(url, signed());
    expect([answer.status, await answer.text()]).toEqual([500, '{"code":"internal"}']);
    expect(faults).toMatchObject([{ code: 'internal', cause }]);
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

  /** As a framework's body parser does: reads the body, and leaves what it makes of it on the request. */
  const parsedBy = (parse: (bytes: Buffer) => object) => {
    const faults: ReceiverFault[] = [];
    const handle = toNodeHandler(handler, { onRefused: (fault) => faults.push(fault) });
    const url = listen(async (request, response) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of request) chunks.push(chunk);
      await handle(Object.assign(request, parse(Buffer.concat(chunks))), response);
    });
    return { faults, url };
  };

  it.each<[string, (bytes: Buffer) => object]>([
    ['express.raw', (bytes) => ({ body: bytes })],
    ['express.text', (bytes) => ({ body: bytes.toString('utf8') })],
    ['Firebase, or NestJS with rawBody', (bytes) => ({ rawBody: bytes, body: { parsed: true } })],
    ['a host with typed arrays', (bytes) => ({ rawBody: new Uint8Array(bytes) })],
    ['a host with rawBody as text', (bytes) => ({ rawBody: bytes.toString('utf8'), body: {} })],
  ])('takes the raw bytes that %s kept', async (_host, parse) => {
    const { faults, url } = parsedBy(parse);
    expect((await fetch(await url, signed())).status).toBe(204);
    expect([seen, faults]).toEqual([['pay_1'], []]);
    expect((await fetch(await url, huge)).status).toBe(413);
    expect(faults).toMatchObject([{ code: 'body_too_large' }]);
  });

  it.each<[string, (bytes: Buffer) => object, string]>([
    ['parsed the body', (bytes) => ({ body: JSON.parse(String(bytes)) }), 'express.raw({ type'],
    ['parsed nothing, and read it all the same', () => ({ body: {} }), 'express.raw({ type'],
    ['read the body and kept nothing', () => ({}), 'before all body parsers'],
  ])('says what to do where something before it %s', async (_what, parse, sentence) => {
    const { faults, url } = parsedBy(parse);
    const answer = await fetch(await url, signed());
    expect([answer.status, await answer.json()]).toEqual([500, { code: 'body_already_read' }]);
    expect(faults).toMatchObject([
      { code: 'body_already_read', message: expect.stringContaining(sentence), status: 500 },
    ]);
  });

  it('reads the body by itself where a parser before it let it pass', async () => {
    const handle = toNodeHandler(handler);
    const url = await listen((request, response) => handle(Object.assign(request, { body: {} }), response));
    expect((await fetch(url, signed())).status).toBe(204);
    const decoded = await (async () => {
      server?.closeAllConnections();
      await new Promise((resolve) => server?.close(resolve));
      return listen((request, response) => handle(request.setEncoding('utf8'), response));
    })();
    expect((await fetch(decoded, signed())).status).toBe(204);
    expect(seen).toEqual(['pay_1', 'pay_1']);
  });

  it('tells a receiver of all that it refuses by itself, and of a body that breaks off', async () => {
    const events: ReceiverEvent[] = [];
    const told = Promise.withResolvers<void>();
    const onEvent = (event: ReceiverEvent) => {
      events.push(event);
      if (event.event === 'refused' && event.fault.code === 'body_incomplete') told.resolve();
    };
    const receiver = createReceiver({
      merchantId: 'demo',
      secrets: secret,
      store: memoryStore(),
      onOutcome: () => undefined,
      onEvent,
    });
    const handle = toNodeHandler(receiver.handle);
    const url = await listen(async (request, response) => {
      if (request.url === '/parsed') for await (const _ of request);
      await handle(request, response);
    });
    await fetch(url);
    await fetch(url, huge);
    await fetch(`${url}parsed`, signed());
    await fetch(url, { ...signed(), body: '{}' });
    await fetch(url, signed());
    const sending = httpRequest(url, { method: 'POST', headers: { 'content-length': '100' } });
    sending.on('error', () => undefined);
    sending.write('{', () => sending.destroy());
    await told.promise;
    expect(
      events.map((event) => ('fault' in event ? [event.event, event.fault.code] : [event.event])),
    ).toEqual([
      ['refused', 'method_not_allowed'],
      ['refused', 'body_too_large'],
      ['failed', 'body_already_read'],
      ['refused', 'signature_mismatch'],
      ['applied'],
      ['refused', 'body_incomplete'],
    ]);
  });

  it('writes down what failed here where nobody listens, and nothing that strangers did', async () => {
    const written = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const handle = toNodeHandler(handler);
    const url = await listen(async (request, response) => {
      if (request.url === '/parsed') for await (const _ of request);
      await handle(request, response);
    });
    await fetch(url);
    await fetch(url, { ...signed(), body: '{}' });
    expect(written).not.toHaveBeenCalled();
    await fetch(`${url}parsed`, signed());
    expect(written).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'body_already_read' }));
    written.mockRestore();
  });

  it('does not mind a log that throws', async () => {
    const handle = toNodeHandler(handler, {
      onRefused: () => {
        throw new Error('disk full');
      },
    });
    expect((await fetch(await listen(handle))).status).toBe(405);
  });
});

describe('the adapter for fetch-style hosts', () => {
  const told: ReceiverFault[] = [];
  const handle = toFetchHandler(handler, { onRefused: (fault) => void told.push(fault) });
  const url = 'https://shop.example/hooks';

  it.each([
    ['read', (request: Request) => request.text()],
    ['being read', (request: Request) => request.body?.getReader()],
  ])('says so where the body was %s by something else', async (_, read) => {
    const request = new Request(url, signed());
    await read(request);
    const response = await handle(request);
    expect([response.status, await response.json()]).toEqual([500, { code: 'body_already_read' }]);
    expect(told.splice(0)).toMatchObject([{ code: 'body_already_read' }]);
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

  it('tells what it refuses by itself: parsed bodies, and events that are no request', async () => {
    const faults: ReceiverFault[] = [];
    const told = toLambdaHandler(handler, { onRefused: (fault) => faults.push(fault) });
    const events: readonly unknown[] = [
      { ...http, headers, body: JSON.parse(body) },
      { httpMethod: 'GET', headers, body: null },
      { Records: [] },
      undefined,
    ];
    for (const event of events) await told(event as never);
    expect(faults.map(({ code, message }) => [code, message])).toEqual([
      ['body_already_read', expect.stringContaining('proxy integration')],
      ['method_not_allowed', expect.stringContaining('GET')],
      ['method_not_allowed', expect.stringContaining('no HTTP method')],
      ['method_not_allowed', expect.stringContaining('no HTTP method')],
    ]);
  });
});
