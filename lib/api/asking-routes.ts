import { type TransactionId, transactionIdSchema } from '../core/model.ts';
import { MAX_REFERENCE_PAGE, type QueryPorts, readByReference, readTransaction } from '../core/query.ts';
import { type Route, route } from './app.ts';
import { askByReference, askTransaction, readTransactionBack } from './contract/asking.ts';
import { type Answer, answer, problem } from './operation.ts';
import { cursorOf, cursorText } from './paging.ts';

const DEFAULT_REFERENCE_PAGE = 10;

export function askingRoutes(ports: QueryPorts): readonly Route[] {
  const one = async (key: Parameters<typeof readTransaction>[1]): Promise<Answer> => {
    const { asOf, transaction } = await readTransaction(ports, key);
    return transaction === undefined
      ? problem('unknown_transaction', { asOf })
      : answer(200, transaction, asOf);
  };

  return [
    route(readTransactionBack, ({ params }) => one(params)),

    route(askTransaction, ({ merchantId, params: { transactionId } }) => one({ merchantId, transactionId })),

    route(askByReference, async ({ merchantId, query }) => {
      const cursor = cursorOf(query.cursor, transactionIdSchema);
      if (cursor.kind === 'invalid') return cursor.problem;
      const page = await readByReference(ports, {
        merchantId,
        reference: query.reference,
        limit: Math.min(query.limit ?? DEFAULT_REFERENCE_PAGE, MAX_REFERENCE_PAGE),
        ...(cursor.after !== undefined && { after: cursor.after }),
      });
      return answer(200, { items: page.items, ...pageEnd(page.last) }, page.asOf);
    }),
  ];
}

function pageEnd(last: TransactionId | undefined): object {
  return last === undefined ? { hasMore: false } : { hasMore: true, nextCursor: cursorText(last) };
}
