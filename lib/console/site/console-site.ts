import { Hono } from 'hono';
import { isAroundProxy } from '../../api/http/around-proxy.ts';
import type { AppEnv } from '../../api/http/http-event.ts';
import { ORIGIN_HEADER } from '../../settings.ts';
import { failureOf, failurePage, NOT_FOUND, reportFault } from './failing.tsx';
import { createAssetServer } from './http/assets.ts';
import { SAFE_HEADERS, sendAway } from './http/responding.ts';
import type { Action, Page, Resource } from './page.ts';
import { homeOf, ROOT } from './paths.ts';
import { readContext } from './request-context.ts';
import { addSessionRoutes } from './session-routes.tsx';
import type { SitePorts } from './site-ports.ts';
import { answerResource, sessionOfRequest, showPage, takeAction, toLogIn } from './visiting.tsx';

/** The pages and actions of the console, and what its scripts ask. */
export interface Site {
  readonly pages: readonly Page[];
  readonly actions: readonly Action[];
  readonly resources: readonly Resource[];
}

/** The console as an HTTP app: who may see which page is decided here, from the site's tables, and nowhere else. */
export function createConsole(ports: SitePorts, site: Site): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  const serveAsset = createAssetServer(ports.assets);
  app.use(async (c, next): Promise<Response | undefined> => {
    const startedMs = ports.clock.now();
    if (isAroundProxy(ports.originSecret, c.req.header(ORIGIN_HEADER)) || c.env?.refusal !== undefined) {
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
  for (const one of site.resources) {
    app.on(one.method.toUpperCase(), pattern(one.path), (c) =>
      answerResource({ ports, paths }, readContext(ports, c), one),
    );
  }
  app.notFound((c) => failurePage(ports, readContext(ports, c), NOT_FOUND));
  app.onError((error, c) => {
    const { isFault, ...failure } = failureOf(error, 'GET');
    if (isFault) reportFault(ports, c, error);
    return failurePage(ports, readContext(ports, c), failure);
  });
  return app;
}

const pattern = (path: string) => `${ROOT}${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
