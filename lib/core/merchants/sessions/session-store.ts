import type { AuditEntry } from '../audit-log/audit-entry.ts';
import type { PortalLink, Session } from './session.ts';

/** Keeps sessions and links by the hash of their token. Items may be read for days after their end. */

export interface PortalLinkStore {
  /** Writes the `entry` of the audit log in the same transaction. */
  create(tokenHash: string, link: PortalLink, entry: AuditEntry): Promise<void>;
}

export interface SessionStore {
  read(tokenHash: string): Promise<Session | undefined>;
  create(tokenHash: string, session: Session): Promise<void>;
  /** Moves the idle end. A session that has been removed stays removed. */
  extend(tokenHash: string, idleUntil: string): Promise<void>;
  remove(tokenHash: string): Promise<void>;
  /** A link, which stays. Also an expired one. */
  readLink(tokenHash: string): Promise<PortalLink | undefined>;
  /** Deletes and returns a link. Of two requests with the same link, one gets it. An expired link stays. */
  takeLink(tokenHash: string, now: string): Promise<TakenLink>;
}

export type TakenLink =
  | { readonly kind: 'taken'; readonly link: PortalLink }
  | { readonly kind: 'expired' }
  /** Used before, or never made: nobody can tell which. */
  | { readonly kind: 'unknown' };
