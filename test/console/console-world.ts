import { serveEvents } from '../../lib/api/http/http-event.ts';
import type { ApiPorts } from '../../lib/console/asking/console-api.ts';
import { SITE } from '../../lib/console/pages/all-pages.ts';
import { createConsole, type Site } from '../../lib/console/site/console-site.ts';
import type { SitePorts } from '../../lib/console/site/site-ports.ts';
import { createWorld } from '../support/world.ts';

/** The console in front of a whole service in this process, and browsers that keep cookies as real ones do. */

export const HOST = 'api.tidings.example';
export const ORIGIN = `https://${HOST}`;

/** `p{}` and `1` by brotli. */
const ASSETS = {
  stylesheet: { hash: 'aaaa', type: 'css', packed: 'CwGAcHt9Aw==' },
  script: { hash: 'bbbb', type: 'js', packed: 'CwCAMQM=' },
} as const;

export interface ConsoleOptions {
  readonly site?: Site;
  readonly ports?: Partial<SitePorts>;
  /** Stands between console and API. */
  readonly onInvoke?: (event: object) => void | Promise<void>;
}

export function createConsoleWorld({ site = SITE, ports = {}, onInvoke }: ConsoleOptions = {}) {
  const world = createWorld();
  const serve = serveEvents(world.app, 'decoded');
  const invocations: object[] = [];
  const api: ApiPorts = {
    functionOf: ({ function: name }) => ({ name, rawPath: 'decoded' }),
    invoke: async ({ event }) => {
      invocations.push(event);
      await onInvoke?.(event);
      return serve(event);
    },
  };
  const app = createConsole({ ...world.ports, api, assets: ASSETS, ...ports }, site);
  return { ...world, console: app, invocations, browser: () => createBrowser(app) };
}

export type ConsoleWorld = ReturnType<typeof createConsoleWorld>;
export type Browser = ReturnType<typeof createBrowser>;

interface Seen {
  readonly status: number;
  readonly html: string;
  readonly headers: Headers;
  /** Where a redirect leads. */
  readonly location: string | undefined;
}

type App = ReturnType<typeof createConsole>;

/** @param origin as the address line shows it */
export function createBrowser(app: App, origin = ORIGIN) {
  const cookies = new Map<string, string>();
  let csrf = '';

  async function send(path: string, init: RequestInit): Promise<Seen> {
    const headers = new Headers(init.headers);
    if (cookies.size > 0) headers.set('cookie', [...cookies].map((pair) => pair.join('=')).join('; '));
    const response = await app.fetch(new Request(`${origin}${path}`, { ...init, headers }), {});
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (/max-age=0/i.test(cookie)) cookies.delete(name);
      else cookies.set(name, value);
    }
    const html = await response.text();
    csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? csrf;
    const location = response.headers.get('location') ?? undefined;
    return { status: response.status, html, headers: response.headers, location };
  }

  return {
    cookies,
    /** The token of the last page that had a form. */
    get csrf() {
      return csrf;
    },
    get: (path: string, headers: Readonly<Record<string, string>> = {}) => send(path, { headers }),
    /** Sends a form as the last page would. */
    submit: (
      path: string,
      fields: Readonly<Record<string, string>> = {},
      headers: Readonly<Record<string, string>> = { origin },
    ) =>
      send(path, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: new URLSearchParams({ ...(csrf !== '' && { csrf }), ...fields }).toString(),
      }),
    async logIn(key: string): Promise<Seen> {
      return this.submit('/console/log-in', { key });
    },
    /** Opens a portal link, as the script of its page does. */
    enter(url: string): Promise<Seen> {
      return this.submit('/console/enter', { token: new URL(url).hash.slice(1) });
    },
  };
}
