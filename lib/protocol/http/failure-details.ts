import type { FailureDetail } from '../failure-detail.ts';

/** Translates error codes of Node, OpenSSL and c-ares, which change with their versions, to stable details. */

/** Codes of X.509 verification (OpenSSL's `X509_V_ERR_…`) and of Node's check of the host name. */
const CERTIFICATE: Readonly<Record<string, FailureDetail>> = {
  CERT_HAS_EXPIRED: 'certificate_expired',
  CERT_NOT_YET_VALID: 'certificate_not_yet_valid',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate_self_signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate_unknown_authority',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate_unknown_authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate_unknown_authority',
  CERT_UNTRUSTED: 'certificate_unknown_authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate_chain_incomplete',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate_wrong_host',
  HOSTNAME_MISMATCH: 'certificate_wrong_host',
  CERT_REVOKED: 'certificate_revoked',
};

/** Parts of OpenSSL's codes, in order of precedence. The prefix of an alert differs between OpenSSL's versions. */
const HANDSHAKE: readonly (readonly [RegExp, FailureDetail])[] = [
  [/ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|NO_PROTOCOLS_AVAILABLE/, 'tls_version'],
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|HTTPS_PROXY_REQUEST/, 'not_tls'],
  [/ALERT_CERTIFICATE_REQUIRED|ALERT_BAD_CERTIFICATE/, 'client_certificate_required'],
  [/KEY_TOO_SMALL|MD_TOO_WEAK|CERTIFICATE_VERIFY_FAILED/, 'certificate_invalid'],
  [/_ALERT_/, 'handshake_refused'],
];

/** Codes of c-ares, and of `getaddrinfo` for permitted hosts. */
const DNS: Readonly<Record<string, FailureDetail>> = {
  ENOTFOUND: 'name_not_found',
  EBADNAME: 'name_not_found',
  ENODATA: 'no_address',
  EREFUSED: 'dns_refused',
  ETIMEOUT: 'dns_timeout',
  EAI_AGAIN: 'dns_timeout',
};

const CONNECTION: Readonly<Record<string, FailureDetail>> = {
  ECONNREFUSED: 'connection_refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ETIMEDOUT: 'connect_timeout',
};

/** The code of a Node error. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/**
 * What exactly failed. Undefined if the cause says nothing more than `failure`.
 *
 * @param failure `tls_failed`, `dns_failed` or `connection_failed`; others have no detail
 */
export function detailOf(failure: string, cause: unknown): FailureDetail | undefined {
  const code = codeOf(cause);
  switch (failure) {
    case 'tls_failed':
      return code === undefined ? undefined : tlsDetail(code);
    case 'dns_failed':
      // A look-up that succeeds without an address has no cause.
      if (cause === undefined) return 'no_address';
      return code === undefined ? undefined : (DNS[code] ?? 'dns_server_failed');
    case 'connection_failed':
      return code === undefined ? undefined : CONNECTION[code];
    default:
      return undefined;
  }
}

function tlsDetail(code: string): FailureDetail {
  if (!code.startsWith('ERR_SSL_')) return CERTIFICATE[code] ?? 'certificate_invalid';
  return HANDSHAKE.find(([pattern]) => pattern.test(code))?.[1] ?? 'tls_protocol_error';
}
