import type { AddressInfo } from 'node:net';
import { createServer, rootCertificates, type TlsOptions } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { createHttpSender } from '../../../lib/adapters/http/http-sender.ts';
import { FAILURE_DETAILS } from '../../../lib/protocol/failure-detail.ts';
import { detailOf } from '../../../lib/protocol/http/failure-details.ts';
import { AUTHORITY, KEY, MERCHANT } from './certificates.ts';
import { meaningOf } from './raw-receiver.ts';

const opened: { close(): void }[] = [];
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

/** Sends a callback to a TLS server with these options, and returns what the attempt says. */
async function sendTo(options: TlsOptions, trusted: readonly string[] = [AUTHORITY]) {
  const server = createServer({ key: KEY, cert: MERCHANT, ...options });
  server.on('secureConnection', (socket) => socket.on('error', () => {}));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(server);
  return send((server.address() as AddressInfo).port, trusted);
}

async function send(port: number, trustedCertificates?: readonly string[]) {
  const policy = { allowedPorts: [port], allowLoopback: true };
  const sender = createHttpSender({ policy, trustedCertificates, now: Date.now });
  opened.push(sender);
  const url = `https://localhost:${port}/`;
  return meaningOf(await sender.send({ url, headers: {}, body: '{}', timeoutMs: 20_000 }));
}

function fault(code?: string): Error {
  return code === undefined ? new Error('no code') : Object.assign(new Error(code), { code });
}

describe('the detail of a failed attempt', () => {
  test.each<[string, TlsOptions, string]>([
    ['wants a client certificate', { requestCert: true, ca: AUTHORITY }, 'client_certificate_required'],
    [
      'speaks only TLS 1.1',
      { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' },
      'tls_version',
    ],
    [
      'has no cipher in common',
      { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-SHA' },
      'handshake_refused',
    ],
    ['speaks only HTTP/2', { ALPNProtocols: ['h2'] }, 'handshake_refused'],
  ])('names a receiver that %s', async (_, options, detail) => {
    expect(await sendTo(options)).toEqual({ kind: 'error', code: 'tls_failed', detail });
  });

  test.each([
    ['is neither sent nor known', MERCHANT, 'certificate_chain_incomplete'],
    ['is sent and not trusted', `${MERCHANT}${AUTHORITY}`, 'certificate_unknown_authority'],
  ])('names a certificate whose authority %s', async (_, cert, detail) => {
    expect(await sendTo({ cert }, rootCertificates)).toEqual({ kind: 'error', code: 'tls_failed', detail });
  });

  test('names a port on which nothing listens', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise<void>((resolve) => server.close(() => resolve()));
    const detail = 'connection_refused';
    expect(await send(port)).toEqual({ kind: 'error', code: 'connection_failed', detail });
  });

  test.each([
    ['CERT_NOT_YET_VALID', 'certificate_not_yet_valid'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'certificate_unknown_authority'],
    ['CERT_REVOKED', 'certificate_revoked'],
    ['INVALID_PURPOSE', 'certificate_invalid'],
    ['ERR_SSL_TLSV1_ALERT_UNRECOGNIZED_NAME', 'handshake_refused'],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'handshake_refused'],
    ['ERR_SSL_EE_KEY_TOO_SMALL', 'certificate_invalid'],
    ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'not_tls'],
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'tls_version'],
    ['ERR_SSL_SOMETHING_NEW', 'tls_protocol_error'],
    [undefined, undefined],
  ])('of TLS: %s is %s', (code, detail) => {
    expect(detailOf('tls_failed', fault(code))).toBe(detail);
  });

  test.each([
    ['ENOTFOUND', 'name_not_found'],
    ['ENODATA', 'no_address'],
    ['ESERVFAIL', 'dns_server_failed'],
    ['EREFUSED', 'dns_refused'],
    ['ETIMEOUT', 'dns_timeout'],
    ['ECONNREFUSED', 'dns_server_failed'],
    [undefined, undefined],
  ])('of DNS: %s is %s', (code, detail) => {
    expect(detailOf('dns_failed', fault(code))).toBe(detail);
  });

  test('names a name that resolves to no address', () => {
    expect(detailOf('dns_failed', undefined)).toBe('no_address');
  });

  test('is absent where the failure says everything', () => {
    expect(detailOf('connection_failed', undefined)).toBeUndefined();
    expect(detailOf('timeout', fault('ECONNREFUSED'))).toBeUndefined();
    expect(FAILURE_DETAILS).toHaveLength(new Set(FAILURE_DETAILS).size);
  });
});
