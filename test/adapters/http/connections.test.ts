import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { HttpSender } from '../../../lib/adapters/http/http-sender.ts';
import type { CallbackRequest } from '../../../lib/core/deliver/attempt/sender.ts';
import { MERCHANT } from './certificates.ts';
import { faceReceiver } from './facing.ts';
import { answer, meaningOf, type Receiver, type ReceiverOptions } from './raw-receiver.ts';

let receiver: Receiver;
let sender: HttpSender;

async function face(options: ReceiverOptions): Promise<void> {
  ({ receiver, sender } = await faceReceiver(options, { resolve: async () => ['127.0.0.1'] }));
}

async function send(changes: Partial<CallbackRequest> = {}) {
  const request = { url: receiver.url, headers: {}, body: '{}', timeoutMs: 20_000, ...changes };
  return meaningOf(await sender.send(request));
}

const DELIVERED = { kind: 'response', statusCode: 200, body: 'success' };
const RESET = { kind: 'error', code: 'connection_reset' };
const success = (socket: Socket): void => {
  socket.write(answer(200, 'success'));
};

describe('a connection', () => {
  test.each([
    ['plain', {}],
    ['TLS', { certificate: MERCHANT }],
  ])('carries one request after the other (%s)', async (_, options) => {
    await face({ ...options, onRequest: success });
    for (let request = 0; request < 20; request += 1) expect(await send()).toEqual(DELIVERED);
    expect(receiver.requests).toHaveLength(20);
    expect(receiver.sockets).toHaveLength(1);
  });

  test('carries one request at a time, so that no answer waits behind another', async () => {
    const waiting: Socket[] = [];
    await face({
      onRequest: (socket) => {
        waiting.push(socket);
        if (waiting.length === 10) for (const each of waiting) success(each);
      },
    });
    const exchanges = await Promise.all(Array.from({ length: 10 }, () => send()));
    expect(exchanges).toEqual(Array(10).fill(DELIVERED));
    expect(receiver.sockets).toHaveLength(10);
  });

  test('is kept after an answer that is not 2xx as well', async () => {
    await face({ onRequest: (socket) => socket.write(answer(500, 'no')) });
    for (let request = 0; request < 3; request += 1) expect(await send()).toMatchObject({ statusCode: 500 });
    expect(receiver.sockets).toHaveLength(1);
  });

  test('is kept after an answer that informational ones preceded', async () => {
    await face({
      onRequest: (socket) => socket.write(`HTTP/1.1 100 Continue\r\n\r\n${answer(200, 'success')}`),
    });
    for (let request = 0; request < 3; request += 1) expect(await send()).toEqual(DELIVERED);
    expect(receiver.sockets).toHaveLength(1);
  });

  test.each([
    ['timeout=2', 2],
    ['timeout=0', 2],
    ['max=5, TIMEOUT=1', 2],
    ['timeout=60', 1],
    ['timeout=soon', 1],
  ])(
    'whose receiver says keep-alive: %s ends before that: %d connections for two requests',
    async (hint, count) => {
      await face({ onRequest: (socket) => socket.write(answer(200, 'success', `keep-alive: ${hint}\r\n`)) });
      expect([await send(), await send()]).toEqual([DELIVERED, DELIVERED]);
      expect(receiver.sockets).toHaveLength(count);
    },
  );

  test('is not kept where the answer came before the request had been read', async () => {
    const body = 'x'.repeat(16 * 1_048_576);
    await face({
      onConnection: (socket) => {
        socket.pause();
        socket.write(answer(413, 'too much'));
      },
    });
    expect(await send({ body })).toMatchObject({ statusCode: 413, body: 'too much' });
    receiver.sockets[0]?.resume();
    await receiver.closed(0);
  });

  test('is not used again once the receiver has said that it closes', async () => {
    await face({ onRequest: (socket) => socket.write(answer(200, 'success', 'connection: close\r\n')) });
    expect([await send(), await send()]).toEqual([DELIVERED, DELIVERED]);
    expect(receiver.sockets).toHaveLength(2);
  });

  test('is not shared between hosts, even at the same address', async () => {
    await face({ onRequest: success });
    await send();
    await send({ url: receiver.url.replace('localhost', 'other.localhost') });
    expect(receiver.sockets).toHaveLength(2);
  });

  test('stays idle beside at most 15 others of its host', async () => {
    const waiting: Socket[] = [];
    await face({
      onRequest: (socket) => {
        waiting.push(socket);
        if (waiting.length === 20) for (const each of waiting) success(each);
      },
    });
    await Promise.all(Array.from({ length: 20 }, () => send()));
    await Promise.all([0, 1, 2, 3].map((index) => anyClosed(index + 1)));
    expect(receiver.sockets.filter((socket) => !socket.destroyed)).toHaveLength(16);
  });

  test('stays idle beside at most 127 others, and no host is turned away for it', async () => {
    await face({ onRequest: success });
    for (let host = 0; host < 140; host += 1) {
      expect(await send({ url: receiver.url.replace('localhost', `h${host}.localhost`) })).toEqual(DELIVERED);
    }
    await Promise.all(Array.from({ length: 12 }, (_, index) => receiver.closed(index)));
    expect(receiver.sockets.filter((socket) => !socket.destroyed)).toHaveLength(128);
    await send({ url: receiver.url.replace('localhost', 'h139.localhost') });
    expect(receiver.sockets).toHaveLength(140);
  });

  test('that has ended does not count among the idle', async () => {
    await face({
      onRequest: (socket) =>
        receiver.sockets.length === 1 ? success(socket) : socket.end(answer(200, 'success')),
    });
    expect(await send()).toEqual(DELIVERED);
    for (let host = 1; host <= 130; host += 1) {
      expect(await send({ url: receiver.url.replace('localhost', `h${host}.localhost`) })).toEqual(DELIVERED);
      await receiver.closed(host);
    }
    expect(receiver.sockets[0]?.destroyed).toBe(false);
    await send();
    expect(receiver.sockets).toHaveLength(131);
  });

  test('tells whoever is impatient while it still waits, once, and nobody where it was quick', async () => {
    const waiting: Socket[] = [];
    await face({ onRequest: (socket, count) => (count === 1 ? success(socket) : waiting.push(socket)) });
    const request = { url: receiver.url, headers: {}, body: '{}', timeoutMs: 20_000 };
    let told = 0;
    const answerNow = () => {
      told += 1;
      for (const socket of waiting) success(socket);
    };
    await sender.send(request, { ms: 15_000, onExceeded: answerNow });
    expect(told).toBe(0);
    // This one is answered only because it was told.
    expect(meaningOf(await sender.send(request, { ms: 50, onExceeded: answerNow }))).toEqual(DELIVERED);
    expect(told).toBe(1);
  });

  test('ends as a time-out, and closes its connection, when the caller loses patience', async () => {
    await face({});
    const request = { url: receiver.url, headers: {}, body: '{}', timeoutMs: 600_000 };
    const exchange = await sender.send(request, { ms: 50, onExceeded: (giveUp) => giveUp() });
    expect(exchange).toMatchObject({ kind: 'error', code: 'timeout' });
    await receiver.closed(0);
  });

  test('is ended by close(), whatever it is at', async () => {
    await face({});
    const exchange = send();
    await until(() => receiver.requests.length === 1);
    sender.close();
    expect(await exchange).toMatchObject({ kind: 'error', code: expect.stringMatching(/^connection_/) });
    await receiver.closed(0);
  });
});

