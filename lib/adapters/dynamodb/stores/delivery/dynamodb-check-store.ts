import type { CheckStore } from '../../../../core/check-back/check-store.ts';
import type { MerchantId } from '../../../../core/model.ts';
import {
  type Check,
  checkSchema,
  type UnresolvedKey,
  unresolvedOrder,
} from '../../../../core/record/pending-check.ts';
import { transactionPk } from '../../../../protocol/table/outcome-layout.ts';
import {
  CHECK_SK,
  checkKeyOf,
  dueCheckPk,
  INDEXES,
  unresolvedPartitionPk,
  unresolvedPk,
  unresolvedSk,
} from '../../items/item-keys.ts';
import type { Table } from '../../table/table-client.ts';
import { undeliveredPage } from '../../table/undelivered-index.ts';
import { createFencedStore } from './dynamodb-fenced-store.ts';

export function createCheckStore(table: Table): CheckStore {
  return {
    ...createFencedStore(table, {
      name: 'a check',
      keyOf: (key) => ({ pk: transactionPk(key), sk: CHECK_SK }),
      toItem: checkItem,
      fromItem: (item) => checkSchema().parse(item),
    }),

    unresolved: ({ partition, merchantId, after, limit, cursor }) =>
      undeliveredPage(table, {
        what: 'Querying unresolved checks',
        pk: unresolvedPartitionPk(partition),
        ...rangeOf(merchantId, after),
        limit,
        cursor,
        read: (row) => {
          const key = unresolvedKeyOf(row);
          if (key === undefined || merchantId === undefined || key.merchantId === merchantId) return key;
          table.reporter.report({ event: 'foreign_row', merchantId, index: INDEXES.undelivered });
          return undefined;
        },
      }),
  };
}

/**
 * The range of sort keys of one merchant, or of all. No character of an id sorts before the separator `#`. So an order
 * plus `#` falls between its row and the next one, and the character after `#` ends a merchant's range.
 */
function rangeOf(merchantId: MerchantId | undefined, after: string | undefined) {
  const ownerPrefix = unresolvedSk(merchantId ?? '');
  const beyond = merchantId === undefined ? unresolvedSk('~') : `${ownerPrefix}$`;
  const start = merchantId === undefined ? ownerPrefix : `${ownerPrefix}#`;
  const behind = after === undefined ? '' : `${unresolvedSk(after)}#`;
  return { from: behind > start ? behind : start, to: beyond };
}

function unresolvedKeyOf(row: Readonly<Record<string, unknown>>): UnresolvedKey | undefined {
  const key = checkKeyOf(row);
  return key && { ...key, order: String(row.undeliveredSk).slice(unresolvedSk('').length) };
}

/** The item has no expiry while the transaction's end is unknown. Recording the end sets one. */
export function checkItem(check: Check): Record<string, unknown> {
  return {
    pk: transactionPk(check),
    sk: CHECK_SK,
    ...check,
    ...(check.nextAttemptAt !== undefined && { duePk: dueCheckPk(check) }),
    ...(check.state === 'unresolved' && {
      undeliveredPk: unresolvedPk(check),
      undeliveredSk: unresolvedSk(unresolvedOrder(check)),
    }),
  };
}
