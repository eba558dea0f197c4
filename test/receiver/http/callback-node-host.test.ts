import { request as httpRequest } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import {
  createReceiver,
  type ReceiverEvent,
  type ReceiverFault,
  toNodeHandler,
} from '../../../lib/receiver/index.ts';
import { memoryStore } from '../../../lib/receiver/stores/memory.ts';
import { brokenLogs } from '../../support/broken-logs.ts';
import { useServer } from '../../support/running/listening.ts';
import { huge, secret, signed, useHandler } from './seen-callbacks.ts';

const { seen, handler } = useHandler();

describe('the adapter for Node http', () => {
  const listen = useServer();

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

  it('answers 500 without details if the handler throws', async () => {
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

  it('answers 413 to an endless body, and does not read the rest as another request', async () => {
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
    const decoded = await listen((request, response) => handle(request.setEncoding('utf8'), response));
    expect((await fetch(decoded, signed())).status).toBe(204);
    expect(seen).toEqual(['pay_1', 'pay_1']);
  });

  it('reports all that it refuses itself, and a body that breaks off', async () => {
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

  it('logs its own faults if there is no listener, and nothing that strangers caused', async () => {
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

  it.each(brokenLogs)('does not mind a log that $name', async ({ log }) => {
    const handle = toNodeHandler(handler, { onRefused: log });
    expect((await fetch(await listen(handle))).status).toBe(405);
  });
});
