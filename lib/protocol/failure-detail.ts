/**
 * What exactly failed in a `tls_failed`, `dns_failed` or `connection_failed` attempt. Stable: stored with the attempt and
 * shown to merchants.
 *
 * | detail | meaning |
 * |---|---|
 * | `certificate_expired`, `certificate_not_yet_valid` | the certificate is not valid now |
 * | `certificate_self_signed` | the certificate is signed by itself |
 * | `certificate_unknown_authority` | the chain ends at an authority that is not trusted |
 * | `certificate_chain_incomplete` | the certificate's issuer is neither sent nor known: often an intermediate is missing |
 * | `certificate_wrong_host` | the certificate is for another host |
 * | `certificate_revoked`, `certificate_invalid` | the certificate is revoked, or cannot be used for another reason |
 * | `client_certificate_required` | the receiver demands a client certificate; callbacks have none |
 * | `tls_version` | the receiver speaks only TLS versions older than 1.2 |
 * | `not_tls` | the receiver does not speak TLS on this port |
 * | `handshake_refused` | the receiver ended the handshake |
 * | `tls_protocol_error` | the receiver broke the TLS protocol |
 * | `name_not_found` | DNS: the name does not exist |
 * | `no_address` | DNS: the name has no address |
 * | `dns_refused`, `dns_server_failed`, `dns_timeout` | the name's DNS servers refuse, fail or do not answer |
 * | `connection_refused` | nothing listens on this port |
 * | `unreachable`, `connect_timeout` | the address cannot be reached, or does not answer |
 */
export const FAILURE_DETAILS = [
  'certificate_expired',
  'certificate_not_yet_valid',
  'certificate_self_signed',
  'certificate_unknown_authority',
  'certificate_chain_incomplete',
  'certificate_wrong_host',
  'certificate_revoked',
  'certificate_invalid',
  'client_certificate_required',
  'tls_version',
  'not_tls',
  'handshake_refused',
  'tls_protocol_error',
  'name_not_found',
  'no_address',
  'dns_refused',
  'dns_server_failed',
  'dns_timeout',
  'connection_refused',
  'unreachable',
  'connect_timeout',
] as const;
export type FailureDetail = (typeof FAILURE_DETAILS)[number];
