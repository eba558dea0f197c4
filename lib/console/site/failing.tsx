import type { Context } from 'hono';
import type { AppEnv } from '../../api/http/http-event.ts';
import { ApiProblem, ApiSilence } from '../asking/api-problem.ts';
import { UnsafePath } from '../asking/api-request.ts';
import { sendPage } from './http/responding.ts';
import { homeOf, ROOT } from './paths.ts';
import type { RequestContext } from './request-context.ts';
import { type Failure, type Framing, failureMessage, inPlainPage, inShell } from './shell-page.tsx';
import type { SitePorts } from './site-ports.ts';

/** What people see when a page cannot be shown. */

/** A failure without a session. */
export function failurePage(ports: SitePorts, request: RequestContext, failure: Failure): Promise<Response> {
  const { c, ui, nonce } = request;
  const children = failureMessage(request, failure, ROOT);
  const { title } = ui.text.errors[failure.kind];
  return sendPage(c, {
    status: failure.status,
    nonce,
    html: inPlainPage(request, ports.assets, { title, children }),
  });
}

/** A failure within the shell, so that the way on is there. */
export function failureInShell(framing: Framing, failure: Failure): Promise<Response> {
  const { request, session } = framing;
  const children = failureMessage(request, failure, homeOf(session));
  const { title } = request.ui.text.errors[failure.kind];
  return sendPage(request.c, {
    status: failure.status,
    nonce: request.nonce,
    html: inShell(framing, { title, place: {}, children }),
  });
}

export const NOT_FOUND: Failure = { kind: 'not_found', status: 404 };

/**
 * The failure that an error means, and whether somebody must be told of it.
 *
 * @param method of the request: what was to be changed may have been changed although no answer came
 */
export function failureOf(error: unknown, method: string): Failure & { readonly isFault?: true } {
  if (error instanceof UnsafePath) return NOT_FOUND;
  if (error instanceof ApiSilence) {
    const fault = error.isSlow ? {} : ({ isFault: true } as const);
    if (method !== 'GET') return { kind: 'unsure', status: 504, ...fault };
    return error.isSlow
      ? { kind: 'slow', status: 504, mayRetry: true }
      : { kind: 'unavailable', status: 502, mayRetry: true, ...fault };
  }
  if (!(error instanceof ApiProblem))
    return { kind: 'unavailable', status: 500, mayRetry: true, isFault: true };
  const { status, code } = error;
  if (status === 429) return { kind: 'too_many', status, code, mayRetry: true };
  if (status >= 500) return { kind: 'unavailable', status: 502, code, mayRetry: true };
  if (status === 403) return { kind: 'forbidden', status, code };
  if (status === 404 || code === 'invalid_id') return { kind: 'not_found', status: 404, code };
  return { kind: 'refused', status, code };
}

/** Tells operators of a fault, in the log. The page shows none of it. */
export function reportFault({ reporter }: SitePorts, c: Context<AppEnv>, error: unknown): void {
  const cause = error instanceof Error && error.cause !== undefined ? `, by ${String(error.cause)}` : '';
  const request = `${c.req.method} ${c.req.path}`;
  const fault = `${String(error)}${cause}`;
  reporter.report({ event: 'request', request, statusCode: 500, durationMs: 0, fault });
}
