import type { Session } from '../../core/merchants/sessions/session.ts';
import type { RequestMaker } from '../asking/api-request.ts';
import type { RequestContext } from './request-context.ts';
import type { SitePorts } from './site-ports.ts';

/** How the requests of a page are made for its session. */
export function makerOf(
  { originSecret }: SitePorts,
  { origin }: RequestContext,
  session: Session,
): RequestMaker {
  const { host, protocol } = new URL(origin);
  return { session, host, scheme: protocol.replace(':', ''), originSecret };
}
