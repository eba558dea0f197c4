/**
 * How the service lets a callback URL be written. A URL parser drops, decodes and maps much in silence, and takes names
 * that no DNS server can hold. What is written must be what is called.
 */

const MAX_HOST_LENGTH = 253;
/** A label of a host name (RFC 1123), and underscores. Names in other scripts are in punycode by now. */
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
/** Characters that nobody sees, and white space of any script. */
const UNSEEN = /[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u;
/** Full stops that become a dot in a host. */
const OTHER_DOTS = /[\u{3002}\u{ff0e}\u{ff61}]/u;

/** Why a URL that a parser accepts is refused for how it is written, or undefined; `parsed` is the same URL. */
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
