import { isIP } from 'node:net';
import { connect, rootCertificates, type TLSSocket } from 'node:tls';
import type { FailureDetail } from '../../protocol/failure-detail.ts';
import { detailOf } from '../../protocol/http/failure-details.ts';
import { type Check, right, unknown, wrong } from '../receivers/check.ts';

/** The receiver's certificate, by the authorities and rules of the service. What this machine trusts besides does not count. */

const TIMEOUT_MS = 10_000;
const DAY_MS = 86_400_000;
const SOON_DAYS = 14;

const CHANGES: Readonly<Partial<Record<FailureDetail, readonly [what: string, change: string]>>> = {
  certificate_expired: ['The certificate has expired', 'Renew it, and renew it automatically from now on.'],
  certificate_not_yet_valid: [
    'The certificate is not valid yet',
    'Is the clock right of the machine that made it?',
  ],
  certificate_self_signed: [
    'The certificate is signed by itself',
    'Use one of a public authority, such as Let’s Encrypt: the service trusts no other.',
  ],
  certificate_unknown_authority: [
    'The certificate is of an authority that is not public',
    'Use one of a public authority, such as Let’s Encrypt: the service trusts no other.',
  ],
  certificate_chain_incomplete: [
    'The server does not send the certificate that links its own to an authority',
    'Configure the full chain (fullchain.pem), not only the certificate. Browsers fetch what is missing; the service does not.',
  ],
  certificate_wrong_host: [
    'The certificate is for another host',
    'Issue it for the name in the URL, or use its name.',
  ],
  client_certificate_required: [
    'The server demands a client certificate',
    'Do not demand one here: callbacks are signed.',
  ],
  tls_version: ['The server speaks only versions of TLS before 1.2', 'Enable TLS 1.2 and 1.3.'],
  not_tls: ['The server does not speak TLS on this port', 'Is the port right, and does TLS end there?'],
};

export interface Secured {
  readonly url: URL;
  /** Certificates in PEM of authorities that are trusted besides. */
  readonly trusted: readonly string[];
  readonly nowMs: number;
}

export async function certificateCheck(secured: Secured): Promise<Check> {
  const { url } = secured;
  if (url.protocol === 'http:')
    return unknown('tls', 'http has no certificate: anybody on the way can read callbacks.', 'Use https.');
  const result = await handshake(secured);
  if (result instanceof Error) return failureCheck(result);
  try {
    const { authorizationError } = result;
    if (!result.authorized) return failureCheck(coded(String(authorizationError)));
    return validityCheck(result, secured.nowMs);
  } finally {
    result.destroy();
  }
}

function failureCheck(error: Error): Check {
  const detail = detailOf('tls_failed', error);
  const [what, change] = (detail && CHANGES[detail]) ?? [
    'There is no TLS connection',
    'openssl s_client -connect HOST:443 -servername HOST shows what the server says.',
  ];
  return wrong('tls', `${what} (${detail ?? error.message}).`, change);
}

function coded(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function validityCheck(socket: TLSSocket, nowMs: number): Check {
  const { valid_to: until } = socket.getPeerCertificate();
  const days = Math.floor((Date.parse(until) - nowMs) / DAY_MS);
  const what = `${socket.getProtocol() ?? 'TLS'}, and the chain is whole. The certificate ends in ${days} days.`;
  return days < SOON_DAYS ? unknown('tls', what, 'Is it renewed automatically?') : right('tls', what);
}

/** A connection whose certificate was looked at but not insisted on, or why there is none. */
function handshake({ url, trusted }: Secured): Promise<TLSSocket | Error> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(url.port || 443),
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ca: [...rootCertificates, ...trusted],
      ALPNProtocols: ['http/1.1'],
      // Looks at the certificate instead of ending the handshake. Nothing is sent on this connection.
      rejectUnauthorized: false,
      timeout: TIMEOUT_MS,
    });
    socket.once('secureConnect', () => resolve(socket));
    socket.once('error', resolve);
    socket.once('timeout', () => {
      socket.destroy();
      resolve(new Error('no answer in 10 s'));
    });
  });
}
