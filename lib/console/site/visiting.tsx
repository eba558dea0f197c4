import type { Session } from '../../core/merchants/sessions/session.ts';
import { endSession, readSession } from '../../core/merchants/sessions/sessions.ts';
import { ApiProblem } from '../asking/api-problem.ts';
import { createConsoleApi } from '../asking/console-api.ts';
import { Foreign } from '../view/data/foreign.tsx';
import type { Flash } from '../view/page/flash.tsx';
import { failureInShell, failureOf, NOT_FOUND, reportFault } from './failing.tsx';
import { pageScripts } from './http/assets.ts';
import { flashCookie, forgetFlash, forgetSession, keepFlash, sessionToken } from './http/cookies.ts';
import { csrfToken, isCsrfToken } from './http/csrf.ts';
import { flashValue, readFlash } from './http/flash-cookie.ts';
import { sendAway, sendJson, sendPage } from './http/responding.ts';
import type { Action, Page, Performed, Resource, Shown, Visit } from './page.ts';
import { hrefOf, LOG_IN } from './paths.ts';
import { mayUse } from './permission.ts';
import { fieldOf, isOwnForm, type RequestContext, readForm, readJson } from './request-context.ts';
import { makerOf } from './request-maker.ts';
import { type Framing, inShell } from './shell-page.tsx';
import type { SitePorts } from './site-ports.ts';

/** Serves the pages and actions of a session: finds it, checks it, and turns what goes wrong into a page. */

export interface OpenSite {
  readonly ports: SitePorts;
  readonly paths: ReadonlySet<string>;
}

interface FoundSession {
  readonly token: string;
  readonly session: Session;
}

export async function sessionOfRequest(
  ports: SitePorts,
  { c, isSecure }: RequestContext,
): Promise<FoundSession | undefined> {
  const token = sessionToken(c, isSecure);
  const session = token === undefined ? undefined : await readSession(ports, token);
  return token === undefined || session === undefined ? undefined : { token, session };
}

/** The way to the log-in, and from there back to this page. */
export function toLogIn({ c, isSecure, here }: RequestContext): Response {
  if (sessionToken(c, isSecure) !== undefined) forgetSession(c, isSecure);
  const next = c.req.method === 'GET' ? here : undefined;
  return sendAway(c, hrefOf(LOG_IN, {}, { next }));
}

export async function showPage(site: OpenSite, request: RequestContext, page: Page): Promise<Response> {
  const found = await sessionOfRequest(site.ports, request);
  if (found === undefined) return toLogIn(request);
  const framing = framingOf(site, request, found);
  const visit = visitOf(site, request, found.session);
  if (!mayUse(found.session, page.who, visit.params)) return failureInShell(framing, NOT_FOUND);
  return orFailure({ site, framing, found }, async () => {
    const shown = await page.show(visit);
    return sendShown(framing, shown);
  });
}

export async function takeAction(site: OpenSite, request: RequestContext, action: Action): Promise<Response> {
  const found = await sessionOfRequest(site.ports, request);
  if (found === undefined) return toLogIn(request);
  const framing = framingOf(site, request, found);
  const visit = visitOf(site, request, found.session);
  if (!mayUse(found.session, action.who, visit.params)) return failureInShell(framing, NOT_FOUND);
  const form = isOwnForm(request) ? await readForm(request) : undefined;
  if (form === undefined || !isCsrfToken(found.token, form.get('csrf') ?? undefined)) {
    return failureInShell(framing, { kind: 'form_expired', status: 403 });
  }
  return orFailure({ site, framing, found }, async () => {
    const field = (name: string) => fieldOf(form, name);
    const fields = (name: string) => form.getAll(name);
    return sendPerformed(framing, await action.perform({ ...visit, field, fields }));
  });
}

/** Answers a script. What goes wrong is a problem in JSON, with the code of the API where there is one. */
export async function answerResource(
  site: OpenSite,
  request: RequestContext,
  { who, method, answer }: Resource,
): Promise<Response> {
  const found = await sessionOfRequest(site.ports, request);
  if (found === undefined) return sendJson(request.c, 401, { code: 'no_session' });
  const visit = visitOf(site, request, found.session);
  if (!mayUse(found.session, who, visit.params)) return sendJson(request.c, 404, { code: 'not_found' });
  if (
    method === 'post' &&
    !(isOwnForm(request) && isCsrfToken(found.token, request.c.req.header('x-csrf')))
  ) {
    return sendJson(request.c, 403, { code: 'form_expired' });
  }
  try {
    const body: unknown = method === 'post' ? await readJson(request) : undefined;
    return sendJson(request.c, 200, await answer({ ...visit, body }));
  } catch (error) {
    if (error instanceof ApiProblem) return sendJson(request.c, error.status, { code: error.code });
    // A question changes nothing, also as a POST.
    const { isFault, status } = failureOf(error, 'GET');
    if (isFault) reportFault(site.ports, request.c, error);
    return sendJson(request.c, status, { code: 'no_answer' });
  }
}

interface Attempted {
  readonly site: OpenSite;
  readonly framing: Framing;
  readonly found: FoundSession;
}

async function orFailure(
  { site, framing, found }: Attempted,
  run: () => Promise<Response>,
): Promise<Response> {
  const { request } = framing;
  try {
    return await run();
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) {
      // The key was revoked, or has expired: nothing of the session stays.
      await endSession(site.ports, found.token);
      return toLogIn(request);
    }
    const { isFault, ...failure } = failureOf(error, request.c.req.method);
    if (isFault) reportFault(site.ports, request.c, error);
    return failureInShell(framing, failure);
  }
}

function framingOf({ ports, paths }: OpenSite, request: RequestContext, found: FoundSession): Framing {
  const note = readFlash(flashCookie(request.c), request.text);
  if (note !== undefined) forgetFlash(request.c, request.isSecure);
  const flashes: readonly Flash[] =
    note === undefined
      ? []
      : [{ kind: 'success', text: <Foreign text={request.text.flash[note.name](note.about)} /> }];
  const salt = request.nonce.replaceAll(/[^A-Za-z0-9]/g, '');
  const csrf = csrfToken(found.token, salt);
  return { request, assets: ports.assets, session: found.session, csrf, paths, flashes };
}

function visitOf({ ports }: OpenSite, request: RequestContext, session: Session): Visit {
  const { c, ui, text, here } = request;
  return {
    session,
    api: createConsoleApi(ports.api, makerOf(ports, request, session)),
    params: c.req.param() as Visit['params'],
    query: (name) => c.req.query(name)?.trim() || undefined,
    ui,
    text,
    here,
  };
}

function sendShown(framing: Framing, shown: Shown): Promise<Response> {
  const { request, session, csrf } = framing;
  const { ui, text, here, nonce } = request;
  const scripts = pageScripts(framing.assets);
  const children = shown.body({ ui, text, session, csrf, here, scripts });
  const html = inShell(framing, { title: shown.title, place: shown.place, children });
  return sendPage(request.c, { status: shown.status ?? 200, nonce, html });
}

function sendPerformed(framing: Framing, performed: Performed): Response | Promise<Response> {
  if (performed.kind === 'shown') return sendShown(framing, performed.shown);
  const { c, isSecure } = framing.request;
  const { flash, about = '', to } = performed;
  if (flash !== undefined) keepFlash(c, isSecure, flashValue({ name: flash, about }));
  return sendAway(c, to);
}
