import { spellingRefusal } from './url-spelling.ts';

/**
 * Rules for callback URLs that hold in every deployment. Allowed ports and addresses depend on the deployment, and are
 * also checked before every attempt.
 */

/** Maximum length of a URL: in characters as written, and in bytes as sent. */
export const MAX_CALLBACK_URL_LENGTH = 2_048;

/**
 * Why a URL is refused as a callback URL in every deployment. The codes are stable and shown to merchants.
 *
 * - `url_too_long`: over 2,048 characters, or over 2,048 bytes once it is percent-encoded, as it is sent.
 * - `invalid_url`: not an absolute URL, a host name that DNS cannot hold, or a spelling that a URL parser silently
 *   changes (see `url-spelling.ts`).
 * - `https_required`: any other scheme (http only to loopback).
 * - `credentials_in_url`, `fragment_in_url`: neither would be sent.
 */
export type CallbackFormRefusal =
  | 'url_too_long'
  | 'invalid_url'
  | 'https_required'
  | 'credentials_in_url'
  | 'fragment_in_url';

export type CallbackForm =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly code: CallbackFormRefusal };

/** Reads a URL and checks the rules of every deployment. An accepted URL is safe to parse again; nothing more is promised. */
export function readCallbackUrl(text: string): CallbackForm {
  if (text.length > MAX_CALLBACK_URL_LENGTH) return { ok: false, code: 'url_too_long' };
  const url = parseUrl(text);
  if (url === undefined) return { ok: false, code: 'invalid_url' };
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return { ok: false, code: 'https_required' };
  if (url.username !== '' || url.password !== '') return { ok: false, code: 'credentials_in_url' };
  if (url.href.includes('#')) return { ok: false, code: 'fragment_in_url' };
  return { ok: true, url };
}

/**
 * Why a URL that could be called is refused at registration for its spelling or length, or undefined.
 *
 * @param url the same URL, parsed
 */
export function registrationRefusal(text: string, url: URL): CallbackFormRefusal | undefined {
  return url.href.length > MAX_CALLBACK_URL_LENGTH ? 'url_too_long' : spellingRefusal(text, url);
}

/** Why a URL can never be registered, in any deployment, or undefined. */
export function callbackUrlRefusal(text: string): CallbackFormRefusal | undefined {
  const form = readCallbackUrl(text);
  if (!form.ok) return form.code;
  const { url } = form;
  const host = withoutTrailingDot(url.hostname);
  if (url.protocol === 'http:' && !isLoopbackHost(host)) return 'https_required';
  if (host !== url.hostname) return 'invalid_url';
  return registrationRefusal(text, url);
}

/** A host without its trailing dot. TLS names have none, so a host with one would be checked under another name. */
export function withoutTrailingDot(host: string): string {
  return host.endsWith('.') ? host.slice(0, -1) : host;
}

/** Whether a host, normalised by the URL parser, is this machine. Plain http is allowed only there. */
export function isLoopbackHost(host: string): boolean {
  return /^(?:localhost|.*\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(host);
}

/** Refuses characters that the URL parser would silently drop or replace, so that the checked URL is the one used. */
function parseUrl(text: string): URL | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  if (/[\u0000-\u0020\u007f-\u00a0\\]/.test(text)) return undefined;
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(text)) return undefined;
  return URL.parse(text) ?? undefined;
}
