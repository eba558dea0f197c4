import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { MERCHANT } from '../certificates.ts';
import { DELIVERED, RESET, success, useConnections } from './connected-receiver.ts';

const setup = useConnections();
const { face, send } = setup;

describe('a connection that went stale', () => {
  test.each<[string, (socket: Socket) => void]>([
    ['resets', (socket) => socket.resetAndDestroy()],
    ['closes', (socket) => socket.end()],
  ])('and %s when it is used again is replaced once, within the attempt', async (_, leave) => {
    await face({ onRequest: (socket, count) => (count === 1 ? success(socket) : leave(socket)) });
    expect([await send(), await send()]).toEqual([DELIVERED, DELIVERED]);
    expect(setup.receiver.sockets).toHaveLength(2);
    expect(setup.receiver.requests).toHaveLength(3);
    expect(new Set(setup.receiver.requests).size).toBe(1);
  });

  test('is replaced over TLS too', async () => {
    await face({
      certificate: MERCHANT,
      onRequest: (socket, count) => (count === 1 ? success(socket) : socket.destroy()),
    });
    expect([await send(), await send()]).toEqual([DELIVERED, DELIVERED]);
    expect(setup.receiver.sockets).toHaveLength(2);
  });

  test('is replaced by a new one, not by another that may be stale too', async () => {
    const waiting: Socket[] = [];
    await face({
      onRequest: (socket, count) => {
        if (count > 1) socket.resetAndDestroy();
        else if (setup.receiver.sockets.length > 3) success(socket);
        else if (waiting.push(socket) === 3) for (const each of waiting) success(each);
      },
    });
    await Promise.all([send(), send(), send()]);
    expect(await send()).toEqual(DELIVERED);
    expect(setup.receiver.sockets).toHaveLength(4);
    expect(setup.receiver.requests).toHaveLength(5);
  });

  test('is replaced no more than once', async () => {
    await face({
      onRequest: (socket, count) =>
        setup.receiver.sockets.length === 1 && count === 1 ? success(socket) : socket.resetAndDestroy(),
    });
    expect([await send(), await send()]).toEqual([DELIVERED, RESET]);
    expect(setup.receiver.sockets).toHaveLength(2);
    expect(setup.receiver.requests).toHaveLength(3);
  });

  test.each<[string, (socket: Socket) => void]>([
    ['end', (socket) => socket.end()],
    ['reset', (socket) => socket.resetAndDestroy()],
  ])('is replaced no more than once either where its %s is noticed on the way', async (_, leave) => {
    await face({
      onRequest: (socket) =>
        setup.receiver.sockets.length === 1 ? success(socket) : socket.resetAndDestroy(),
    });
    expect(await send()).toEqual(DELIVERED);
    // From an immediate, both happen before the event loop looks at sockets again.
    const exchange = await new Promise((resolve) => {
      setImmediate(() => {
        for (const socket of setup.receiver.sockets) leave(socket);
        resolve(send());
      });
    });
    expect(exchange).toEqual(RESET);
    expect(setup.receiver.sockets).toHaveLength(2);
    expect(setup.receiver.requests).toHaveLength(2);
  });

  test('is not replaced after an informational answer', async () => {
    await face({
      onRequest: (socket, count) => {
        if (count === 1) success(socket);
        else socket.end('HTTP/1.1 100 Continue\r\n\r\n');
      },
    });
    expect([await send(), await send()]).toEqual([DELIVERED, RESET]);
    expect(setup.receiver.requests).toHaveLength(2);
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
    expect(setup.receiver.requests).toHaveLength(2);
  });

  test('is replaced within the deadline of the attempt, not with a new one', async () => {
    await face({
      onRequest: (socket, count) => {
        if (setup.receiver.sockets.length > 1) return;
        if (count === 1) success(socket);
        else socket.resetAndDestroy();
      },
    });
    expect(await send()).toEqual(DELIVERED);
    expect(await send({ timeoutMs: 250 })).toEqual({ kind: 'error', code: 'timeout' });
    expect(setup.receiver.requests).toHaveLength(3);
  });

  test('is simply not used where its end was noticed while it was idle', async () => {
    await face({ onRequest: success });
    await send();
    setup.receiver.sockets[0]?.end();
    await setup.receiver.closed(0);
    expect(await send()).toEqual(DELIVERED);
    expect(setup.receiver.requests).toHaveLength(2);
    expect(setup.receiver.sockets).toHaveLength(2);
  });
});
