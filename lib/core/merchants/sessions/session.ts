import * as z from 'zod';
import { onFirstUse, type Parsed } from '../../reading/on-first-use.ts';
import { storedId, storedMerchantId, storedTime, storedWord } from '../../reading/stored.ts';
import { HOUR_MS, MINUTE_MS } from '../../time.ts';

/**
 * Sessions of the console, and the links that open one. Both are stored under the hash of their token, so the table holds
 * nothing that opens a session. Both belong to an access key: if the key is revoked, they end.
 */

/** Whom a session may act for: operators for all merchants, or one merchant. */
export type SessionScope = 'admin' | 'merchant';

/** The key behind a session or link. The hash is compared with that of the key as it is stored when a request is made. */
const behind = onFirstUse(() => ({
  keyId: storedId(),
  secretHash: z.string(),
  scope: storedWord<SessionScope>(),
  /** Set for one merchant's session. The key itself may be an operator's. */
  merchantId: storedMerchantId().exactOptional(),
  createdAt: storedTime(),
  expiresAt: storedTime(),
}));

export const portalLinkSchema = onFirstUse(() => z.object(behind()));
/** A link that opens one session, once. */
export type PortalLink = Readonly<Parsed<typeof portalLinkSchema>>;

export const sessionSchema = onFirstUse(() =>
  z.object({
    ...behind(),
    /** Whether a portal link opened it, and not the key itself. */
    isByLink: z.boolean().exactOptional(),
    /** It ends then, unless a request moves it. */
    idleUntil: storedTime(),
  }),
);
export type Session = Readonly<Parsed<typeof sessionSchema>>;

/** A session ends this long after it began: a shift, with some overlap. */
export const SESSION_MS = 12 * HOUR_MS;
/** A session ends this long after its last request. */
export const IDLE_MS = 2 * HOUR_MS;
/** A request moves the idle end if that moves it at least this far: a session costs few writes. */
export const MOVE_IDLE_MS = 10 * MINUTE_MS;

/** Bytes of a token: more than anybody can guess. */
export const TOKEN_BYTES = 32;
/** What a token looks like. Other values are not looked up. */
export const TOKEN = /^[A-Za-z0-9]{43}$/;
