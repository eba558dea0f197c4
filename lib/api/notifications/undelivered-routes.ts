import { listedKeyOf, listingOrder, type Notification } from '../../core/deliver/state/notification.ts';
import { cursorPosition, cursorText } from '../../core/feed/cursor.ts';
import { notificationView } from '../../core/query/transaction-view.ts';
import { readUndelivered, type UndeliveredPorts } from '../../core/query/undelivered.ts';
import { type Route, route } from '../api-app.ts';
import { answer } from '../operation.ts';
import { cursorProblem } from '../paging.ts';
import { listNotifications } from './undelivered-contract.ts';

const DEFAULT_PAGE = 50;

export function undeliveredRoutes(ports: UndeliveredPorts): readonly Route[] {
  return [
    route(listNotifications, async ({ merchantId, query }) => {
      const { state, cursor, limit = DEFAULT_PAGE } = query;
      const list = { merchantId, list: `notifications ${state}` };
      const after =
        cursor === undefined ? undefined : listedKeyOf(merchantId, cursorPosition(list, cursor) ?? '');
      if (cursor !== undefined && after === undefined) return cursorProblem();
      const question = { merchantId, state, limit, ...(after !== undefined && { after }) };
      const { asOf, items, next } = await readUndelivered(ports, question);
      const more = next !== undefined && { nextCursor: cursorText(list, listingOrder(next)) };
      return answer(200, { items: items.map(view), hasMore: next !== undefined, ...more }, asOf);
    }),
  ];
}

function view(notification: Notification): object {
  const { transactionId, listedAt } = notification;
  return { ...notificationView(notification), transactionId, listedAt };
}