describe('a connection that went stale', () => {
  test.each<[string, (socket: Socket) => void]>([
    ['resets', (socket) => socket.resetAndDestroy()],
    ['closes', (socket) => socket.end()],
  ])('and %s when it is used again is replaced once, within the attempt', async (_, leave) => {
    await face({ onRequest: (socket, count) => (count === 1 ? success(socket) : leave(socket)) });
    expect([await send(), await send()]).toEqual([DELIVERED, DELIVERED]);
    expect(receiver.sockets).toHaveLength(2);
    expect(receiver.requests).toHaveLength(3);
    expect(new Set(receiver.requests).size).toBe(1);
  });

  test('is replaced over TLS too', async () => {
    await face({
      certificate: MERCHANT,
      onRequest: (socket, count) => (count === 1 ? success(socket) : socket.destroy()),
    });
    expect([await send(), await send()]).toEqual([DELIVERED, DELIVERED]);
    expect(receiver.sockets).toHaveLength(2);
  });

  test('is replaced by a new one, not by another that may be stale too', async () => {
    const waiting: Socket[] = [];
    await face({
      onRequest: (socket, count) => {
        if (count > 1) socket.resetAndDestroy();
        else if (receiver.sockets.length > 3) success(socket);
        else if (waiting.push(socket) === 3) for (const each of waiting) success(each);
      },
    });
    await Promise.all([send(), send(), send()]);
    expect(await send()).toEqual(DELIVERED);
    expect(receiver.sockets).toHaveLength(4);
    expect(receiver.requests).toHaveLength(5);
  });

  test('is replaced no more than once', async () => {
    await face({
      onRequest: (socket, count) =>
        receiver.sockets.length === 1 && count === 1 ? success(socket) : socket.resetAndDestroy(),
    });
    expect([await send(), await send()]).toEqual([DELIVERED, RESET]);
    expect(receiver.sockets).toHaveLength(2);
    expect(receiver.requests).toHaveLength(3);
  });

  test.each<[string, (socket: Socket) => void]>([
    ['end', (socket) => socket.end()],
    ['reset', (socket) => socket.resetAndDestroy()],
  ])('is replaced no more than once either where its %s is noticed on the way', async (_, leave) => {
    await face({
      onRequest: (socket) => (receiver.sockets.length === 1 ? success(socket) : socket.resetAndDestroy()),
    });
    expect(await send()).toEqual(DELIVERED);
    // From an immediate, both happen before the event loop looks at sockets again.
    const exchange = await new Promise((resolve) => {
      setImmediate(() => {
        for (const socket of receiver.sockets) leave(socket);
        resolve(send());
      });
    });
    expect(exchange).toEqual(RESET);
    expect(receiver.sockets).toHaveLength(2);
    expect(receiver.requests).toHaveLength(2);
  });

  test('is not replaced after an informational answer', async () => {
    await face({
      onRequest: (socket, count) => {
        if (count === 1) success(socket);
        else socket.end('HTTP/1.1 100 Continue\r\n\r\n');
      },
    });
    expect([await send(), await send()]).toEqual([DELIVERED, RESET]);
    expect(receiver.requests).toHaveLength(2);
  });

  test('is not replaced after the first byte of an answer', async () => {
    await face({
      onRequest: (socket, count) => {
        if (count === 1) success(socket);
        else socket.write('HTTP/1.1 2', () => socket.resetAndDestroy());
      },
    });
    expect(await send()).toEqual(DELIVERED);
    expect(await send()).toMatchObject({ kind: 'error' });
    expect(receiver.requests).toHaveLength(2);
  });

  test('is replaced within the deadline of the attempt, not with a new one', async () => {
    await face({
      onRequest: (socket, count) => {
        if (receiver.sockets.length > 1) return;
        if (count === 1) success(socket);
        else socket.resetAndDestroy();
      },
    });
    expect(await send()).toEqual(DELIVERED);
    expect(await send({ timeoutMs: 250 })).toEqual({ kind: 'error', code: 'timeout' });
    expect(receiver.requests).toHaveLength(3);
  });

  test('is simply not used where its end was noticed while it was idle', async () => {
    await face({ onRequest: success });
    await send();
    receiver.sockets[0]?.end();
    await receiver.closed(0);
    expect(await send()).toEqual(DELIVERED);
    expect(receiver.requests).toHaveLength(2);
    expect(receiver.sockets).toHaveLength(2);
  });
});

