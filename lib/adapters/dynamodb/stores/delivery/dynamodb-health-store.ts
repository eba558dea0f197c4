import { type HealthStore, healthSchema } from '../../../../core/deliver/health/circuit.ts';
import { ttlAfter } from '../../../../protocol/table/outcome-layout.ts';
import { calling } from '../../../aws-faults.ts';
import { GetCommand, PutCommand } from '../../documents/document-commands.ts';
import { HEALTH_SK, healthPk } from '../../items/item-keys.ts';
import { readItem } from '../../reading-rows.ts';
import { conditionalWrite, unchangedSince } from '../../table/conditions.ts';
import type { Table } from '../../table/table-client.ts';

export function createHealthStore(table: Table, options: { readonly retentionDays: number }): HealthStore {
  const { documents, name: TableName } = table;
  return {
    async read(circuit) {
      const { Item } = await calling('Reading health', () =>
        documents.send(new GetCommand({ TableName, Key: { pk: healthPk(circuit), sk: HEALTH_SK } })),
      );
      return Item && readItem(table, Item, { kind: 'health', read: (item) => healthSchema().parse(item) });
    },

    async save(circuit, health, expectedRev) {
      const put = new PutCommand({
        TableName,
        Item: {
          pk: healthPk(circuit),
          sk: HEALTH_SK,
          ...health,
          ttl: ttlAfter(table.clock.now(), options.retentionDays),
        },
        // Invariant: a change of the breaker is based on its last change, so a single probe goes out.
        ...unchangedSince('rev', expectedRev === 0 ? undefined : expectedRev),
      });
      return calling('Saving health', () => conditionalWrite(() => documents.send(put)));
    },
  };
}
