import type { SlotStore } from '../../../../core/deliver/rate/rate-limiter.ts';
import { slotsSchema } from '../../../../core/deliver/rate/slots.ts';
import { DAY_SECONDS, SECOND_MS } from '../../../../core/time.ts';
import { calling } from '../../../aws-faults.ts';
import { GetCommand, PutCommand } from '../../documents/document-commands.ts';
import { RATE_SK, ratePk } from '../../items/item-keys.ts';
import { readItem } from '../../reading-rows.ts';
import { conditionalWrite, unchangedSince } from '../../table/conditions.ts';
import type { Table } from '../../table/table-client.ts';

export function createSlotStore(table: Table): SlotStore {
  const { documents, name: TableName } = table;
  return {
    async read(endpoint) {
      const Key = { pk: ratePk(endpoint), sk: RATE_SK };
      const { Item } = await calling('Reading a rate limit', () =>
        documents.send(new GetCommand({ TableName, Key, ConsistentRead: true })),
      );
      return (
        Item && readItem(table, Item, { kind: 'a rate limit', read: (item) => slotsSchema().parse(item) })
      );
    },

    async save(endpoint, slots, expectedRev) {
      const put = new PutCommand({
        TableName,
        Item: {
          pk: ratePk(endpoint),
          sk: RATE_SK,
          ...slots,
          // Slots reach minutes ahead, so a row of yesterday says nothing.
          ttl: Math.floor(table.clock.now() / SECOND_MS) + DAY_SECONDS,
        },
        // Invariant: leave to send is given once, on the state that the last giver wrote.
        ...unchangedSince('rev', expectedRev === 0 ? undefined : expectedRev),
      });
      return calling('Reserving slots of a rate limit', () => conditionalWrite(() => documents.send(put)));
    },
  };
}
