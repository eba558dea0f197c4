import type { QueryCommandOutput } from '../documents/document-commands.ts';

/** Pages of an index, as the core asks for them. The cursor of the next page is text. */

/** Reads a page with `read`. Rows for which it returns `undefined` are left out. No cursor: this is the last page. */
export function pageOf<T>(
  { Items, LastEvaluatedKey }: QueryCommandOutput,
  read: (row: Readonly<Record<string, unknown>>) => T | undefined,
): { readonly keys: readonly T[]; readonly cursor?: string } {
  const keys = (Items ?? []).map(read).filter((key) => key !== undefined);
  return { keys, ...(LastEvaluatedKey !== undefined && { cursor: JSON.stringify(LastEvaluatedKey) }) };
}

/** The `ExclusiveStartKey` of the page after `cursor`. Without a cursor: of the first page. */
export function startKey(cursor: string | undefined): Record<string, unknown> | undefined {
  return cursor === undefined ? undefined : (JSON.parse(cursor) as Record<string, unknown>);
}
