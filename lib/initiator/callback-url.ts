import { MAX_URL_BYTES, urlBytes } from './content-check.ts';
import { isLoopback } from './option-rules.ts';

/** Characters of a DNS name at most (RFC 1035), as text. */
const MAX_HOST_LENGTH = 253;

/**
 * Why a `notifyUrl` can never be called, or undefined. Which ports and addresses may be called is the
 * deployment's to say, and is checked before every attempt; here is what holds of every deployment.
 */
export function callbackUrlRefusal(text: string): string | undefined {
  if (urlBytes(text) > MAX_URL_BYTES) return 'url_too_long';
  const url = parseUrl(text);
  if (url === undefined) return 'invalid_url';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'https_required';
  if (url.username !== '' || url.password !== '') return 'credentials_in_url';
  if (url.href.includes('#')) return 'fragment_in_url';
  const host = url.hostname.replace(/\.$/, '');
  if (url.protocol === 'http:' && !isLoopback(host)) return 'https_required';
  return host === url.hostname && isHost(host) ? undefined : 'invalid_url';
}

/** An address, or a name that DNS can have: labels of 1 to 63 characters, none of them a wildcard. */
function isHost(host: string): boolean {
  if (host.startsWith('[')) return true;
  const isName = host.split('.').every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));
  return isName && host.length <= MAX_HOST_LENGTH;
}

/** What the URL parser would silently drop or turn round is refused, so that what was read is what is used. */
function parseUrl(text: string): URL | undefined {
  // White space, control and format characters, such as U+200B.
  if (/[\p{Z}\p{Cc}\p{Cf}\p{Cs}\\]/u.test(text)) return undefined;
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(text)) return undefined;
  return URL.parse(text) ?? undefined;
}
