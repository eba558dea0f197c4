import { type FeedPosition, positionOf, positionText } from '../../core/feed/order.ts';
import { type MerchantId, type TransactionId, transactionIdSchema } from '../../core/model.ts';
import { type FeedPorts, type FeedQuestion, readFeed } from '../../core/query/feed-page.ts';
import { type QueryPorts, readByReference, readTransaction } from '../../core/query/transaction-view.ts';
import { type Route, route } from '../api-app.ts';
import { type Answer, answer, problem } from '../contract/operation.ts';
import { feedProblem } from '../feed-problem.ts';
import { cursorText, type PagedList, pageEnd, readCursor } from '../list-cursor.ts';
import { askTransaction, listTransactions, readTransactionBack } from './ask-contract.ts';

const DEFAULT_REFERENCE_PAGE = 10;
const DEFAULT_FEED_PAGE = 100;

export function askingRoutes(ports: QueryPorts & FeedPorts): readonly Route[] {
  const one = async (key: Parameters<typeof readTransaction>[1]): Promise<Answer> => {
    const { asOf, transaction } = await readTransaction(ports, key);
    return transaction === undefined
      ? problem('unknown_transaction', { asOf })
      : answer(200, transaction, asOf);
  };

  return [
    route(readTransactionBack, ({ params }) => one(params)),

    route(askTransaction, ({ merchantId, params: { transactionId } }) => one({ merchantId, transactionId })),

    route(listTransactions, ({ merchantId, query }) => {
      const { reference } = query;
      if (reference !== undefined) return byReference(ports, { ...query, merchantId, reference });
      return feedPage(ports, { ...query, merchantId });
    }),
  ];
}

interface ReferenceQuery {
  readonly merchantId: MerchantId;
  readonly reference: string;
  readonly cursor?: string;
  readonly limit?: number;
}

async function byReference(ports: QueryPorts, asked: ReferenceQuery): Promise<Answer> {
  const { merchantId, reference, limit = DEFAULT_REFERENCE_PAGE } = asked;
  const list = referenceList(merchantId, reference);
  const cursor = readCursor(list, asked.cursor);
  if (cursor.kind === 'invalid') return cursor.problem;
  const { after } = cursor;
  const question = { merchantId, reference, limit, ...(after !== undefined && { after }) };
  const page = await readByReference(ports, question);
  return answer(200, { items: page.items, ...pageEnd(list, page.last) }, page.asOf);
}

function referenceList(merchantId: MerchantId, reference: string): PagedList<TransactionId> {
  return {
    name: 'reference',
    merchantId,
    filter: { reference },
    textOf: (transactionId) => transactionId,
    positionOf: (text) => transactionIdSchema().safeParse(text).data,
  };
}

interface FeedQuery extends Omit<FeedQuestion, 'transactionType' | 'after' | 'limit'> {
  readonly type?: string;
  readonly cursor?: string;
  readonly limit?: number;
}

async function feedPage(ports: FeedPorts, asked: FeedQuery): Promise<Answer> {
  const { type, cursor, limit = DEFAULT_FEED_PAGE, ...range } = asked;
  const list = feedList(asked);
  const place = readCursor(list, cursor);
  if (place.kind === 'invalid') return place.problem;
  const { after } = place;
  const page = await readFeed(ports, {
    ...range,
    limit,
    ...(type !== undefined && { transactionType: type }),
    ...(after !== undefined && { after }),
  });
  if (page.kind === 'refused') return feedProblem(page);
  const { items, hasMore, watermark } = page;
  const nextCursor = cursorText(list, page.next);
  return answer(200, { items, hasMore, nextCursor, watermark }, watermark);
}

/** `from` and `to` are not part of the filter: they bound the same rows in the same order. */
function feedList({ merchantId, type, status }: FeedQuery): PagedList<FeedPosition> {
  return { name: 'feed', merchantId, filter: { type, status }, textOf: positionText, positionOf };
}
