import { feedItem } from '../../core/deliver/attempt/callback.ts';
import { listedKeyOf, listingOrder } from '../../core/deliver/state/notification.ts';
import { feedKeyOf } from '../../core/feed/order.ts';
import type { MerchantId } from '../../core/model.ts';
import { type DeliveriesPorts, type Delivery, readDeliveries } from '../../core/query/deliveries.ts';
import type { DeliveriesPosition } from '../../core/query/delivery-candidates.ts';
import { notificationView } from '../../core/query/transaction-view.ts';
import type { NotificationState } from '../../protocol/contract-words.ts';
import { feedOrder } from '../../protocol/table/outcome-layout.ts';
import { type Route, route } from '../api-app.ts';
import { answer } from '../contract/operation.ts';
import { feedProblem } from '../feed-problem.ts';
import { type PagedList, pageEnd, readCursor } from '../list-cursor.ts';
import { listDeliveries } from './deliveries-contract.ts';

const DEFAULT_PAGE = 50;

export function deliveriesRoutes(ports: DeliveriesPorts): readonly Route[] {
  return [
    route(listDeliveries, async ({ merchantId, query }) => {
      const { cursor, limit = DEFAULT_PAGE, ...filter } = query;
      const list = deliveriesList(merchantId, filter);
      const place = readCursor(list, cursor);
      if (place.kind === 'invalid') return place.problem;
      const { after } = place;
      const question = { ...filter, merchantId, limit, ...(after !== undefined && { after }) };
      const result = await readDeliveries(ports, question);
      if (result.kind === 'refused') return feedProblem(result);
      const { items, unreadable, next, watermark } = result;
      return answer(
        200,
        {
          items: items.map(view),
          ...(unreadable.length > 0 && {
            unreadable: unreadable.map((transactionId) => ({ transactionId })),
          }),
          ...pageEnd(list, next),
          watermark,
        },
        watermark,
      );
    }),
  ];
}

interface DeliveriesFilter {
  readonly endpointId?: string;
  readonly state?: NotificationState;
}

/** `from` and `to` are not part of the filter: they bound the same rows in the same order. */
function deliveriesList(
  merchantId: MerchantId,
  { endpointId, state }: DeliveriesFilter,
): PagedList<DeliveriesPosition> {
  return {
    name: 'deliveries',
    merchantId,
    filter: { endpointId, state },
    textOf: (position) => {
      const { endpointId: last } = position;
      return last === undefined
        ? feedOrder(position)
        : listingOrder({ ...position, merchantId, endpointId: last });
    },
    positionOf: (text) => feedKeyOf(text) ?? listedKeyOf(merchantId, text),
  };
}

function view({ outcome, notifications, isProvisional }: Delivery): object {
  return {
    ...feedItem(outcome),
    notifications: notifications.map(notificationView),
    ...(isProvisional && { provisional: true }),
  };
}
