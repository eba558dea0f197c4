import type { AuditEntry } from '../../../core/merchants/audit-log/audit-entry.ts';
import type { PortalLink, Session } from '../../../core/merchants/sessions/session.ts';
import type { PortalLinkStore, SessionStore } from '../../../core/merchants/sessions/session-store.ts';

interface MemorySessions {
  readonly sessions: SessionStore;
  readonly portalLinks: PortalLinkStore;
}

export function memorySessions(log: (entry: AuditEntry) => void): MemorySessions {
  const sessions = new Map<string, Session>();
  const links = new Map<string, PortalLink>();
  return {
    sessions: {
      read: async (tokenHash) => sessions.get(tokenHash),
      create: async (tokenHash, session) => void sessions.set(tokenHash, session),
      extend: async (tokenHash, idleUntil) => {
        const session = sessions.get(tokenHash);
        if (session !== undefined) sessions.set(tokenHash, { ...session, idleUntil });
      },
      remove: async (tokenHash) => void sessions.delete(tokenHash),
      readLink: async (tokenHash) => links.get(tokenHash),
      takeLink: async (tokenHash, now) => {
        const link = links.get(tokenHash);
        if (link === undefined) return { kind: 'unknown' };
        if (link.expiresAt <= now) return { kind: 'expired' };
        links.delete(tokenHash);
        return { kind: 'taken', link };
      },
    },
    portalLinks: {
      create: async (tokenHash, link, entry) => {
        if (links.has(tokenHash)) throw new Error('This link exists.');
        links.set(tokenHash, link);
        log(entry);
      },
    },
  };
}
