import type { Session } from '../../core/merchants/sessions/session.ts';

/** The addresses of the console. */

export const ROOT = '/console';
export const LOG_IN = '/log-in';

/** The address of a path of the console, with values for its parameters and query. */
export function hrefOf(
  path: string,
  params: Readonly<Record<string, string>> = {},
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const pairs = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const search = new URLSearchParams(pairs).toString();
  return `${ROOT}${filled}${search === '' ? '' : `?${search}`}`;
}

/** Where a session begins. */
export function homeOf({ merchantId }: Pick<Session, 'merchantId'>): string {
  return merchantId === undefined ? hrefOf('/overview') : hrefOf('/merchants/{merchantId}', { merchantId });
}

/** An address within the console that a form or a query named; undefined for every other address. */
export function ownAddress(given: string | undefined): string | undefined {
  if (given === undefined || !/^\/console(?:[/?]|$)/.test(given)) return undefined;
  const base = 'https://console.invalid';
  const url = URL.canParse(given, base) ? new URL(given, base) : undefined;
  if (url?.origin !== base || !/^\/console(?:\/|$)/.test(url.pathname)) return undefined;
  return `${url.pathname}${url.search}`;
}
