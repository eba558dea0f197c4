import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { MAX_RESPONSE_BYTES } from '../../../../lib/adapters/http/http-exchange.ts';
import { answer, type Behaviour } from '../raw-receiver.ts';
import { says, saysAndCloses, useHostileReceiver } from './hostile-receiver.ts';

const setup = useHostileReceiver();
const { face, callback, sendTo } = setup;

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
      `after an unrequested ${status}`,
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
      'with two Retry-After headers: the first counts',
      says(answer(429, '', 'retry-after: 1\r\nretry-after: 2\r\n')),
      { statusCode: 429, body: '', retryAfter: '1' },
    ],
    [
      'that announces less than its body: the announced part counts',
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
    await setup.receiver.closed(0);
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
    expect(setup.receiver.requests).toHaveLength(1);
  });

  test('that redirects to itself is asked once', async () => {
    const onRequest: Behaviour = (socket) =>
      socket.write(answer(302, '', `location: ${setup.receiver.url}\r\n`));
    expect(await sendTo({ onRequest })).toMatchObject({ statusCode: 302 });
    expect(setup.receiver.requests).toHaveLength(1);
  });

  test('that is a compressed bomb is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    const head = `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`;
    const exchange = await sendTo({ onRequest: says(Buffer.concat([Buffer.from(head), bomb])) });
    expect(exchange).toMatchObject({ kind: 'response', statusCode: 200 });
    expect('body' in exchange && exchange.body.length <= bomb.length).toBe(true);
    expect(setup.receiver.requests[0]).toContain('accept-encoding: identity\r\n');
  });
});

describe('a request', () => {
  test('goes out as it was signed: method, path, headers and the very bytes', async () => {
    await face({ onRequest: says(answer(200)) });
    const body = '{"name":"付款","n":1}';
    await setup.sender.send(callback({ url: `${setup.receiver.url}?order=1&x=%20`, body }));
    const [head, sent] = setup.receiver.requests[0]?.split('\r\n\r\n') ?? [];
    expect(head?.split('\r\n')).toEqual([
      'POST /callback?order=1&x=%20 HTTP/1.1',
      `host: localhost:${setup.receiver.port}`,
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
    await expect(setup.sender.send(callback({ headers: { evil: 'a\r\nb: c' } }))).rejects.toThrow();
    expect(setup.receiver.requests).toEqual([]);
  });

  test('has its duration measured by the clock it was given', async () => {
    const times = [1_000.4, 1_042.7];
    await face({ onRequest: says(answer(200)) }, { now: () => times.shift() ?? 0 });
    expect(await setup.sender.send(callback())).toMatchObject({ durationMs: 42 });
  });
});
