import { lookup, Resolver } from 'node:dns/promises';
import { connect as connectTcp, isIP, isIPv6, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ExchangeError } from '../../core/deliver/attempt/sender.ts';
import { isPermittedAddress } from '../../protocol/content/ip-addresses.ts';
import type { FailureDetail } from '../../protocol/failure-detail.ts';
import { codeOf, detailOf } from '../../protocol/http/failure-details.ts';

/** Returns every address of a host name. Rejects, or returns none, if the name does not resolve. */
type Resolve = (hostname: string) => Promise<readonly string[]>;

export interface GuardedConnectorOptions {
  /** Opens 127.0.0.0/8 and ::1; for local runs only. */
  readonly allowLoopback: boolean;
  /** Hosts that may have any address; for emulators only. Their names may stand in the hosts file. Default: none. */
  readonly permittedHosts?: readonly string[] | undefined;
  /** Default: the DNS servers of the system, without its hosts file and search domains. */
  readonly resolve?: Resolve | undefined;
  /** Certificates in PEM to trust instead of those that come with Node. */
  readonly trustedCertificates?: readonly string[] | undefined;
}

interface ConnectTarget {
  readonly protocol: string;
  /** A name, or a literal address without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** Aborts connecting at any stage. */
  readonly signal: AbortSignal;
}

/** @throws ConnectFailure if no connection was made */
export type Connect = (target: ConnectTarget) => Promise<Socket>;

/** Connecting failed. `code` is the core's code for the reason. */
export class ConnectFailure extends Error {
  override readonly name = 'ConnectFailure';
  readonly code: ConnectFailureCode;
  readonly detail: FailureDetail | undefined;

  constructor(code: ConnectFailureCode, cause?: unknown) {
    super(code, { cause });
    this.code = code;
    this.detail = detailOf(code, cause);
  }
}

type ConnectFailureCode = Extract<
  ExchangeError,
  'address_refused' | 'dns_failed' | 'connection_failed' | 'connection_reset' | 'tls_failed'
>;

/** Maximum number of a name's addresses that are tried, and the time after which the next one is tried in parallel. */
const MAX_ADDRESSES_TRIED = 8;
const NEXT_ADDRESS_AFTER_MS = 500;

const DNS_TIMEOUT_MS = 2_000;
const DNS_TRIES = 2;

/**
 * Makes connections to vetted addresses only.
 *
 * The name is resolved here, once for each connection. Every address is checked, and the socket gets the checked
 * addresses instead of the name, so a later DNS change has no effect (DNS rebinding). Literal addresses, which need
 * no look-up, are checked the same way. One address that is not permitted refuses the whole name: a legitimate
 * receiver has none, and skipping it would let an attacker who controls the name probe with many answers.
 *
 * The returned socket has not been read from, so no received data is lost.
 */
export function createGuardedConnector(options: GuardedConnectorOptions): Connect {
  const resolve = options.resolve ?? createDnsResolve();
  const { allowLoopback, permittedHosts = [], trustedCertificates } = options;
  return async (target) => {
    const looking = permittedHosts.includes(target.hostname)
      ? anyAddresses(target.hostname)
      : permittedAddresses(target.hostname, { allowLoopback, resolve });
    const addresses = await Promise.race([whenAborted(target.signal), looking]).catch((error: unknown) => {
      throw error instanceof ConnectFailure ? error : new ConnectFailure('dns_failed', error);
    });
    return open(target, addresses, trustedCertificates);
  };
}

/** Rejects on abort. A look-up cannot be cancelled, so the caller stops waiting for it. */
function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void => reject(new ConnectFailure('connection_failed', signal.reason));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

async function permittedAddresses(
  hostname: string,
  options: { readonly allowLoopback: boolean; readonly resolve: Resolve },
): Promise<readonly string[]> {
  const addresses = isIP(hostname) === 0 ? await options.resolve(hostname) : [hostname];
  if (addresses.length === 0) throw new ConnectFailure('dns_failed');
  if (!addresses.every((ip) => isPermittedAddress(ip, options))) throw new ConnectFailure('address_refused');
  return addresses.slice(0, MAX_ADDRESSES_TRIED);
}

