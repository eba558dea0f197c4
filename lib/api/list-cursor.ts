import type { MerchantId } from '../core/model.ts';
import { sha256Hex } from '../protocol/hashes.ts';
import { type Answer, problem } from './contract/operation.ts';

/**
 * Cursors of all lists. A cursor is an opaque position with a tag over the list, its filter and its merchant.
 * The tag is not a secret: it detects damaged cursors and cursors of other lists. A forged tag only selects a position
 * in the caller's own list, because the merchant is never read from the cursor.
 */

/** What a cursor is valid for. A cursor of any other selection is refused. */
interface Selection {
  /** Which list, such as `feed`. */
  readonly name: string;
  /** The merchant whose rows the list holds. Absent for a list over all merchants. */
  readonly merchantId?: MerchantId | undefined;
  /** The filter. A position in one selection means nothing in another. */
  readonly filter?: Readonly<Record<string, string | number | undefined>>;
}

/** A list that one caller reads page by page. */
export interface PagedList<P> extends Selection {
  readonly textOf: (position: P) => string;
  /** Undefined if the text is not a position of this list. */
  readonly positionOf: (text: string) => P | undefined;
}

/** Maximum length of a cursor in characters. No position needs more, even with ids of 64 characters. */
export const MAX_CURSOR_LENGTH = 512;

/** Hex digits of the tag. */
const TAG_DIGITS = 16;
/** Stands for all merchants. It is not a valid merchant id. */
const ALL_MERCHANTS = '*';

export type ReadCursor<P> =
  | { readonly kind: 'after'; readonly after?: P }
  | { readonly kind: 'invalid'; readonly problem: Answer };

/** The position after which to continue, from the request's `cursor`. Without a cursor: from the start. */
export function readCursor<P>(list: PagedList<P>, cursor: string | undefined): ReadCursor<P> {
  if (cursor === undefined) return { kind: 'after' };
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const position = text.slice(0, -TAG_DIGITS - 1);
  // Compare the whole cursor: decoding skips characters that are not base64url and replaces bytes that are not UTF-8.
  const after = sealed(list, position) === cursor ? list.positionOf(position) : undefined;
  return after === undefined ? { kind: 'invalid', problem: cursorProblem() } : { kind: 'after', after };
}

/** The opaque text of a position. */
export function cursorText<P>(list: PagedList<P>, position: P): string {
  return sealed(list, list.textOf(position));
}

/** The paging fields of an answer. The next page starts after `next`; undefined on the last page. */
export function pageEnd<P>(
  list: PagedList<P>,
  next: P | undefined,
): { readonly hasMore: boolean; readonly nextCursor?: string } {
  return next === undefined ? { hasMore: false } : { hasMore: true, nextCursor: cursorText(list, next) };
}

function cursorProblem(): Answer {
  return problem('invalid_cursor', { errors: [{ pointer: '/query/cursor', code: 'invalid_cursor' }] });
}

function sealed(list: Selection, position: string): string {
  return Buffer.from(`${position}~${tagOf(list, position)}`, 'utf8').toString('base64url');
}

/** Without a filter, the tag covers the bare name of the list: receivers keep feed cursors with such tags. */
function tagOf({ name, filter = {}, merchantId }: Selection, position: string): string {
  const chosen = JSON.stringify(filter);
  const list = chosen === '{}' ? name : `${name} ${chosen}`;
  const whose = merchantId ?? ALL_MERCHANTS;
  return sha256Hex(`${list}\n${whose}\n${position}`).slice(0, TAG_DIGITS);
}
