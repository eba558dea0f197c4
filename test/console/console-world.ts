import { brotliCompressSync } from 'node:zlib';
import { serveEvents } from '../../lib/api/http/http-event.ts';
import type { ApiPorts } from '../../lib/console/asking/console-api.ts';
import { SITE } from '../../lib/console/pages/all-pages.ts';
import { createConsole, type Site } from '../../lib/console/site/console-site.ts';
import { openAssets } from '../../lib/console/site/http/assets.ts';
import type { SitePorts } from '../../lib/console/site/site-ports.ts';
import { createBrowser } from '../support/cookie-browser.ts';
import { createWorld } from '../support/world.ts';

/** The console in front of a whole service in this process. */

const HOST = 'api.tidings.example';
export const ORIGIN = `https://${HOST}`;

const ASSETS = openAssets(
  {
    stylesheet: { hash: 'aaaa', type: 'css' },
    script: { hash: 'bbbb', type: 'js' },
    reconciliation: { hash: 'cccc', type: 'js' },
    ledgerWorker: { hash: 'dddd', type: 'js' },
  },
  (file) => brotliCompressSync(file === 'aaaa.css.br' ? 'p{}' : '1'),
);

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
  const fetchPage = async (request: Request) => app.fetch(request, {});
  return {
    ...world,
    console: app,
    invocations,
    browser: (origin = ORIGIN) => createBrowser(fetchPage, origin),
  };
}

export type ConsoleWorld = ReturnType<typeof createConsoleWorld>;
