import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CODE_POINT } from '../../../support/code-points.ts';
import { MERCHANT } from '../certificates.ts';
import { answer, type Behaviour, meaningOf, writeForever } from '../raw-receiver.ts';
import { says, useHostileReceiver } from './hostile-receiver.ts';

const setup = useHostileReceiver();
const { face, callback, sendTo } = setup;

describe('a receiver that does not speak HTTP/1.1 ends in invalid_response:', () => {
  test.each([
    ['HTTP/0.9', '<html>success</html>'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['HTTP/2 without being asked', '\u0000\u0000\u0000\u0004\u0000\u0000\u0000\u0000\u0000'],
    ['binary noise', '\u0000\u0001\u0002\u0003\u00ff\r\n\r\n'],
    ['a version that does not exist', 'HTTP/9.9 200 OK\r\n\r\n'],
    ['a status that is no number', 'HTTP/1.1 abc OK\r\n\r\n'],
    ['a header without a name', 'HTTP/1.1 200 OK\r\n: b\r\n\r\n'],
    ['a header with a null byte', 'HTTP/1.1 200 OK\r\na: \u0000\r\n\r\n'],
    ['a header with a space before its colon', 'HTTP/1.1 200 OK\r\na b : c\r\n\r\n'],
    ['a malformed header after a length', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\nbad header\r\n\r\nhello'],
    ['a length that is no number', 'HTTP/1.1 200 OK\r\ncontent-length: five\r\n\r\nhello'],
    ['a negative length', 'HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\nhello'],
    ['two lengths that differ', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!'],
    [
      'a length beside chunks',
      'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'a chunk size that is no number',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n',
    ],
    [
      'a chunk size beyond bounds',
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${'f'.repeat(32)}\r\nx`,
    ],
    [
      'a chunk longer than its size',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n',
    ],
    [
      '101 Switching Protocols',
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
    ],
    ['101 without saying to which', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['early hints without end', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(9)],
    [
      'nine informational answers of all kinds, even if an answer comes after them',
      [100, 102, 103, 104, 100, 150, 199, 100, 102].map((status) => `HTTP/1.1 ${status} X\r\n\r\n`).join('') +
        answer(200, 'success'),
    ],
    ['HTTP/2.0 in plain text', 'HTTP/2.0 200 OK\r\ncontent-length: 0\r\n\r\n'],
  ])('%s', async (_, bytes) => {
    expect(await sendTo({ onRequest: says(Buffer.from(bytes, 'latin1')) })).toEqual({
      kind: 'error',
      code: 'invalid_response',
    });
    await setup.receiver.closed(0);
  });

  test('a flood of 1xx, which is cut off long before the time-out', async () => {
    const onRequest: Behaviour = (socket) =>
      writeForever(socket, 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(2_000));
    expect(await sendTo({ onRequest })).toEqual({ kind: 'error', code: 'invalid_response' });
    await setup.receiver.closed(0);
  });

  test('TLS where plain HTTP was asked for', async () => {
    await face({ certificate: MERCHANT });
    const url = setup.receiver.url.replace('https:', 'http:');
    expect(meaningOf(await setup.sender.send(callback({ url })))).toMatchObject({
      code: expect.stringMatching(/^(invalid_response|connection_reset)$/),
    });
  });

  test('any bytes lead to exactly one result, and bytes that are no answer do not count as one', async () => {
    let bytes = Buffer.alloc(0);
    await face({ onRequest: (socket) => socket.end(bytes) });
    const pieces = fc.oneof(
      fc.constantFrom(
        'HTTP/1.1 200 OK\r\n',
        'HTTP/1.1 ',
        'HTTP/1.0 204 No Content\r\n',
        'HTTP/1.1 100 Continue\r\n\r\n',
        'HTTP/1.1 103 E\r\n\r\n',
        'content-length: 5\r\n',
        'transfer-encoding: chunked\r\n',
        'connection: close\r\n',
        'connection: upgrade\r\nupgrade: h2c\r\n',
        'keep-alive: timeout=0\r\n',
        '\r\n',
        '5\r\nhello\r\n',
        '0\r\n\r\n',
        'hello',
      ),
      fc.string({ unit: CODE_POINT, maxLength: 5 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 8 }), async (parts) => {
        bytes = Buffer.from(parts.join(''), 'latin1');
        const exchange = await setup.sender.send(callback());
        if (exchange.kind === 'response') return /^\s*HTTP\/1\.[01] /.test(bytes.toString('latin1'));
        return ['connection_reset', 'invalid_response'].includes(exchange.code);
      }),
      { numRuns: 300 },
    );
  });
});
