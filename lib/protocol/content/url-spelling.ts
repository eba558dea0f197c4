/**
 * How a URL may be written when it is registered. A URL parser drops, decodes and maps much in silence, and calls names
 * that no DNS server can hold. What is registered is what is called, so such a URL is refused.
 */

const MAX_HOST_LENGTH = 253;
/**
 * A label of a host name (RFC 1123), and underscores: no host should have them, but some do and are reachable. Names in
 * other scripts are in punycode by now.
 */
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
/** Characters that nobody sees, and white space of any script. */
const UNSEEN = /[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u;
/** Full stops that become a dot in a host. */
const OTHER_DOTS = /[\u{3002}\u{ff0e}\u{ff61}]/u;

/**
 * Why a URL that a parser accepts is refused for how it is written, or undefined. Address literals are judged by their
 * meaning elsewhere; here only by their spelling: `127.1` and `0x7f.1` are refused, `127.0.0.1` and `[::1]` are not.
 *
 * @param parsed the same URL, parsed
 * @example spellingRefusal('https://a..b/', new URL('https://a..b/')) // invalid_url
 */
export function spellingRefusal(text: string, parsed: URL): 'invalid_url' | 'credentials_in_url' | undefined {
  const [, authority = ''] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(text) ?? [];
  if (authority.includes('@')) return 'credentials_in_url';
  if (!text.isWellFormed() || UNSEEN.test(text)) return 'invalid_url';
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(authority) ?? [];
  if (port !== undefined && !/^(?:0|[1-9]\d*)$/.test(port)) return 'invalid_url';
  return isPlainHost(host, parsed.hostname) ? undefined : 'invalid_url';
}

/** Whether a host names what it seems to name, and can be looked up. */
function isPlainHost(written: string, host: string): boolean {
  if (host.startsWith('[')) return true;
  const isAscii = /^[!-~]*$/.test(written);
  if (isAscii && written.toLowerCase() !== host) return false;
  if (!isAscii && (OTHER_DOTS.test(written) || written.normalize('NFKC') !== written)) return false;
  return host.length <= MAX_HOST_LENGTH && host.split('.').every((label) => LABEL.test(label));
}
