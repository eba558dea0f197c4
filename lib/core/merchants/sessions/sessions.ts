import { sha256Hex } from '../../../protocol/hashes.ts';
import { base62 } from '../../crypto.ts';
import type { Clock, Random } from '../../runtime/environment.ts';
import { isoTime, msOf } from '../../time.ts';
import {
  IDLE_MS,
  MOVE_IDLE_MS,
  type PortalLink,
  SESSION_MS,
  type Session,
  TOKEN,
  TOKEN_BYTES,
} from './session.ts';
import type { SessionStore, TakenLink } from './session-store.ts';

/** Opens, reads and ends the sessions of the console. */

interface SessionPorts {
  readonly sessions: SessionStore;
  readonly clock: Clock;
  readonly random: Random;
}

/** The key that opens a session, and whom the session acts for. */
export type Opening = Pick<Session, 'keyId' | 'secretHash' | 'scope' | 'merchantId' | 'isByLink'>;

export interface OpenedSession {
  /** For the cookie. It is not stored. */
  readonly token: string;
  readonly session: Session;
}

export function newToken(random: Random): string {
  return base62(random.bytes(TOKEN_BYTES));
}

export async function openSession(ports: SessionPorts, opening: Opening): Promise<OpenedSession> {
  const token = newToken(ports.random);
  const nowMs = ports.clock.now();
  const session: Session = {
    ...opening,
    createdAt: isoTime(nowMs),
    expiresAt: isoTime(nowMs + SESSION_MS),
    idleUntil: isoTime(nowMs + IDLE_MS),
  };
  await ports.sessions.create(sha256Hex(token), session);
  return { token, session };
}

/** The session of a token. Undefined if there is none, or it has ended. Moves the idle end from time to time. */
export async function readSession(ports: SessionPorts, token: string): Promise<Session | undefined> {
  if (!TOKEN.test(token)) return undefined;
  const tokenHash = sha256Hex(token);
  const session = await ports.sessions.read(tokenHash);
  const nowMs = ports.clock.now();
  if (session === undefined) return undefined;
  if (msOf(session.expiresAt) <= nowMs || msOf(session.idleUntil) <= nowMs) return undefined;
  const idleUntilMs = nowMs + IDLE_MS;
  if (idleUntilMs - msOf(session.idleUntil) < MOVE_IDLE_MS) return session;
  const idleUntil = isoTime(idleUntilMs);
  await ports.sessions.extend(tokenHash, idleUntil);
  return { ...session, idleUntil };
}

export async function endSession({ sessions }: Pick<SessionPorts, 'sessions'>, token: string): Promise<void> {
  if (TOKEN.test(token)) await sessions.remove(sha256Hex(token));
}

/** What a link would open. Taking it may still find that somebody was first. */
export async function readLink(
  { sessions, clock }: Pick<SessionPorts, 'sessions' | 'clock'>,
  token: string,
): Promise<PortalLink | undefined> {
  const link = TOKEN.test(token) ? await sessions.readLink(sha256Hex(token)) : undefined;
  return link === undefined || msOf(link.expiresAt) <= clock.now() ? undefined : link;
}

/** Takes a link, which can be taken once. A process that dies after this has used the link up. */
export async function takeLink(
  { sessions, clock }: Pick<SessionPorts, 'sessions' | 'clock'>,
  token: string,
): Promise<TakenLink> {
  if (!TOKEN.test(token)) return { kind: 'unknown' };
  return sessions.takeLink(sha256Hex(token), isoTime(clock.now()));
}

/** What a link opens. */
export const openingOf = ({ keyId, secretHash, scope, merchantId }: PortalLink): Opening => ({
  keyId,
  secretHash,
  scope,
  ...(merchantId !== undefined && { merchantId }),
  isByLink: true,
});
