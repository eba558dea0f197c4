import { connect } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { EXPIRED, MERCHANT, OTHER_HOST, SELF_SIGNED } from '../certificates.ts';
import { answer, meaningOf, startReceiver } from '../raw-receiver.ts';
import { says, useHostileReceiver } from './hostile-receiver.ts';

const setup = useHostileReceiver();
const { face, callback, sendTo } = setup;

describe('a certificate', () => {
  const tlsFailed = (detail: string) => ({ kind: 'error', code: 'tls_failed', detail });

  test('that is trusted and for the host is accepted, and the host is named in the handshake', async () => {
    await face({ certificate: MERCHANT, onRequest: says(answer(200, 'success')) });
    expect(meaningOf(await setup.sender.send(callback()))).toEqual({
      kind: 'response',
      statusCode: 200,
      body: 'success',
    });
    expect(setup.receiver.serverNames).toEqual(['localhost']);
  });

  test('for a literal address is accepted by that address', async () => {
    await face({ certificate: MERCHANT, onRequest: says(answer(200)) });
    const url = setup.receiver.url.replace('localhost', '127.0.0.1');
    expect(meaningOf(await setup.sender.send(callback({ url })))).toMatchObject({ statusCode: 200 });
    expect(setup.receiver.serverNames).toEqual([]);
    const other = setup.receiver.url.replace('localhost', '127.0.0.2');
    expect((await setup.sender.send(callback({ url: other }))).kind).toBe('error');
  });

  test.each([
    ['signed by itself', SELF_SIGNED, 'certificate_self_signed'],
    ['for another host', OTHER_HOST, 'certificate_wrong_host'],
    ['that has expired', EXPIRED, 'certificate_expired'],
  ])('%s is refused, and no byte of the request is sent', async (_, certificate, detail) => {
    expect(await sendTo({ certificate, onRequest: says(answer(200)) })).toEqual(tlsFailed(detail));
    expect(setup.receiver.requests).toEqual([]);
  });

  test('does not help a receiver that falls out of TLS afterwards', async () => {
    const forgedRecord = Buffer.from([0x17, 0x03, 0x03, 0x00, 0x20, ...Array<number>(32).fill(0x41)]);
    const inner = await startReceiver({
      certificate: MERCHANT,
      onRequest: () => setup.receiver.sockets[0]?.write(forgedRecord),
    });
    await face({
      onConnection: (socket) => {
        const link = connect(inner.port, '127.0.0.1');
        link.on('error', () => {});
        socket.pipe(link).pipe(socket);
      },
    });
    const url = setup.receiver.url.replace('http:', 'https:');
    expect(meaningOf(await setup.sender.send(callback({ url })))).toEqual(tlsFailed('tls_protocol_error'));
    await inner.stop();
  });

  test('of an unknown authority is refused even where the environment says otherwise', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    expect(await sendTo({ certificate: SELF_SIGNED, onRequest: says(answer(200)) })).toEqual(
      tlsFailed('certificate_self_signed'),
    );
    expect(setup.receiver.requests).toEqual([]);
  });

  test.each([
    ['plain HTTP', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', 'not_tls'],
    ['noise', '\u0016\u0003\u0001\u0000\u0005hello', 'tls_protocol_error'],
  ])('is asked of a receiver that speaks %s, which is refused', async (_, bytes, detail) => {
    await face({ onConnection: (socket) => socket.write(bytes) });
    const url = setup.receiver.url.replace('http:', 'https:');
    expect(meaningOf(await setup.sender.send(callback({ url })))).toEqual(tlsFailed(detail));
  });
});
