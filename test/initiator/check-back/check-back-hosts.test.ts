import { request as httpRequest } from 'node:http';
import { describe, expect, it } from 'vitest';
import {
  createCheckBackHandler,
  toFetchHandler,
  toLambdaHandler,
  toNodeHandler,
} from '../../../lib/initiator/index.ts';
import { brokenLogs } from '../../support/broken-logs.ts';
import { useServer } from '../../support/running/listening.ts';
import { CHECK, clock, END, PUBLIC_KEY, signed } from './asked-initiator.ts';

describe('the adapters', () => {
  const body = JSON.stringify(CHECK);
  const handler = createCheckBackHandler({
    publicKeys: PUBLIC_KEY,
    merchantIds: ['shop'],
    lookUp: () => END,
    clock,
  });
  const huge = 'x'.repeat(16_385);
  const listen = useServer();

  it('answer behind node:http', async () => {
    const url = await listen(toNodeHandler(handler));
    const answer = await fetch(url, signed(body));
    expect([answer.status, await answer.json()]).toEqual([200, END]);
    expect((await fetch(url)).status).toBe(405);
    expect((await fetch(url, { ...signed(body), body: huge })).status).toBe(413);
  });

  it('answer 413 to an endless body, and do not read the rest as another request', async () => {
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

  it('report to `onError` all that they refuse themselves', async () => {
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

  it.each(brokenLogs)('do not mind a log that $name', async ({ log }) => {
    const options = { publicKeys: PUBLIC_KEY, merchantIds: ['shop'], lookUp: () => END, clock };
    const logged = createCheckBackHandler({ ...options, onError: log });
    const url = await listen(toNodeHandler(logged));
    expect((await fetch(url, { ...signed(body), body: '{}' })).status).toBe(401);
    const replaced = Object.assign(createCheckBackHandler(options), { onRefused: log });
    expect((await fetch(await listen(toNodeHandler(replaced)))).status).toBe(405);
  });

  it('report a body parser in front of them', async () => {
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

  it('answer behind Lambda, for every form of event', async () => {
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
