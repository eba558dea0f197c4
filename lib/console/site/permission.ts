import type { Session } from '../../core/merchants/sessions/session.ts';
import type { Who } from './page.ts';

/** Whether a session may use a page. The API checks every request of the page again, by the session's key. */
export function mayUse(session: Session, who: Who, params: Readonly<Record<string, string>>): boolean {
  if (session.scope === 'admin') return session.merchantId === undefined;
  return who === 'merchant' && session.merchantId !== undefined && session.merchantId === params.merchantId;
}
