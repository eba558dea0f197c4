import { Fault } from '../../../../core/faults.ts';
import type { MerchantId, TransactionId } from '../../../../core/model.ts';
import { storedTransactionId } from '../../../../core/reading/stored.ts';
import type { ReferenceIds, ReferenceQuery } from '../../../../core/record/outcome-store.ts';
import { referencePk, transactionPk } from '../../../../protocol/table/outcome-layout.ts';
import { calling } from '../../../aws-faults.ts';
import { QueryCommand } from '../../documents/document-commands.ts';
import { INDEXES } from '../../items/item-keys.ts';
import type { Item } from '../../reading-rows.ts';
import type { Table } from '../../table/table-client.ts';

/** Maximum number of index pages read for one page of answers. Only foreign rows make it more than one. */
const MAX_PAGES = 16;

/** Reads the ids of the transactions that carry a reference from the index. */
export async function idsByReference(table: Table, asked: ReferenceQuery): Promise<ReferenceIds> {
  const { merchantId, limit } = asked;
  const ids: TransactionId[] = [];
  let startKey: Item | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page = await calling('Reading by reference', () =>
      table.documents.send(referencePage(table.name, asked, startKey)),
    );
    for (const row of page.Items ?? []) {
      const id = ownTransactionId(row, merchantId);
      if (id !== undefined) ids.push(id);
      else table.reporter.report({ event: 'foreign_row', merchantId, index: INDEXES.reference });
    }
    startKey = page.LastEvaluatedKey;
    if (ids.length > limit || startKey === undefined) {
      return { ids: ids.slice(0, limit), more: ids.length > limit };
    }
  }
  throw new Fault({
    code: 'too_much',
    message: `Reading by reference: more than ${MAX_PAGES} pages.`,
    retryable: false,
  });
}

function referencePage(
  TableName: string,
  { merchantId, reference, after, limit }: ReferenceQuery,
  ExclusiveStartKey: Item | undefined,
): QueryCommand {
  return new QueryCommand({
    TableName,
    IndexName: INDEXES.reference,
    KeyConditionExpression:
      after === undefined ? 'referencePk = :pk' : 'referencePk = :pk AND referenceSk > :after',
    ExpressionAttributeValues: {
      ':pk': referencePk(merchantId, reference),
      ...(after !== undefined && { ':after': after }),
    },
    Limit: limit + 1,
    ExclusiveStartKey,
  });
}

/** Initiators write outcomes in their own transactions. So the row's primary key says whose it is, not the index key. */
function ownTransactionId({ pk, referenceSk }: Item, merchantId: MerchantId): TransactionId | undefined {
  const { data: transactionId } = storedTransactionId().safeParse(referenceSk);
  if (transactionId === undefined || pk !== transactionPk({ merchantId, transactionId })) return undefined;
  return transactionId;
}
