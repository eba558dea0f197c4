import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { MERCHANT } from '../certificates.ts';
import { answer, meaningOf } from '../raw-receiver.ts';
import { DELIVERED, success, until, useConnections } from './connected-receiver.ts';

const setup = useConnections();
const { face, send, anyClosed } = setup;

describe('a connection', () => {
  test.each([
    ['plain', {}],
    ['TLS', { certificate: MERCHANT }],
  ])('carries one request after the other (%s)', async (_, options) => {
    await face({ ...options, onRequest: success });
    for (let request = 0; request < 20; request += 1) expect(await send()).toEqual(DELIVERED);
    expect(setup.receiver.requests).toHaveLength(20);
    expect(setup.receiver.sockets).toHaveLength(1);
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
    expect(setup.receiver.sockets).toHaveLength(10);
  });

  test('is kept after an answer that is not 2xx as well', async () => {
    await face({ onRequest: (socket) => socket.write(answer(500, 'no')) });
    for (let request = 0; request < 3; request += 1) expect(await send()).toMatchObject({ statusCode: 500 });
    expect(setup.receiver.sockets).toHaveLength(1);
  });

  test('is kept after an answer that informational ones preceded', async () => {
    await face({
      onRequest: (socket) => socket.write(`HTTP/1.1 100 Continue\r\n\r\n${answer(200, 'success')}`),
    });
    for (let request = 0; request < 3; request += 1) expect(await send()).toEqual(DELIVERED);
    expect(setup.receiver.sockets).toHaveLength(1);
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
      expect(setup.receiver.sockets).toHaveLength(count);
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
    setup.receiver.sockets[0]?.resume();
    await setup.receiver.closed(0);
  });

  test('is not used again once the receiver has said that it closes', async () => {
    await face({ onRequest: (socket) => socket.write(answer(200, 'success', 'connection: close\r\n')) });
    expect([await send(), await send()]).toEqual([DELIVERED, DELIVERED]);
    expect(setup.receiver.sockets).toHaveLength(2);
  });

  test('is not shared between hosts, even at the same address', async () => {
    await face({ onRequest: success });
    await send();
    await send({ url: setup.receiver.url.replace('localhost', 'other.localhost') });
    expect(setup.receiver.sockets).toHaveLength(2);
  });

  test('stays idle beside at most 63 others of its host', async () => {
    const waiting: Socket[] = [];
    await face({
      onRequest: (socket) => {
        waiting.push(socket);
        if (waiting.length === 68) for (const each of waiting) success(each);
      },
    });
    await Promise.all(Array.from({ length: 68 }, () => send()));
    await Promise.all([0, 1, 2, 3].map((index) => anyClosed(index + 1)));
    expect(setup.receiver.sockets.filter((socket) => !socket.destroyed)).toHaveLength(64);
  });

  test('stays idle beside at most 127 others, and no host is turned away for it', async () => {
    await face({ onRequest: success });
    for (let host = 0; host < 140; host += 1) {
      expect(await send({ url: setup.receiver.url.replace('localhost', `h${host}.localhost`) })).toEqual(
        DELIVERED,
      );
    }
    await Promise.all(Array.from({ length: 12 }, (_, index) => setup.receiver.closed(index)));
    expect(setup.receiver.sockets.filter((socket) => !socket.destroyed)).toHaveLength(128);
    await send({ url: setup.receiver.url.replace('localhost', 'h139.localhost') });
    expect(setup.receiver.sockets).toHaveLength(140);
  });

  test('that has ended does not count among the idle', async () => {
    await face({
      onRequest: (socket) =>
        setup.receiver.sockets.length === 1 ? success(socket) : socket.end(answer(200, 'success')),
    });
    expect(await send()).toEqual(DELIVERED);
    for (let host = 1; host <= 130; host += 1) {
      expect(await send({ url: setup.receiver.url.replace('localhost', `h${host}.localhost`) })).toEqual(
        DELIVERED,
      );
      await setup.receiver.closed(host);
    }
    expect(setup.receiver.sockets[0]?.destroyed).toBe(false);
    await send();
    expect(setup.receiver.sockets).toHaveLength(131);
  });

  test('calls onExceeded once while it still waits, and never if the answer was quick', async () => {
    const waiting: Socket[] = [];
    await face({ onRequest: (socket, count) => (count === 1 ? success(socket) : waiting.push(socket)) });
    const request = { url: setup.receiver.url, headers: {}, body: '{}', timeoutMs: 20_000 };
    let told = 0;
    const answerNow = () => {
      told += 1;
      for (const socket of waiting) success(socket);
    };
    await setup.sender.send(request, { ms: 15_000, onExceeded: answerNow });
    expect(told).toBe(0);
    // This request is answered only because onExceeded was called.
    expect(meaningOf(await setup.sender.send(request, { ms: 50, onExceeded: answerNow }))).toEqual(DELIVERED);
    expect(told).toBe(1);
  });

  test('ends as a time-out, and closes its connection, when the caller loses patience', async () => {
    await face({});
    const request = { url: setup.receiver.url, headers: {}, body: '{}', timeoutMs: 600_000 };
    const exchange = await setup.sender.send(request, { ms: 50, onExceeded: (giveUp) => giveUp() });
    expect(exchange).toMatchObject({ kind: 'error', code: 'timeout' });
    await setup.receiver.closed(0);
  });

  test('is ended by close() in every state', async () => {
    await face({});
    const exchange = send();
    await until(() => setup.receiver.requests.length === 1);
    setup.sender.close();
    expect(await exchange).toMatchObject({ kind: 'error', code: expect.stringMatching(/^connection_/) });
    await setup.receiver.closed(0);
  });
});
