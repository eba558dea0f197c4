import { describe, expect, test } from 'vitest';
import { meaningOf, type ReceiverOptions } from '../raw-receiver.ts';
import { saysAndCloses, useHostileReceiver } from './hostile-receiver.ts';

const setup = useHostileReceiver();
const { face, callback, sendTo } = setup;

describe('a receiver that goes away ends in connection_reset:', () => {
  const RESET = { kind: 'error', code: 'connection_reset' };

  test.each<[string, ReceiverOptions]>([
    ['it closes at once', { onConnection: (socket) => socket.end() }],
    ['it resets at once', { onConnection: (socket) => socket.resetAndDestroy() }],
    ['it closes before the answer', { onRequest: (socket) => socket.end() }],
    ['it resets before the answer', { onRequest: (socket) => socket.resetAndDestroy() }],
    ['it closes within the status line', { onRequest: saysAndCloses('HTTP/1.1 2') }],
    ['it closes within the headers', { onRequest: saysAndCloses('HTTP/1.1 200 OK\r\na: b\r\n') }],
    [
      'it closes within a body of announced length',
      { onRequest: saysAndCloses('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nsuccess') },
    ],
    [
      'it closes within such a body, having said that it would close',
      {
        onRequest: saysAndCloses(
          'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 100\r\n\r\nsuccess',
        ),
      },
    ],
    [
      'it closes within a chunk',
      { onRequest: saysAndCloses('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nsucc') },
    ],
    [
      'it closes within a chunk, having said that it would close',
      {
        onRequest: saysAndCloses(
          'HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n9\r\nsucc',
        ),
      },
    ],
    ['it closes after early hints', { onRequest: saysAndCloses('HTTP/1.1 103 Early Hints\r\n\r\n') }],
    [
      'it resets in mid-body',
      {
        onRequest: (socket) => {
          socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nsuccess', () =>
            socket.resetAndDestroy(),
          );
        },
      },
    ],
  ])('%s', async (_, options) => {
    expect(await sendTo(options)).toEqual(RESET);
    expect(setup.receiver.sockets).toHaveLength(1);
  });

  test('it closes before TLS begins', async () => {
    await face({ onConnection: (socket) => socket.end() });
    const url = setup.receiver.url.replace('http:', 'https:');
    expect(meaningOf(await setup.sender.send(callback({ url })))).toEqual(RESET);
  });

  test('but a closed port is connection_failed', async () => {
    await face({});
    const { url } = setup.receiver;
    await setup.receiver.stop();
    expect(meaningOf(await setup.sender.send(callback({ url })))).toEqual({
      kind: 'error',
      code: 'connection_failed',
      detail: 'connection_refused',
    });
  });
});
