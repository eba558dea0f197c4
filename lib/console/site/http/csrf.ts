import { equalInConstantTime } from '../../../core/crypto.ts';
import { sha256Hex } from '../../../protocol/hashes.ts';

/**
 * Tokens of forms. Each is bound to the session, because only its token makes them. Each page has another one, so a
 * compressed page reveals nothing by its size.
 */
export function csrfToken(sessionToken: string, salt: string): string {
  return `${salt}.${sha256Hex(`csrf ${salt} ${sessionToken}`)}`;
}

export function isCsrfToken(sessionToken: string, given: string | undefined): boolean {
  const [salt = ''] = (given ?? '').split('.', 1);
  return (
    given !== undefined && salt.length <= 64 && equalInConstantTime(given, csrfToken(sessionToken, salt))
  );
}

/** What a browser says of where a request comes from. */
interface Source {
  readonly site: string | undefined;
  readonly origin: string | undefined;
  /** The console's own origin. */
  readonly own: string;
}

/**
 * Whether a form was sent by a page of the console. Browsers set both headers, and no script can. A request without them is
 * refused: every browser of today sends `Origin` with a POST.
 */
export function isFromOwnPage({ site, origin, own }: Source): boolean {
  if (site !== undefined) return site === 'same-origin';
  return origin === own;
}
