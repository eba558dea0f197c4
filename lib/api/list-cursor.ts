import type { MerchantId } from '../core/model.ts';
import { sha256Hex } from '../protocol/hashes.ts';
import { type Answer, problem } from './operation.ts';

/**
 * Cursors of every list: a position, made opaque, with a tag over the list, its filter and its merchant. The tag is no
 * secret: it refuses a cursor of another list and a damaged one. A forged tag names a position in the caller's own
 * list and shows nothing else, because the merchant is never read from the cursor.
 */

/** What a cursor is good for, and for nothing else. */
interface Selection {
  /** Which list, such as `feed`. */
  readonly name: string;
  /** Whose rows it holds; absent of a list over all merchants. */
  readonly merchantId?: MerchantId | undefined;
  /** What narrows it: a position in one selection means nothing in another. */
  readonly filter?: Readonly<Record<string, string | number | undefined>>;
}

/** A list that is read page by page, as one caller may see it. */
export interface PagedList<P> extends Selection {
  readonly textOf: (position: P) => string;
  /** Undefined where the text is no position of this list. */
  readonly positionOf: (text: string) => P | undefined;
}

/** Characters of a cursor at most: more than any position needs, ids of 64 characters included. */
export const MAX_CURSOR_LENGTH = 512;

/** Hex digits of the tag. */
const TAG_DIGITS = 16;
/** Stands for all merchants: it is no merchant id. */
const ALL_MERCHANTS = '*';

export type ReadCursor<P> =
  | { readonly kind: 'after'; readonly after?: P }
  | { readonly kind: 'invalid'; readonly problem: Answer };

/** Where to go on, from the `cursor` of a request; from the beginning where it has none. */
export function readCursor<P>(list: PagedList<P>, cursor: string | undefined): ReadCursor<P> {
  if (cursor === undefined) return { kind: 'after' };
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const position = text.slice(0, -TAG_DIGITS - 1);
  // Compared whole: decoding skips what is no base64url, and replaces what is no UTF-8.
  const after = sealed(list, position) === cursor ? list.positionOf(position) : undefined;
  return after === undefined ? { kind: 'invalid', problem: cursorProblem() } : { kind: 'after', after };
}

export function cursorText<P>(list: PagedList<P>, position: P): string {
  return sealed(list, list.textOf(position));
}

/** The end of a page: with `next`, the position behind which the next page begins. */
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

/** A feed without a filter is named as it always was: receivers keep its cursors. */
function tagOf({ name, filter = {}, merchantId }: Selection, position: string): string {
  const chosen = JSON.stringify(filter);
  const list = chosen === '{}' ? name : `${name} ${chosen}`;
  const whose = merchantId ?? ALL_MERCHANTS;
  return sha256Hex(`${list}\n${whose}\n${position}`).slice(0, TAG_DIGITS);
}
