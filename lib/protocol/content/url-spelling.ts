/**
 * Rules for the spelling of a URL at registration. A URL parser silently drops, decodes and maps characters, and accepts
 * names that DNS cannot hold. The registered URL must be the one that is called, so such URLs are refused.
 */

const MAX_HOST_LENGTH = 253;
/**
 * A label of a host name (RFC 1123). Underscores are accepted: they are not allowed, but some reachable hosts have them.
 * Names in other scripts are already in punycode here.
 */
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
/** Invisible characters, and white space of any script. */
const UNSEEN = /[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u;
/** Full stops of other scripts, which the URL parser maps to a dot in a host. */
const OTHER_DOTS = /[\u{3002}\u{ff0e}\u{ff61}]/u;

/**
 * Why a URL that the parser accepts is refused for its spelling, or undefined. Only the spelling of address literals is
 * checked here, their meaning elsewhere: `127.1` and `0x7f.1` are refused, `127.0.0.1` and `[::1]` are not.
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

/** Whether the written host is the one that will be called, and DNS can look it up. */
function isPlainHost(written: string, host: string): boolean {
  if (host.startsWith('[')) return true;
  const isAscii = /^[!-~]*$/.test(written);
  if (isAscii && written.toLowerCase() !== host) return false;
  if (!isAscii && (OTHER_DOTS.test(written) || written.normalize('NFKC') !== written)) return false;
  return host.length <= MAX_HOST_LENGTH && host.split('.').every((label) => LABEL.test(label));
}
