import { describe, expect, test } from 'vitest';
import { MAX_RESPONSE_BYTES } from '../../../../lib/adapters/http/http-exchange.ts';
import { answer, type Behaviour, writeForever } from '../raw-receiver.ts';
import { says, useHostileReceiver } from './hostile-receiver.ts';

const setup = useHostileReceiver();
const { sendTo } = setup;

describe('a receiver that never stops', () => {
  test('with its body gets a result from what was read, and can send no more', async () => {
    const onRequest: Behaviour = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      writeForever(socket, Buffer.alloc(65_536, 'x'));
    };
    expect(await sendTo({ onRequest })).toEqual({
      kind: 'response',
      statusCode: 200,
      body: 'x'.repeat(MAX_RESPONSE_BYTES),
      bodyTruncated: true,
    });
    await setup.receiver.closed(0);
    // What fits into the two sockets' buffers, and no more, was taken off its hands.
    expect(setup.receiver.sockets[0]?.bytesWritten).toBeLessThan(32 * 1_048_576);
  });

  const CHUNKED = 'OK\r\ntransfer-encoding: chunked\r\n\r\n';
  const LONG = 'x'.repeat(65_536);
  const MANY = 'a: b\r\n'.repeat(10_000);
  test.each([
    ['its reason phrase', 'headers_too_large', '', LONG],
    ['a header', 'headers_too_large', 'OK\r\na: ', LONG],
    ['headers', 'headers_too_large', 'OK\r\n', MANY],
    ['trailers', 'headers_too_large', `${CHUNKED}0\r\n`, MANY],
    ['a chunk extension', 'invalid_response', `${CHUNKED}3;`, LONG],
  ])(
    'with %s ends in %s long before the time-out, and can send no more',
    async (_, code, beginning, rest) => {
      const onRequest: Behaviour = (socket) => {
        socket.write(`HTTP/1.1 200 ${beginning}`);
        writeForever(socket, rest);
      };
      expect(await sendTo({ onRequest })).toEqual({ kind: 'error', code });
      await setup.receiver.closed(0);
      expect(setup.receiver.sockets[0]?.bytesWritten).toBeLessThan(32 * 1_048_576);
    },
  );

  test('at 20 KiB of headers ends in headers_too_large', async () => {
    const onRequest = says(answer(200, 'success', `a: ${'x'.repeat(20_480)}\r\n`));
    expect(await sendTo({ onRequest })).toEqual({ kind: 'error', code: 'headers_too_large' });
  });
});
