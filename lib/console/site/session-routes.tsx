import type { Hono } from 'hono';
import type { AppEnv } from '../../api/http/http-event.ts';
import { whoAmI } from '../../api/whoami/whoami-contract.ts';
import type { Session } from '../../core/merchants/sessions/session.ts';
import {
  endSession,
  openingOf,
  openSession,
  readLink,
  takeLink,
} from '../../core/merchants/sessions/sessions.ts';
import { isoTime } from '../../core/time.ts';
import { sha256Hex } from '../../protocol/hashes.ts';
import { ACCESS_KEY } from '../../protocol/id-forms.ts';
import { ApiProblem } from '../asking/api-problem.ts';
import { createConsoleApi } from '../asking/console-api.ts';
import { LogInForm, PortalForm, ReplaceForm } from '../view/page/log-in-form.tsx';
import { failurePage } from './failing.tsx';
import { forgetSession, keepPreferences, keepSession, sessionToken } from './http/cookies.ts';
import { isCsrfToken } from './http/csrf.ts';
import { sendAway, sendPage } from './http/responding.ts';
import { homeOf, hrefOf, LOG_IN, ownAddress, ROOT } from './paths.ts';
import { fieldOf, isOwnForm, type RequestContext, readContext, readForm } from './request-context.ts';
import { makerOf } from './request-maker.ts';
import { inPlainPage, LOG_OUT, PREFERENCES } from './shell-page.tsx';
import type { SitePorts } from './site-ports.ts';
import { sessionOfRequest } from './visiting.tsx';

/** Logging in and out, and what can be chosen without a session. These are the only routes without one. */

/** Where portal links lead. `lib/api/portal-links` writes this address. */
const ENTER = '/enter';

export function addSessionRoutes(app: Hono<AppEnv>, ports: SitePorts): void {
  app.get(`${ROOT}${LOG_IN}`, (c) => logInPage(ports, readContext(ports, c), {}));
  app.post(`${ROOT}${LOG_IN}`, (c) => logIn(ports, readContext(ports, c)));
  app.get(`${ROOT}${ENTER}`, (c) => {
    const request = readContext(ports, c);
    const { ui, nonce } = request;
    const children = <PortalForm ui={ui} action={hrefOf(ENTER)} />;
    return sendPage(c, {
      status: 200,
      nonce,
      html: inPlainPage(request, ports.assets, { title: ui.text.logIn.portalTitle, children }),
    });
  });
  app.post(`${ROOT}${ENTER}`, (c) => enter(ports, readContext(ports, c)));
  app.post(`${ROOT}${LOG_OUT}`, (c) => logOut(ports, readContext(ports, c)));
  app.post(`${ROOT}${PREFERENCES}`, (c) => changePreferences(ports, readContext(ports, c)));
}

interface LogInState {
  readonly next?: string | undefined;
  readonly error?: string;
  readonly status?: number;
}

function logInPage(ports: SitePorts, request: RequestContext, { next, error, status = 200 }: LogInState) {
  const { c, ui, nonce } = request;
  const wanted = next ?? ownAddress(c.req.query('next'));
  const children = (
    <LogInForm
      ui={ui}
      action={hrefOf(LOG_IN)}
      {...(wanted !== undefined && { next: wanted })}
      {...(error !== undefined && { error })}
    />
  );
  return sendPage(c, {
    status,
    nonce,
    html: inPlainPage(request, ports.assets, { title: ui.text.logIn.title, children }),
  });
}

/** The API checks the key, in the same way as for every later request of the session. The secret itself goes nowhere. */
async function logIn(ports: SitePorts, request: RequestContext): Promise<Response> {
  const form = await ownForm(ports, request);
  if (form instanceof Response) return form;
  const next = ownAddress(fieldOf(form, 'next'));
  const [, keyId, secret] = ACCESS_KEY.exec(fieldOf(form, 'key') ?? '') ?? [];
  const { logInErrors } = request.text;
  if (keyId === undefined || secret === undefined) {
    return logInPage(ports, request, { next, error: logInErrors.notAKey, status: 400 });
  }
  const session = await sessionOf(ports, request, { keyId, secretHash: sha256Hex(secret) });
  if (session === undefined)
    return logInPage(ports, request, { next, error: logInErrors.refused, status: 401 });
  return begin(ports, request, session, next);
}

