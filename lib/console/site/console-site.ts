import { Hono } from 'hono';
import type { AppEnv } from '../../api/http/http-event.ts';
import { equalInConstantTime } from '../../core/crypto.ts';
import { ORIGIN_HEADER } from '../../settings.ts';
import { createAssetServer } from './assets.ts';
import { failureOf, failurePage, NOT_FOUND } from './failing.tsx';
import type { Action, Page } from './page.ts';
import { homeOf, ROOT } from './paths.ts';
import { readContext } from './request-context.ts';
import { SAFE_HEADERS, sendAway } from './responding.ts';
import { addSessionRoutes } from './session-routes.tsx';
import type { SitePorts } from './site-ports.ts';
import { sessionOfRequest, showPage, takeAction, toLogIn } from './visiting.tsx';

/** The pages and actions of the console. */
export interface Site {
  readonly pages: readonly Page[];
  readonly actions: readonly Action[];
}

/** The console as an HTTP app: who may see which page is decided here, from the site's tables, and nowhere else. */
export function createConsole(ports: SitePorts, site: Site): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  const serveAsset = createAssetServer(ports.assets);
  app.use(async (c, next): Promise<Response | undefined> => {
    const startedMs = ports.clock.now();
    if (isAround(ports.originSecret, c.req.header(ORIGIN_HEADER)) || c.env?.refusal !== undefined) {
      return c.body(null, 404, SAFE_HEADERS);
    }
    await next();
    ports.reporter.report({
      event: 'request',
      // No query: it may hold what somebody searched for.
      request: `${c.req.method} ${c.req.path}`,
      statusCode: c.res.status,
      durationMs: ports.clock.now() - startedMs,
    });
    return undefined;
  });
  app.get(`${ROOT}/assets/:file`, (c) => serveAsset(c) ?? c.body(null, 404, SAFE_HEADERS));
  addSessionRoutes(app, ports);
  for (const path of [ROOT, `${ROOT}/`]) {
    app.get(path, async (c) => {
      const request = readContext(ports, c);
      const found = await sessionOfRequest(ports, request);
      return found === undefined ? toLogIn(request) : sendAway(c, homeOf(found.session));
    });
  }
  const paths = new Set(site.pages.map(({ path }) => path));
  for (const page of site.pages) {
    app.get(pattern(page.path), (c) => showPage({ ports, paths }, readContext(ports, c), page));
  }
  for (const action of site.actions) {
    app.post(pattern(action.path), (c) => takeAction({ ports, paths }, readContext(ports, c), action));
  }
  app.notFound((c) => failurePage(ports, readContext(ports, c), NOT_FOUND));
  app.onError((error, c) => {
    const { isFault, ...failure } = failureOf(error, 'GET');
    if (isFault) report(ports, `${c.req.method} ${c.req.path}`, error);
    return failurePage(ports, readContext(ports, c), failure);
  });
  return app;
}

const pattern = (path: string) => `${ROOT}${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;

/** Whether a request came around the proxy in front of the service. */
function isAround(secret: string | undefined, sent: string | undefined): boolean {
  return secret !== undefined && (sent === undefined || !equalInConstantTime(sent, secret));
}

function report({ reporter }: SitePorts, request: string, error: unknown): void {
  const cause = error instanceof Error && error.cause !== undefined ? `, by ${String(error.cause)}` : '';
  reporter.report({
    event: 'request',
    request,
    statusCode: 500,
    durationMs: 0,
    fault: `${String(error)}${cause}`,
  });
}
