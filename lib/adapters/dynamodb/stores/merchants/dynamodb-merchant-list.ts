import { Fault, isUnreadable } from '../../../../core/faults.ts';
import { type Profile, profileSchema } from '../../../../core/merchants/merchant-config.ts';
import { merchantIdSchema } from '../../../../core/model.ts';
import type { MerchantList } from '../../../../core/query/merchant-list.ts';
import { merchantPk, PROFILE_SK } from '../../../../protocol/table/outcome-layout.ts';
import { calling } from '../../../aws-faults.ts';
import { QueryCommand } from '../../documents/document-commands.ts';
import { isTombstone } from '../../items/directory-items.ts';
import { directoryPartitionPk } from '../../items/item-keys.ts';
import { type Item, readItem } from '../../reading-rows.ts';
import { batchGet } from '../../table/batch-get.ts';
import type { Table } from '../../table/table-client.ts';

/** Sorts after every character of an id. */
const BEYOND_IDS = '~';

export function createMerchantList(table: Table): MerchantList {
  function profileIn(item: Item): Profile | 'unreadable' {
    try {
      return readItem(table, item, { kind: 'a profile', read: (one) => profileSchema().parse(one) });
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      return 'unreadable';
    }
  }

  return {
    async ids({ partition, prefix, after, limit, cursor }) {
      const pk = directoryPartitionPk(partition);
      const start = cursor ?? after;
      const { Items = [], LastEvaluatedKey } = await calling('Listing merchants', () =>
        table.documents.send(
          new QueryCommand({
            TableName: table.name,
            // A range and not `begins_with`: in key conditions, dynoxide's ignores the case of letters.
            KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :beyond',
            ExpressionAttributeValues: {
              ':pk': pk,
              ':first': merchantPk(prefix),
              ':beyond': `${merchantPk(prefix)}${BEYOND_IDS}`,
            },
            // An id is in the sort key, so a row whose attributes cannot be read is listed too.
            ProjectionExpression: 'sk',
            ...(start !== undefined && { ExclusiveStartKey: { pk, sk: merchantPk(start) } }),
            ConsistentRead: true,
            Limit: limit,
          }),
        ),
      );
      const keys = Items.map(({ sk }) => merchantIdSchema().parse(String(sk).slice(merchantPk('').length)));
      const last = LastEvaluatedKey === undefined ? undefined : keys.at(-1);
      return { keys, ...(last !== undefined && { cursor: last }) };
    },

    async profiles(ids) {
      const keys = ids.map((merchantId) => ({ pk: merchantPk(merchantId), sk: PROFILE_SK }));
      const items = await batchGet(table, 'Reading profiles', keys, { ConsistentRead: true });
      return items.map((item) => {
        if (item === 'unanswered') throw new Fault(UNANSWERED);
        return item === undefined || isTombstone(item) ? undefined : profileIn(item);
      });
    },
  };
}

const UNANSWERED = {
  code: 'unavailable',
  message: 'The table did not read every profile. Try again.',
  retryable: true,
} as const;
