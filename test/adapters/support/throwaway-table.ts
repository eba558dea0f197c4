import { afterEach, beforeEach } from 'vitest';
import type { MemoryStores } from '../../../lib/adapters/memory/memory-stores.ts';
import type { ServiceEvent } from '../../../lib/core/events.ts';

/** The stores of one table, empty at first: all that a suite may know of what it holds to the ports. */
export interface TableUnderTest extends Omit<MemoryStores, 'contents'> {
  /** What the stores reported. */
  readonly events: readonly ServiceEvent[];
  close(): Promise<void>;
}

export type OpenTable = () => Promise<TableUnderTest>;

/** A new table for each test. */
export function useTable(open: OpenTable): () => TableUnderTest {
  let table: TableUnderTest | undefined;
  beforeEach(async () => {
    table = await open();
  });
  afterEach(async () => {
    await table?.close();
    table = undefined;
  });
  return () => {
    if (table === undefined) throw new Error('There is a table only within a test.');
    return table;
  };
}

/** Writers that begin at the same moment. */
export const WRITERS = 20;

export function atOnce<T>(write: (writer: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
}

/** Reads page after page to the end. A page may be empty and still have a cursor. */
export async function allPages<T>(
  read: (cursor: string | undefined) => Promise<{ readonly rows: readonly T[]; readonly cursor?: string }>,
): Promise<readonly T[]> {
  const rows: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    rows.push(...page.rows);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return rows;
}

/** As options take it: absent, not undefined. */
export function from(cursor: string | undefined): { readonly cursor?: string } {
  return cursor === undefined ? {} : { cursor };
}
