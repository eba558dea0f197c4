import { lookup, Resolver } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import { type CallbackUrlRefusal, vetCallbackUrl } from '../../protocol/content/callback-target.ts';
import { isLoopbackHost, readCallbackUrl } from '../../protocol/content/callback-url.ts';
import { isPermittedAddress, isPublicAddress } from '../../protocol/content/ip-addresses.ts';
import { detailOf } from '../../protocol/http/failure-details.ts';
import { type Check, right, unknown, wrong } from '../receivers/check.ts';

/** Whether the service may call an address, and reaches it: its form, its name, its addresses. */

/** A service allows these unless its operator chose others. */
const USUAL_PORTS = [443, 8443];
const LOOPBACK =
  'It is on this machine: only a service that runs here (npm start) calls it. Check the public https address, too.';

const FORMS: Readonly<Record<CallbackUrlRefusal, readonly [what: string, change: string]>> = {
  url_too_long: ['The URL is longer than 2,048 bytes.', 'Use a shorter path or query.'],
  invalid_url: [
    'The URL is not written as it would be called.',
    'Write the host in lower case or in its own script, without a dot at its end, and percent-encode what is no ASCII.',
  ],
  https_required: [
    'The service calls https only.',
    'Give the receiver a certificate, for example of Let’s Encrypt.',
  ],
  credentials_in_url: [
    'The URL has a user name or a password, which would not be sent.',
    'Set a header at the endpoint instead: {"headers":{"authorization":"Basic …"}}.',
  ],
  fragment_in_url: ['The URL has a part after #, which would not be sent.', 'Leave it out.'],
  port_refused: [
    `The port is none of ${USUAL_PORTS.join(' and ')}, which a service calls unless its operator allows others.`,
    'Use port 443, or ask the operator.',
  ],
  address_refused: [
    'The host is not public: the service calls no private, link-local or reserved address, and no local name.',
    'Use a name that DNS shows to the whole internet, with a public address.',
  ],
};

/** @param text as the user would register it */
export function formCheck(text: string): Check {
  const url = new URL(text);
  const form = readCallbackUrl(text);
  if (!form.ok) return wrong('url', ...FORMS[form.code]);
  if (isLoopbackHost(url.hostname)) return unknown('url', `${url.host} is loopback.`, LOOPBACK);
  const verdict = vetCallbackUrl(text, { allowedPorts: USUAL_PORTS, allowLoopback: false });
  if (verdict.ok) return right('url', 'The service accepts this URL.');
  return wrong('url', ...FORMS[verdict.code]);
}

export type Resolve = (host: string) => Promise<readonly string[]>;

export interface Named {
  readonly checks: readonly Check[];
  readonly addresses: readonly string[];
}

/** What DNS says about the host, and whether the service may call these addresses. */
export async function nameChecks(host: string, resolve: Resolve = askDns): Promise<Named> {
  if (isIP(host) !== 0) {
    return { checks: [right('dns', `${host} is an address.`), guardCheck(host, [host])], addresses: [host] };
  }
  try {
    const addresses = await resolve(host);
    return {
      checks: [right('dns', `${host} has ${addresses.join(', ')}.`), guardCheck(host, addresses)],
      addresses,
    };
  } catch (error) {
    const known = await lookup(host, { all: true }).catch(() => []);
    if (known.length === 0) return { checks: [noName(host, error)], addresses: [] };
    const addresses = known.map(({ address }) => address);
    const what = `DNS does not know ${host}. Only this machine does: ${addresses.join(', ')}.`;
    return { checks: [wrong('dns', what, 'Publish the name: the service asks DNS.')], addresses };
  }
}

function noName(host: string, error: unknown): Check {
  const detail = (detailOf('dns_failed', error) ?? 'dns_failed').replaceAll('_', ' ');
  return wrong(
    'dns',
    `DNS gives no address of ${host}: ${detail}.`,
    'Is the name right, and does it have an A or AAAA record that the whole internet can see?',
  );
}

/** The service refuses the whole name if one of its addresses is not public. */
function guardCheck(host: string, addresses: readonly string[]): Check {
  const refused = addresses.filter((ip) => !isPublicAddress(ip));
  if (refused.length === 0) return right('address_guard', 'All addresses are public.');
  if (
    refused.every((ip) => isPermittedAddress(ip, { allowLoopback: true })) &&
    isLoopbackHost(hostOf(host))
  ) {
    return unknown('address_guard', `${refused.join(', ')} is loopback.`, LOOPBACK);
  }
  return wrong(
    'address_guard',
    `${refused.join(', ')} is not public: private, loopback, link-local or reserved.`,
    'The service calls none of the addresses of such a name. Remove this record from the public DNS.',
  );
}

function hostOf(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

const DNS_TIMEOUT_MS = 2_000;

/** As the service asks: no hosts file, no search domains, IPv6 only where there is no IPv4. */
async function askDns(host: string): Promise<readonly string[]> {
  if (isLoopbackHost(host)) return ['127.0.0.1', '::1'];
  const resolver = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: 2 });
  try {
    return await resolver.resolve4(host);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENODATA') throw error;
    return resolver.resolve6(host);
  }
}

const CONNECT_TIMEOUT_MS = 5_000;
const MAX_ADDRESSES = 8;

export interface Connected {
  readonly check: Check;
  /** At least one address answers. */
  readonly isReached: boolean;
}

/** Whether something listens at the addresses. `localhost` needs one of its two. */
export async function connectCheck(url: URL, addresses: readonly string[]): Promise<Connected> {
  const port = Number(url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port);
  const tried = addresses.slice(0, MAX_ADDRESSES);
  const failures = await Promise.all(tried.map((address) => connectFailure(address, port)));
  const dead = tried.filter((_, at) => failures[at] !== undefined);
  const isReached = dead.length < tried.length;
  if (isReached && (dead.length === 0 || isLoopbackHost(url.hostname))) {
    return { check: right('connect', `Port ${port} is open.`), isReached };
  }
  const why = failures.find((failure) => failure !== undefined) ?? 'no address';
  const check = isReached
    ? wrong(
        'connect',
        `Port ${port} is closed at ${dead.join(', ')}: ${why}.`,
        'Remove the addresses that do not work from DNS: callbacks meet them, too.',
      )
    : wrong(
        'connect',
        `Nothing answers on port ${port}: ${why}.`,
        'Does the receiver run, and does the firewall let everybody in on this port?',
      );
  return { check, isReached };
}

function connectFailure(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_TIMEOUT_MS });
    const end = (failure?: string) => {
      socket.destroy();
      resolve(failure);
    };
    socket.once('connect', () => end());
    socket.once('timeout', () => end('no answer in 5 s'));
    socket.once('error', (error) =>
      end((detailOf('connection_failed', error) ?? 'failed').replaceAll('_', ' ')),
    );
  });
}
