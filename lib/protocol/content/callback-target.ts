import { listOfWords } from '../contract-words.ts';
import {
  type CallbackFormRefusal,
  isLoopbackHost,
  readCallbackUrl,
  registrationRefusal,
  withoutTrailingDot,
} from './callback-url.ts';
import { isPublicAddress, literalOf } from './ip-addresses.ts';

/** Decides which URLs a callback may go to. Pure: the addresses of a name are checked when it is called. */

/** Names that never mean a public host: RFC 6761, RFC 6762, RFC 8375, and ICANN's reservation of `internal`. */
const NON_PUBLIC_DOMAINS = ['localhost', 'local', 'internal', 'home.arpa'];

/** The configurable part of the rules for callback URLs. */
export interface CallbackPolicy {
  readonly allowedPorts: readonly number[];
  /** Opens loopback, with http and any port; for local runs only. */
  readonly allowLoopback: boolean;
  /**
   * Host names, and IPv4 addresses, that may be called with http, on any port and at any address. For emulators only,
   * whose receivers run on the machine beside them. Default: none.
   */
  readonly permittedHosts?: readonly string[];
}

/**
 * Why a callback URL is refused: its form, or its target. Stable codes, shown to merchants.
 *
 * - `port_refused`: not one of the allowed ports.
 * - `address_refused`: a literal address that is not public, or a name that cannot be.
 */
export type CallbackUrlRefusal = CallbackFormRefusal | 'port_refused' | 'address_refused';

export type CallbackUrlVerdict =
  | { readonly ok: true; readonly url: URL }
  /** `detail`: what is allowed instead, for people. */
  | { readonly ok: false; readonly code: CallbackUrlRefusal; readonly detail?: string };

/**
 * Vets a callback URL at registration. A verdict of `ok` says nothing about the addresses that its name resolves to:
 * the connector calls `isPermittedAddress` for each.
 *
 * @example vetCallbackUrl('https://0x7f.1/', { allowedPorts: [443], allowLoopback: false }) // address_refused
 */
export function vetCallbackUrl(url: string, policy: CallbackPolicy): CallbackUrlVerdict {
  const verdict = vetTarget(url, policy);
  if (!verdict.ok) return verdict;
  const code = registrationRefusal(url, verdict.url);
  return code === undefined ? verdict : { ok: false, code };
}

/**
 * Vets a URL before each request: whether it is safe to call. The rules for its spelling apply at registration only, so
 * a URL that was accepted once is still called.
 */
export function vetTarget(url: string, policy: CallbackPolicy): CallbackUrlVerdict {
  const form = readCallbackUrl(url);
  if (!form.ok) return form;
  const code = targetRefusal(form.url, policy);
  if (code === undefined) return form;
  if (code !== 'port_refused') return { ok: false, code };
  return { ok: false, code, detail: `Use port ${listOfWords(policy.allowedPorts.map(String))}.` };
}

function targetRefusal(url: URL, policy: CallbackPolicy): CallbackUrlRefusal | undefined {
  const host = withoutTrailingDot(url.hostname);
  const isOpen = policy.permittedHosts?.includes(host) || (policy.allowLoopback && isLoopbackHost(host));
  if (isOpen) return host === url.hostname ? undefined : 'invalid_url';
  if (url.protocol !== 'https:') return 'https_required';
  if (!isPublicHost(host)) return 'address_refused';
  if (host !== url.hostname) return 'invalid_url';
  const port = url.port === '' ? 443 : Number(url.port);
  return policy.allowedPorts.includes(port) ? undefined : 'port_refused';
}

/** @param host as the URL parser normalises it: decimal, octal, hexadecimal and short forms are already dotted */
function isPublicHost(host: string): boolean {
  const literal = literalOf(host);
  if (literal !== undefined) return isPublicAddress(literal);
  // A name without a dot would be completed by the resolver's search domains.
  if (!host.includes('.')) return false;
  return !NON_PUBLIC_DOMAINS.some((domain) => host.endsWith(`.${domain}`));
}