/** Asks the system, because emulators write names such as `host.docker.internal` into the hosts file. */
async function anyAddresses(hostname: string): Promise<readonly string[]> {
  const found = await lookup(hostname, { all: true });
  return found.map(({ address }) => address).slice(0, MAX_ADDRESSES_TRIED);
}

function open(
  target: ConnectTarget,
  addresses: readonly string[],
  trustedCertificates: readonly string[] | undefined,
): Promise<Socket> {
  const { signal } = target;
  const isTls = target.protocol === 'https:';
  const socket = isTls ? dialTls(target, addresses, trustedCertificates) : dial(target, addresses);
  let isTcpConnected = false;
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(new ConnectFailure('connection_failed', signal.reason));
      socket.destroy();
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.once('connect', () => {
      isTcpConnected = true;
    });
    socket.once(isTls ? 'secureConnect' : 'connect', () => {
      signal.removeEventListener('abort', abort);
      resolve(socket);
    });
    // Stays registered: an 'error' event without a listener would end the process. After an error within TLS, Node leaves
    // the socket open, and a request on it would never end.
    socket.on('error', (error) => {
      reject(openFailure(error, isTcpConnected));
      socket.destroy();
    });
    socket.setNoDelay(true);
  });
}

function dial(target: ConnectTarget, addresses: readonly string[]): Socket {
  return connectTcp(socketOptions(target, addresses));
}

function dialTls(
  target: ConnectTarget,
  addresses: readonly string[],
  trustedCertificates: readonly string[] | undefined,
): Socket {
  return connectTls({
    ...socketOptions(target, addresses),
    // SNI takes names only. A literal address is compared with the certificate.
    ...(isIP(target.hostname) === 0 ? { servername: target.hostname } : {}),
    ...(trustedCertificates === undefined ? {} : { ca: [...trustedCertificates] }),
    ALPNProtocols: ['http/1.1'],
    // Set explicitly, so that NODE_TLS_REJECT_UNAUTHORIZED in the environment cannot turn it off.
    rejectUnauthorized: true,
  });
}

function socketOptions({ hostname, port }: ConnectTarget, addresses: readonly string[]) {
  return {
    host: hostname,
    port,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS,
    // Node calls this instead of DNS. It does not call it for literal addresses.
    lookup: (
      _hostname: string,
      _options: unknown,
      callback: (error: null, found: { address: string; family: number }[]) => void,
    ): void => {
      callback(
        null,
        addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 })),
      );
    },
  };
}

function openFailure(error: Error, isTcpConnected: boolean): ConnectFailure {
  const code = codeOf(error);
  if (code === 'ECONNRESET' || code === 'EPIPE') return new ConnectFailure('connection_reset', error);
  return new ConnectFailure(isTcpConnected ? 'tls_failed' : 'connection_failed', error);
}

/**
 * Asks DNS directly. `dns.lookup` would wait in libuv's four threads, where four names with dead name
 * servers would block all other look-ups. IPv6 is asked only for names without IPv4, because functions always
 * have IPv4 and rarely IPv6. This also ignores addresses that DNS64 synthesizes.
 *
 * @param servers `address` or `address:port`; default: those of the system.
 */
export function createDnsResolve({ servers }: { readonly servers?: readonly string[] } = {}): Resolve {
  const resolver = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: DNS_TRIES });
  if (servers !== undefined) resolver.setServers(servers);
  return async (hostname) => {
    // These names are loopback by definition (RFC 6761). DNS servers may not know them.
    if (hostname === 'localhost' || hostname.endsWith('.localhost')) return ['127.0.0.1', '::1'];
    try {
      return await resolver.resolve4(hostname);
    } catch (error) {
      if (codeOf(error) !== 'ENODATA') throw error;
      return resolver.resolve6(hostname);
    }
  };
}
