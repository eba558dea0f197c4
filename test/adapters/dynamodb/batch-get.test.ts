import type { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { createGlance } from '../../../lib/adapters/dynamodb/stores/feed/dynamodb-glance.ts';
import { batchGet } from '../../../lib/adapters/dynamodb/table/batch-get.ts';
import type { Table } from '../../../lib/adapters/dynamodb/table/table-client.ts';
import { at, OTHER, SHOP } from '../support/samples.ts';

type Key = { readonly pk: string; readonly sk: string };

/** A table under load: of each request it answers the first key only. No emulator does that. */
function busyTable() {
  const sizes: number[] = [];
  const send = async ({ input }: BatchGetCommand) => {
    const [first, ...left] = (input.RequestItems?.tidings?.Keys ?? []) as Key[];
    sizes.push(left.length + 1);
    return {
      Responses: { tidings: [{ ...first, seen: true }] },
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

  it('calls a window unknown that was not answered: it may be stored', async () => {
    const { table } = busyTable();
    const keys = [SHOP, OTHER].map((merchantId) => ({ merchantId, start: at(0) }));
    const [, second] = await createGlance(table).windows(keys);
    expect(second).toBe('unknown');
  });
});
