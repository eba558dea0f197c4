import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { MAX_RESPONSE_BYTES } from '../../../lib/adapters/http/http-exchange.ts';
import type { HttpSender } from '../../../lib/adapters/http/http-sender.ts';
import type { CallbackRequest } from '../../../lib/core/deliver/attempt/sender.ts';
import { EXPIRED, MERCHANT, OTHER_HOST, SELF_SIGNED } from './certificates.ts';
import { faceReceiver } from './facing.ts';
import {
  answer,
  type Behaviour,
  drip,
  meaningOf,
  type Receiver,
  type ReceiverOptions,
  startReceiver,
  writeForever,
} from './raw-receiver.ts';

/** Short where the time-out is what ends the exchange, and far longer than anything else takes. */
const TIMEOUT_MS = 250;
const LONG_TIMEOUT_MS = 20_000;

let receiver: Receiver;
let sender: HttpSender;

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

async function face(options: ReceiverOptions): Promise<void> {
  ({ receiver, sender } = await faceReceiver(options));
}

function callback(changes: Partial<CallbackRequest> = {}): CallbackRequest {
  const headers = { 'content-type': 'application/json', 'webhook-id': 'msg_1' };
  return {
    url: receiver.url,
    headers,
    body: '{"type":"payment.succeeded"}',
    timeoutMs: LONG_TIMEOUT_MS,
    ...changes,
  };
}

async function sendTo(options: ReceiverOptions, changes: Partial<CallbackRequest> = {}) {
  await face(options);
  return meaningOf(await sender.send(callback(changes)));
}

/** Behaviours that say something and then nothing. */
const says =
  (bytes: string | Buffer): Behaviour =>
  (socket) =>
    socket.write(bytes);
const saysAndCloses =
  (bytes: string | Buffer): Behaviour =>
  (socket) =>
    socket.end(bytes);