interface PresentedKey {
  readonly keyId: string;
  readonly secretHash: string;
}

/** What a session of this key would be. Undefined if the API refuses it. */
async function sessionOf(ports: SitePorts, request: RequestContext, key: PresentedKey) {
  const now = isoTime(ports.clock.now());
  const asked: Session = { ...key, scope: 'admin', createdAt: now, expiresAt: now, idleUntil: now };
  try {
    const { scope, merchantId } = await createConsoleApi(ports.api, makerOf(ports, request, asked)).ask(
      whoAmI,
    );
    const of =
      merchantId === undefined ? {} : { merchantId: merchantId as NonNullable<Session['merchantId']> };
    return { ...key, scope: scope as Session['scope'], ...of };
  } catch (error) {
    if (error instanceof ApiProblem && error.status < 500) return undefined;
    throw error;
  }
}

async function enter(ports: SitePorts, request: RequestContext): Promise<Response> {
  const form = await ownForm(ports, request);
  if (form instanceof Response) return form;
  const token = fieldOf(form, 'token') ?? '';
  if (form.get('replace') !== 'yes') {
    const question = await askToReplace(ports, request, token);
    if (question !== undefined) return question;
  }
  const taken = await takeLink(ports, token);
  if (taken.kind !== 'taken') return failurePage(ports, request, { kind: 'link_used', status: 410 });
  return begin(ports, request, openingOf(taken.link), undefined);
}

/**
 * The question whether a link may replace the session of this browser. Undefined: it replaces none, or one for the same.
 * Asking uses nothing up.
 */
async function askToReplace(ports: SitePorts, request: RequestContext, token: string) {
  const found = await sessionOfRequest(ports, request);
  if (found === undefined) return undefined;
  const link = await readLink(ports, token);
  if (link === undefined) return failurePage(ports, request, { kind: 'link_used', status: 410 });
  const { session } = found;
  if (session.keyId === link.keyId && session.merchantId === link.merchantId) return undefined;
  const { c, ui, nonce } = request;
  const children = (
    <ReplaceForm
      ui={ui}
      action={hrefOf(ENTER)}
      token={token}
      present={session}
      home={homeOf(session)}
      next={link}
    />
  );
  const html = inPlainPage(request, ports.assets, { title: ui.text.logIn.replaceTitle, children });
  return sendPage(c, { status: 200, nonce, html });
}

/** Begins a session, and ends the one that the browser had. */
async function begin(
  ports: SitePorts,
  request: RequestContext,
  opening: Parameters<typeof openSession>[1],
  next: string | undefined,
): Promise<Response> {
  const { c, isSecure } = request;
  const former = sessionToken(c, isSecure);
  const { token, session } = await openSession(ports, opening);
  if (former !== undefined) await endSession(ports, former);
  keepSession(c, isSecure, token);
  return sendAway(c, next ?? homeOf(session));
}

async function logOut(ports: SitePorts, request: RequestContext): Promise<Response> {
  const form = await ownForm(ports, request);
  if (form instanceof Response) return form;
  const { c, isSecure } = request;
  const token = sessionToken(c, isSecure);
  if (token !== undefined) {
    if (!isCsrfToken(token, form.get('csrf') ?? undefined)) return formExpired(ports, request);
    await endSession(ports, token);
  }
  forgetSession(c, isSecure);
  return sendAway(c, hrefOf(LOG_IN));
}

/** Needs no session, and nothing but the origin speaks for it: it changes only how this browser shows the console. */
async function changePreferences(ports: SitePorts, request: RequestContext): Promise<Response> {
  const form = await ownForm(ports, request);
  if (form instanceof Response) return form;
  keepPreferences(request.c, request.isSecure, Object.fromEntries(form));
  return sendAway(request.c, ownAddress(fieldOf(form, 'back')) ?? ROOT);
}

/** The fields of a form that a page of the console sent, or the answer to any other. */
async function ownForm(ports: SitePorts, request: RequestContext): Promise<URLSearchParams | Response> {
  if (!isOwnForm(request)) return formExpired(ports, request);
  return (await readForm(request)) ?? formExpired(ports, request);
}

const formExpired = (ports: SitePorts, request: RequestContext) =>
  failurePage(ports, request, { kind: 'form_expired', status: 403 });
