import {
  type ListedKey,
  listedKeyOf,
  listingOrder,
  type Notification,
} from '../../core/deliver/state/notification.ts';
import type { MerchantId } from '../../core/model.ts';
import { notificationView } from '../../core/query/transaction-view.ts';
import { readUndelivered, type UndeliveredPorts } from '../../core/query/undelivered.ts';
import { type Route, route } from '../api-app.ts';
import { answer } from '../contract/operation.ts';
import { type PagedList, pageEnd, readCursor } from '../list-cursor.ts';
import { listNotifications } from './undelivered-contract.ts';

const DEFAULT_PAGE = 50;

export function undeliveredRoutes(ports: UndeliveredPorts): readonly Route[] {
  return [
    route(listNotifications, async ({ merchantId, query }) => {
      const { state, endpointId, cursor, limit = DEFAULT_PAGE } = query;
      const list = notificationList(merchantId, { state, endpointId });
      const place = readCursor(list, cursor);
      if (place.kind === 'invalid') return place.problem;
      const { after } = place;
      const question = {
        merchantId,
        state,
        limit,
        ...(endpointId !== undefined && { endpointId }),
        ...(after !== undefined && { after }),
      };
      const { asOf, items, next } = await readUndelivered(ports, question);
      return answer(200, { items: items.map(view), ...pageEnd(list, next) }, asOf);
    }),
  ];
}

interface NotificationFilter extends Readonly<Record<string, string | undefined>> {
  readonly state: string;
  readonly endpointId: string | undefined;
}

function notificationList(merchantId: MerchantId, filter: NotificationFilter): PagedList<ListedKey> {
  return {
    name: 'notifications',
    merchantId,
    filter,
    textOf: listingOrder,
    positionOf: (text) => listedKeyOf(merchantId, text),
  };
}

function view(notification: Notification): object {
  const { transactionId, listedAt } = notification;
  return { ...notificationView(notification), transactionId, listedAt };
}
