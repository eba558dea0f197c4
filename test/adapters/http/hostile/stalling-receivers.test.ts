import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type Behaviour, drip, meaningOf, type ReceiverOptions, writeForever } from '../raw-receiver.ts';
import { says, TIMEOUT_MS, useHostileReceiver } from './hostile-receiver.ts';

const setup = useHostileReceiver();
const { face, callback, sendTo } = setup;

describe('a receiver that stalls ends in a time-out:', () => {
  test.each<[string, ReceiverOptions]>([
    ['it never answers', {}],
    ['it stops within the status line', { onRequest: says('HTTP/1.1 20') }],
    [
      'it drips a header',
      {
        onRequest: (socket) => {
          socket.write('HTTP/1.1 200 OK\r\na: ');
          drip(socket, 'x');
        },
      },
    ],
    [
      'it drips one header after the other',
      {
        onRequest: (socket) => {
          socket.write('HTTP/1.1 200 OK\r\n');
          drip(socket, 'a: b\r\n');
        },
      },
    ],
    [
      'it drips its body',
      {
        onRequest: (socket) => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n');
          drip(socket, 'x');
        },
      },
    ],
    [
      'it drips a chunk extension',
      {
        onRequest: (socket) => {
          socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3;');
          drip(socket, 'x');
        },
      },
    ],
    [
      'it announces more than it sends and keeps the connection',
      { onRequest: says('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nsuccess') },
    ],
    ['it drips empty lines', { onRequest: (socket) => drip(socket, '\r\n') }],
    ['it says 100 Continue and nothing more', { onRequest: says('HTTP/1.1 100 Continue\r\n\r\n') }],
  ])('%s', async (_, options) => {
    expect(await sendTo(options, { timeoutMs: TIMEOUT_MS })).toEqual({ kind: 'error', code: 'timeout' });
    await setup.receiver.closed(0);
  });

  test('it never reads the request', async () => {
    const body = 'x'.repeat(16 * 1_048_576);
    const onConnection = (socket: Socket): void => {
      socket.pause();
    };
    expect(await sendTo({ onConnection }, { body, timeoutMs: TIMEOUT_MS })).toEqual({
      kind: 'error',
      code: 'timeout',
    });
  });

  test('it accepts the connection and never begins TLS', async () => {
    await face({});
    const url = setup.receiver.url.replace('http:', 'https:');
    expect(meaningOf(await setup.sender.send(callback({ url, timeoutMs: TIMEOUT_MS })))).toEqual({
      kind: 'error',
      code: 'timeout',
    });
    await setup.receiver.closed(0);
  });

  test('it sends empty lines for ever, and they are not held in memory', async () => {
    const before = process.memoryUsage().rss;
    const onRequest: Behaviour = (socket) => writeForever(socket, '\r\n'.repeat(32_768));
    const exchange = await sendTo({ onRequest }, { timeoutMs: TIMEOUT_MS });
    expect(exchange).toEqual({ kind: 'error', code: 'timeout' });
    await setup.receiver.closed(0);
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1_048_576);
  });
});
