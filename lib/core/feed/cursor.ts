import { sha256Hex } from '../../protocol/hashes.ts';
import type { MerchantId } from '../model.ts';

/**
 * Cursors of lists that are read to their end over days: a position, made opaque, with a tag over whose it is and of
 * which list. The tag is no secret. It tells a cursor of another merchant or list, and a damaged one, from one's
 * own; whoever forges it has forged a position in the own list, which `from` would have given as well.
 */

export interface CursorOf {
  readonly merchantId: MerchantId;
  /** Which of the merchant's lists: a position in one means nothing in another. */
  readonly list: string;
}

const TAG_DIGITS = 16;

export function cursorText(of: CursorOf, position: string): string {
  return Buffer.from(`${position}~${tagOf(of, position)}`, 'utf8').toString('base64url');
}

/** The position, or undefined where the cursor was not given to this merchant for this list. */
export function cursorPosition(of: CursorOf, text: string): string | undefined {
  const decoded = Buffer.from(text, 'base64url').toString('utf8');
  const position = decoded.slice(0, -TAG_DIGITS - 1);
  return decoded === `${position}~${tagOf(of, position)}` ? position : undefined;
}

function tagOf({ merchantId, list }: CursorOf, position: string): string {
  return sha256Hex(`${list}\n${merchantId}\n${position}`).slice(0, TAG_DIGITS);
}
