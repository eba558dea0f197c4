import type { ExpectationStore, WindowExpectation } from '../../../../core/feed/expectation-store.ts';
import { ttlAfter } from '../../../../protocol/table/outcome-layout.ts';
import { calling } from '../../../aws-faults.ts';
import { GetCommand, PutCommand } from '../../documents/document-commands.ts';
import { expectationFromItem, expectationItem, expectationKey } from '../../items/expectation-items.ts';
import { expectationSk, windowPk } from '../../items/item-keys.ts';
import { readItem } from '../../reading-rows.ts';
import { conditionalWrite } from '../../table/conditions.ts';
import { queryAll } from '../../table/query-all.ts';
import type { Table } from '../../table/table-client.ts';

export function createExpectationStore(
  table: Table,
  options: { readonly retentionDays: number },
): ExpectationStore {
  const { documents, name: TableName } = table;
  /** @param before the stored number; undefined: none is stored */
  const put = async (expectation: WindowExpectation, before: number | undefined) => {
    const ttl = ttlAfter(table.clock.now(), options.retentionDays);
    const Item = { ...expectationItem({ ...expectation, expectedBefore: before ?? 0 }), ttl };
    // Invariant: `expectedBefore` is what the row said before this write, so the changes add up to what it says.
    const condition =
      before === undefined
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : { ConditionExpression: 'expected = :before', ExpressionAttributeValues: { ':before': before } };
    return calling('Keeping an expectation', () =>
      conditionalWrite(() => documents.send(new PutCommand({ TableName, Item, ...condition }))),
    );
  };
  return {
    async keep(expectation) {
      if (await put(expectation, undefined)) return;
      const get = new GetCommand({ TableName, Key: expectationKey(expectation), ConsistentRead: true });
      const { Item } = await calling('Reading an expectation', () => documents.send(get));
      const stored = Item && readItem(table, Item, { kind: 'an expectation', read: expectationFromItem });
      // Refused again: another run of the audit was faster. The next run of this window compares once more.
      if (stored !== undefined && stored.expected !== expectation.expected)
        await put(expectation, stored.expected);
    },

    async list({ merchantId, from, to }) {
      if (from >= to) return [];
      const items = await queryAll(table, 'Reading expectations', {
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: {
          ':pk': windowPk(merchantId),
          ':from': expectationSk(from),
          ':to': expectationSk(to),
        },
      });
      return items
        .map((item) => readItem(table, item, { kind: 'an expectation', read: expectationFromItem }))
        .filter(({ start }) => start < to)
        .map(({ expectedBefore: _before, ...expectation }) => expectation);
    },
  };
}
