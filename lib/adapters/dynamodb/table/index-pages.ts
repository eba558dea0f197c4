import type { QueryCommandOutput } from '@aws-sdk/lib-dynamodb';

/** Pages of an index. The cursor of the next page is text. */

export function pageOf<T>(
  { Items, LastEvaluatedKey }: QueryCommandOutput,
  read: (row: Readonly<Record<string, unknown>>) => T | undefined,
): { readonly keys: readonly T[]; readonly cursor?: string } {
  const keys = (Items ?? []).map(read).filter((key) => key !== undefined);
  return { keys, ...(LastEvaluatedKey !== undefined && { cursor: JSON.stringify(LastEvaluatedKey) }) };
}

export function startKey(cursor: string | undefined): Record<string, unknown> | undefined {
  return cursor === undefined ? undefined : (JSON.parse(cursor) as Record<string, unknown>);
}
