import type { Addition, CountKey, CountStore } from '../../../../core/counts/count-store.ts';
import { msOf } from '../../../../core/time.ts';
import { ttlAfter } from '../../../../protocol/table/outcome-layout.ts';
import { calling } from '../../../aws-faults.ts';
import { GetCommand, UpdateCommand, type UpdateCommandInput } from '../../documents/document-commands.ts';
import { countRowFromItem, countSk, countsPk, markName } from '../../items/count-items.ts';
import { readItem } from '../../reading-rows.ts';
import { conditionalWrite } from '../../table/conditions.ts';
import { queryAll } from '../../table/query-all.ts';
import type { Table } from '../../table/table-client.ts';

export function createCountStore(table: Table, options: { readonly retentionDays: number }): CountStore {
  const { documents, name: TableName } = table;
  return {
    async add(addition) {
      const ttl = ttlAfter(msOf(addition.key.hour), options.retentionDays);
      const update = new UpdateCommand({ TableName, ...updateOf(addition, ttl) });
      return calling('Adding counts', () => conditionalWrite(() => documents.send(update)));
    },

    async mark(key, shard) {
      const { Item } = await calling('Reading a mark of counts', () =>
        documents.send(new GetCommand({ TableName, Key: keyOf(key), ConsistentRead: true })),
      );
      const mark: unknown = Item?.[markName(shard)];
      return typeof mark === 'string' ? mark : undefined;
    },

    async rows({ merchantId, from, to }) {
      // Sort keys continue after the hour, so rows of `to` itself sort after this bound.
      if (from >= to) return [];
      const items = await queryAll(table, 'Reading counts', {
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':pk': countsPk(merchantId), ':from': from, ':to': to },
      });
      return items.map((item) => readItem(table, item, { kind: 'counts', read: countRowFromItem }));
    },
  };
}

const keyOf = (key: CountKey) => ({ pk: countsPk(key.merchantId), sk: countSk(key) });

function updateOf(
  { key, shard, first, last, counts }: Addition,
  ttl: number,
): Omit<UpdateCommandInput, 'TableName'> {
  const added = [...counts.entries()];
  return {
    Key: keyOf(key),
    UpdateExpression:
      'SET #mark = :last, merchantId = :merchantId, endpointId = :endpointId, #hour = :hour, #ttl = :ttl' +
      `${key.changedOn === undefined ? '' : ', changedOn = :changedOn'} ` +
      `ADD ${added.map((_, index) => `#name${index} :count${index}`).join(', ')}`,
    // Invariant: a row includes a record of a shard exactly if its sequence number is not above the shard's mark.
    ConditionExpression: 'attribute_not_exists(#mark) OR #mark < :first',
    ExpressionAttributeNames: {
      '#mark': markName(shard),
      '#hour': 'hour',
      '#ttl': 'ttl',
      ...Object.fromEntries(added.map(([name], index) => [`#name${index}`, name])),
    },
    ExpressionAttributeValues: {
      ':first': first,
      ':last': last,
      ':merchantId': key.merchantId,
      ':endpointId': key.endpointId,
      ':hour': key.hour,
      ':ttl': ttl,
      ...(key.changedOn !== undefined && { ':changedOn': key.changedOn }),
      ...Object.fromEntries(added.map(([, count], index) => [`:count${index}`, count])),
    },
  };
}
