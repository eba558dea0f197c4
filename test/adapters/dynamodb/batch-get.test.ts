import { describe, expect, it } from 'vitest';
import type {
  BatchGetCommand,
  GetCommand,
} from '../../../lib/adapters/dynamodb/documents/document-commands.ts';
import { createGlance } from '../../../lib/adapters/dynamodb/stores/feed/dynamodb-glance.ts';
import { createDirectory } from '../../../lib/adapters/dynamodb/stores/merchants/dynamodb-directory.ts';
import { batchGet } from '../../../lib/adapters/dynamodb/table/batch-get.ts';
import type { Table } from '../../../lib/adapters/dynamodb/table/table-client.ts';
import { at, OTHER, SHOP } from '../support/samples.ts';

type Key = { readonly pk: string; readonly sk: string };

/** A table under load: of each batch it answers the first key only. No emulator does that. */
function busyTable() {
  const sizes: number[] = [];
  const send = async ({ input }: BatchGetCommand | GetCommand) => {
    if ('Key' in input) {
      sizes.push(1);
      return { Item: { ...input.Key, auditedThrough: at(300) } };
    }
    const [first, ...left] = (input.RequestItems?.tidings?.Keys ?? []) as Key[];
    sizes.push(left.length + 1);
    return {
      Responses: { tidings: [{ ...first, auditedThrough: at(600) }] },
      UnprocessedKeys: { tidings: { Keys: left } },
    };
  };
  return { sizes, table: { name: 'tidings', documents: { send } } as unknown as Table };
}

describe('reading many items', () => {
  it('says which keys the table did not answer, and asks for at most 100 at once', async () => {
    const { table, sizes } = busyTable();
    const keys = Array.from({ length: 230 }, (_, number) => ({ pk: `T#${number}`, sk: 'V#0001' }));
    const items = await batchGet(table, 'Reading', keys);
    expect(sizes).toEqual([100, 100, 30]);
    expect(
      items.map((item, place) => (item === 'unanswered' ? undefined : place)).filter(Number.isInteger),
    ).toEqual([0, 100, 200]);
  });

  it('reads a mark by itself that was not answered: it may be there', async () => {
    const { table, sizes } = busyTable();
    const marks = await createDirectory(table).marks([0, 1, 2], ['audited']);
    expect(sizes).toEqual([3, 1, 1]);
    expect([0, 1, 2].map((partition) => marks.of(partition, 'audited')?.through)).toEqual([
      at(600),
      at(300),
      at(300),
    ]);
  });

  it('calls a window unknown that was not answered: it may be stored', async () => {
    const { table } = busyTable();
    const keys = [SHOP, OTHER].map((merchantId) => ({ merchantId, start: at(0) }));
    const [, second] = await createGlance(table).windows(keys);
    expect(second).toBe('unknown');
  });
});