describe('an answer that nobody asked for', () => {
  const POISON = answer(200, 'success');

  test('right behind another is not taken for the answer to the next request', async () => {
    await face({ onRequest: (socket) => socket.write(answer(500, 'no') + POISON) });
    expect(await send()).toMatchObject({ statusCode: 500 });
    expect(await send()).toMatchObject({ statusCode: 500 });
    expect(receiver.sockets).toHaveLength(2);
  });

  test('on an idle connection ends it', async () => {
    await face({ onRequest: (socket) => socket.write(answer(500, 'no')) });
    expect(await send()).toMatchObject({ statusCode: 500 });
    receiver.sockets[0]?.write(POISON);
    await receiver.closed(0);
    expect(await send()).toMatchObject({ statusCode: 500 });
  });

  test('behind the announced end of another is not taken for one either', async () => {
    await face({
      onRequest: (socket) => socket.write(`HTTP/1.1 204 No Content\r\ncontent-length: 9\r\n\r\n${POISON}`),
    });
    expect(await send()).toMatchObject({ statusCode: 204 });
    expect(await send()).toMatchObject({ statusCode: 204 });
  });
});

/** Settles when at least `count` connections have ended. */
function anyClosed(count: number): Promise<void> {
  return until(() => receiver.sockets.filter((socket) => socket.destroyed).length >= count);
}

/** Lets the event loop turn until something is so; the test's time-out bounds it. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