describe('an answer', () => {
  test.each<[string, Behaviour, object]>([
    ['with a body', says(answer(200, 'success')), { statusCode: 200, body: 'success' }],
    ['without a body', says(answer(200)), { statusCode: 200, body: '' }],
    ['204, which has no body', says('HTTP/1.1 204 No Content\r\n\r\n'), { statusCode: 204, body: '' }],
    [
      'that ends with the connection',
      saysAndCloses('HTTP/1.1 200 OK\r\n\r\nsuccess'),
      { statusCode: 200, body: 'success' },
    ],
    ['of HTTP/1.0', saysAndCloses('HTTP/1.0 200 OK\r\n\r\nsuccess'), { statusCode: 200, body: 'success' }],
    [
      'in chunks',
      says(
        'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nsuc\r\n4;x=y\r\ncess\r\n0\r\na: b\r\n\r\n',
      ),
      { statusCode: 200, body: 'success' },
    ],
    [
      'after early hints',
      says(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${answer(200, 'success')}`),
      { statusCode: 200, body: 'success' },
    ],
    ...[100, 102, 103, 199].map((status): [string, Behaviour, object] => [
      `after ${status}, for which nobody asked`,
      says(`HTTP/1.1 ${status} Unasked\r\n\r\n${answer(200, 'success')}`),
      { statusCode: 200, body: 'success' },
    ]),
    [
      'after 100 Continue in a packet of its own',
      (socket) => {
        socket.write('HTTP/1.1 100 Continue\r\n\r\n', () => socket.write(answer(500, 'no')));
      },
      { statusCode: 500, body: 'no' },
    ],
    [
      'after 100 Continue that announces a body, which it cannot have',
      says(`HTTP/1.1 100 Continue\r\ncontent-length: 5\r\n\r\n${answer(200, 'success')}`),
      { statusCode: 200, body: 'success' },
    ],
    [
      'after eight informational answers',
      says(`${'HTTP/1.1 102 Processing\r\n\r\n'.repeat(8)}${answer(200, 'success')}`),
      { statusCode: 200, body: 'success' },
    ],
    [
      'with Retry-After',
      says(answer(503, 'busy', 'Retry-After: 120\r\n')),
      { statusCode: 503, body: 'busy', retryAfter: '120' },
    ],
    [
      'with Retry-After twice, of which the first counts',
      says(answer(429, '', 'retry-after: 1\r\nretry-after: 2\r\n')),
      { statusCode: 429, body: '', retryAfter: '1' },
    ],
    [
      'that is shorter than its body, of which the announced part counts',
      says('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nsuccess'),
      { statusCode: 200, body: 'succ' },
    ],
    [
      'with bytes that are not UTF-8',
      says(Buffer.concat([Buffer.from(answer(200, 'ab').slice(0, -1)), Buffer.from([0xff])])),
      { statusCode: 200, body: 'a\ufffd' },
    ],
    ['with an odd status', says(answer(999)), { statusCode: 999, body: '' }],
  ])('%s is read', async (_, onRequest, expected) => {
    expect(await sendTo({ onRequest })).toEqual({ kind: 'response', ...expected });
  });

  test('is read to 16 KiB exactly', async () => {
    const body = 'x'.repeat(MAX_RESPONSE_BYTES);
    expect(await sendTo({ onRequest: says(answer(200, body)) })).toEqual({
      kind: 'response',
      statusCode: 200,
      body,
    });
  });

  test('of one byte more is cut, and says so, and its connection is given up', async () => {
    const body = 'x'.repeat(MAX_RESPONSE_BYTES + 1);
    expect(await sendTo({ onRequest: says(answer(200, body)) })).toEqual({
      kind: 'response',
      statusCode: 200,
      body: body.slice(1),
      bodyTruncated: true,
    });
    await receiver.closed(0);
  });

  test('is not cut within a character', async () => {
    const body = '付'.repeat(MAX_RESPONSE_BYTES);
    const exchange = await sendTo({ onRequest: says(answer(200, body)) });
    expect(exchange).toMatchObject({
      bodyTruncated: true,
      body: '付'.repeat(Math.floor(MAX_RESPONSE_BYTES / 3)),
    });
  });

  test('that redirects to the metadata service is returned, not followed', async () => {
    const location = 'location: http://169.254.169.254/latest/meta-data/\r\n';
    const exchange = await sendTo({ onRequest: says(answer(307, '', location)) });
    expect(exchange).toEqual({ kind: 'response', statusCode: 307, body: '' });
    expect(receiver.requests).toHaveLength(1);
  });

  test('that redirects to itself is asked once', async () => {
    const onRequest: Behaviour = (socket) => socket.write(answer(302, '', `location: ${receiver.url}\r\n`));
    expect(await sendTo({ onRequest })).toMatchObject({ statusCode: 302 });
    expect(receiver.requests).toHaveLength(1);
  });

  test('that is a compressed bomb is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    const head = `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`;
    const exchange = await sendTo({ onRequest: says(Buffer.concat([Buffer.from(head), bomb])) });
    expect(exchange).toMatchObject({ kind: 'response', statusCode: 200 });
    expect('body' in exchange && exchange.body.length <= bomb.length).toBe(true);
    expect(receiver.requests[0]).toContain('accept-encoding: identity\r\n');
  });
});

describe('a request', () => {
  test('goes out as it was signed: method, path, headers and the very bytes', async () => {
    await face({ onRequest: says(answer(200)) });
    const body = '{"name":"付款","n":1}';
    await sender.send(callback({ url: `${receiver.url}?order=1&x=%20`, body }));
    const [head, sent] = receiver.requests[0]?.split('\r\n\r\n') ?? [];
    expect(head?.split('\r\n')).toEqual([
      'POST /callback?order=1&x=%20 HTTP/1.1',
      `host: localhost:${receiver.port}`,
      'connection: keep-alive',
      'content-type: application/json',
      'webhook-id: msg_1',
      'accept-encoding: identity',
      `content-length: ${Buffer.byteLength(body)}`,
    ]);
    expect(Buffer.from(sent ?? '', 'latin1').toString()).toBe(body);
  });

  test('with a header that HTTP cannot carry is a fault, and is thrown', async () => {
    await face({ onRequest: says(answer(200)) });
    await expect(sender.send(callback({ headers: { evil: 'a\r\nb: c' } }))).rejects.toThrow();
    expect(receiver.requests).toEqual([]);
  });

  test('has its duration measured by the clock it was given', async () => {
    const times = [1_000.4, 1_042.7];
    const facing = await faceReceiver({ onRequest: says(answer(200)) }, { now: () => times.shift() ?? 0 });
    ({ receiver, sender } = facing);
    expect(await sender.send(callback())).toMatchObject({ durationMs: 42 });
  });
});

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
    await receiver.closed(0);
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
    const url = receiver.url.replace('http:', 'https:');
    expect(meaningOf(await sender.send(callback({ url, timeoutMs: TIMEOUT_MS })))).toEqual({
      kind: 'error',
      code: 'timeout',
    });
    await receiver.closed(0);
  });

  test('it sends empty lines for ever, and they are not held in memory', async () => {
    const before = process.memoryUsage().rss;
    const onRequest: Behaviour = (socket) => writeForever(socket, '\r\n'.repeat(32_768));
    const exchange = await sendTo({ onRequest }, { timeoutMs: TIMEOUT_MS });
    expect(exchange).toEqual({ kind: 'error', code: 'timeout' });
    await receiver.closed(0);
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1_048_576);
  });
});

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
    expect(receiver.sockets).toHaveLength(1);
  });

  test('it closes before TLS begins', async () => {
    await face({ onConnection: (socket) => socket.end() });
    const url = receiver.url.replace('http:', 'https:');
    expect(meaningOf(await sender.send(callback({ url })))).toEqual(RESET);
  });

  test('but a port where nobody listens is connection_failed', async () => {
    await face({});
    const { url } = receiver;
    await receiver.stop();
    expect(meaningOf(await sender.send(callback({ url })))).toEqual({
      kind: 'error',
      code: 'connection_failed',
    });
  });
});

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
    await receiver.closed(0);
  });

  test('a flood of 1xx, which is cut off long before the time-out', async () => {
    const onRequest: Behaviour = (socket) =>
      writeForever(socket, 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(2_000));
    expect(await sendTo({ onRequest })).toEqual({ kind: 'error', code: 'invalid_response' });
    await receiver.closed(0);
  });

  test('TLS where plain HTTP was asked for', async () => {
    await face({ certificate: MERCHANT });
    const url = receiver.url.replace('https:', 'http:');
    expect(meaningOf(await sender.send(callback({ url })))).toMatchObject({
      code: expect.stringMatching(/^(invalid_response|connection_reset)$/),
    });
  });

  test('whatever it says, there is one end, and what is no answer is not taken for one', async () => {
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
      fc.string({ unit: 'binary', maxLength: 5 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 8 }), async (parts) => {
        bytes = Buffer.from(parts.join(''), 'latin1');
        const exchange = await sender.send(callback());
        if (exchange.kind === 'response') return /^\s*HTTP\/1\.[01] /.test(bytes.toString('latin1'));
        return ['connection_reset', 'invalid_response'].includes(exchange.code);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a receiver that never stops', () => {
  test('with its body is answered for with what was read, and can send no more', async () => {
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
    await receiver.closed(0);
    // What fits into the two sockets' buffers, and no more, was taken off its hands.
    expect(receiver.sockets[0]?.bytesWritten).toBeLessThan(32 * 1_048_576);
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
      await receiver.closed(0);
      expect(receiver.sockets[0]?.bytesWritten).toBeLessThan(32 * 1_048_576);
    },
  );

  test('at 20 KiB of headers ends in headers_too_large', async () => {
    const onRequest = says(answer(200, 'success', `a: ${'x'.repeat(20_480)}\r\n`));
    expect(await sendTo({ onRequest })).toEqual({ kind: 'error', code: 'headers_too_large' });
  });
});

describe('a certificate', () => {
  const tlsFailed = (detail: string) => ({ kind: 'error', code: 'tls_failed', detail });

  test('that is trusted and for the host is accepted, and the host is named in the handshake', async () => {
    await face({ certificate: MERCHANT, onRequest: says(answer(200, 'success')) });
    expect(meaningOf(await sender.send(callback()))).toEqual({
      kind: 'response',
      statusCode: 200,
      body: 'success',
    });
    expect(receiver.serverNames).toEqual(['localhost']);
  });

  test('for a literal address is accepted by that address', async () => {
    await face({ certificate: MERCHANT, onRequest: says(answer(200)) });
    const url = receiver.url.replace('localhost', '127.0.0.1');
    expect(meaningOf(await sender.send(callback({ url })))).toMatchObject({ statusCode: 200 });
    expect(receiver.serverNames).toEqual([]);
    const other = receiver.url.replace('localhost', '127.0.0.2');
    expect((await sender.send(callback({ url: other }))).kind).toBe('error');
  });

  test.each([
    ['signed by itself', SELF_SIGNED, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['for another host', OTHER_HOST, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['that has expired', EXPIRED, 'CERT_HAS_EXPIRED'],
  ])('%s is refused, and no byte of the request is sent', async (_, certificate, detail) => {
    expect(await sendTo({ certificate, onRequest: says(answer(200)) })).toEqual(tlsFailed(detail));
    expect(receiver.requests).toEqual([]);
  });

  test('does not help a receiver that falls out of TLS afterwards', async () => {
    const forgedRecord = Buffer.from([0x17, 0x03, 0x03, 0x00, 0x20, ...Array<number>(32).fill(0x41)]);
    const inner = await startReceiver({
      certificate: MERCHANT,
      onRequest: () => receiver.sockets[0]?.write(forgedRecord),
    });
    await face({
      onConnection: (socket) => {
        const link = connect(inner.port, '127.0.0.1');
        link.on('error', () => {});
        socket.pipe(link).pipe(socket);
      },
    });
    const url = receiver.url.replace('http:', 'https:');
    expect(meaningOf(await sender.send(callback({ url })))).toEqual(
      tlsFailed('ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC'),
    );
    await inner.stop();
  });

  test('of an unknown authority is refused even where the environment says otherwise', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    expect(await sendTo({ certificate: SELF_SIGNED, onRequest: says(answer(200)) })).toEqual(
      tlsFailed('DEPTH_ZERO_SELF_SIGNED_CERT'),
    );
    expect(receiver.requests).toEqual([]);
  });

  test.each([
    ['plain HTTP', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', 'ERR_SSL_WRONG_VERSION_NUMBER'],
    ['noise', '\u0016\u0003\u0001\u0000\u0005hello', 'ERR_SSL_UNEXPECTED_MESSAGE'],
  ])('is asked of a receiver that speaks %s, which is refused', async (_, bytes, detail) => {
    await face({ onConnection: (socket) => socket.write(bytes) });
    const url = receiver.url.replace('http:', 'https:');
    expect(meaningOf(await sender.send(callback({ url })))).toEqual(tlsFailed(detail));
  });
});
