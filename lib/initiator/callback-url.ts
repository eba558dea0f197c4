import { MAX_URL_LENGTH } from './content-check.ts';
import { isLoopback } from './option-rules.ts';
import { spellingRefusal } from './url-spelling.ts';

/**
 * Why a `notifyUrl` can never be called, or undefined. Which ports and addresses may be called is the
 * deployment's to say, and is checked before every attempt; here is what holds of every deployment.
 */
export function callbackUrlRefusal(text: string): string | undefined {
  if (text.length > MAX_URL_LENGTH) return 'url_too_long';
  const url = parseUrl(text);
  if (url === undefined) return 'invalid_url';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'https_required';
  if (url.username !== '' || url.password !== '') return 'credentials_in_url';
  if (url.href.includes('#')) return 'fragment_in_url';
  const host = url.hostname.replace(/\.$/, '');
  if (url.protocol === 'http:' && !isLoopback(host)) return 'https_required';
  if (host !== url.hostname) return 'invalid_url';
  return url.href.length > MAX_URL_LENGTH ? 'url_too_long' : spellingRefusal(text, url);
}

/** What the URL parser would silently drop or turn round is refused, so that what was read is what is used. */
function parseUrl(text: string): URL | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  if (/[\u0000-\u0020\u007f-\u00a0\\]/.test(text)) return undefined;
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(text)) return undefined;
  return URL.parse(text) ?? undefined;
}
