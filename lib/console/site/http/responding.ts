import type { Context } from 'hono';
import type { Child } from 'hono/jsx';
import type { AppEnv } from '../../../api/http/http-event.ts';
import { acceptedEncoding, compress } from './compression.ts';

/** Pages go out through here, so each has every header. */

const DIRECTIVES: readonly string[] = [
  "default-src 'none'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
];

/**
 * @param nonce of the page's own script and style elements. Nothing else runs: no inline handler or attribute, and no other
 * script of this origin
 */
function securityPolicy(nonce: string): string {
  return [...DIRECTIVES, `script-src 'nonce-${nonce}'`, `style-src 'self' 'nonce-${nonce}'`].join('; ');
}

/** Headers of every answer but assets. */
export const SAFE_HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  // For browsers that do not know frame-ancestors.
  'x-frame-options': 'DENY',
} as const;

export interface WholePage {
  readonly status: number;
  readonly nonce: string;
  readonly html: Child;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function sendPage(
  c: Context<AppEnv>,
  { status, nonce, html, headers }: WholePage,
): Promise<Response> {
  const text = String(await (html as { toString(): string | Promise<string> }).toString());
  const { bytes, encoding } = compress(text, acceptedEncoding(c.req.header('accept-encoding')));
  return c.body(bytes, status as 200, {
    ...SAFE_HEADERS,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': securityPolicy(nonce),
    vary: 'accept-encoding, accept-language, cookie',
    ...(encoding !== undefined && { 'content-encoding': encoding }),
    ...headers,
  });
}

/** Answers a script. */
export function sendJson(c: Context<AppEnv>, status: number, content: unknown): Response {
  const { bytes, encoding } = compress(
    JSON.stringify(content),
    acceptedEncoding(c.req.header('accept-encoding')),
  );
  return c.body(bytes, status as 200, {
    ...SAFE_HEADERS,
    'content-type': 'application/json',
    vary: 'accept-encoding, cookie',
    ...(encoding !== undefined && { 'content-encoding': encoding }),
  });
}

/** Leads to another page with GET. */
export function sendAway(c: Context<AppEnv>, to: string): Response {
  return c.body(null, 303, { ...SAFE_HEADERS, location: to });
}
