import type { WindowPorts } from '../../core/feed/closed-windows.ts';
import { feedKeyOf } from '../../core/feed/order.ts';
import type { MerchantId } from '../../core/model.ts';
import {
  readWindow,
  readWindowRows,
  type WindowPosition,
} from '../../core/query/reconciliation/window-contents.ts';
import { readWindows } from '../../core/query/reconciliation/window-sums.ts';
import { feedOrder } from '../../protocol/table/outcome-layout.ts';
import { type Route, route } from '../api-app.ts';
import { answer } from '../contract/operation.ts';
import { type PagedList, pageEnd, readCursor } from '../list-cursor.ts';
import { windowProblem } from './window-problems.ts';
import * as contract from './windows-contract.ts';

const DEFAULT_ROWS_PAGE = 100;

export function windowRoutes(ports: WindowPorts): readonly Route[] {
  return [
    route(contract.listWindows, async ({ merchantId, query }) => {
      const { resolution = 'window', times, ...range } = query;
      const withTimes = times !== undefined;
      const found = await readWindows(ports, { merchantId, resolution, ...range, withTimes });
      if (found.kind === 'refused') return windowProblem(found, '/query');
      const { asOf, closedThrough, windowSeconds, items } = found;
      return answer(200, { closedThrough, windowSeconds, items }, asOf);
    }),

    route(contract.readWindow, async ({ merchantId, params, query }) => {
      const { buckets: wanted, ...filter } = query;
      const withBuckets = wanted !== undefined;
      const found = await readWindow(ports, { merchantId, ...params, ...filter, withBuckets });
      if (found.kind === 'refused') return windowProblem(found, '/path');
      const { asOf, windowSeconds, buckets } = found;
      const { start, end, revision, groups } = found.window;
      const window = { start, end, revision, groups, windowSeconds };
      return answer(200, { ...window, ...(buckets !== undefined && { buckets }) }, asOf);
    }),

    route(contract.listWindowRows, async ({ merchantId, params, query }) => {
      const { start } = params;
      const { cursor, limit = DEFAULT_ROWS_PAGE, ...filter } = query;
      const list = rowList({ merchantId, start, ...filter });
      const place = readCursor(list, cursor);
      if (place.kind === 'invalid') return place.problem;
      const { after } = place;
      const found = await readWindowRows(ports, {
        merchantId,
        start,
        limit,
        ...filter,
        ...(after !== undefined && { after }),
      });
      if (found.kind === 'refused') return windowProblem(found, '/path');
      return answer(200, { items: found.items, ...pageEnd(list, found.next) }, found.asOf);
    }),
  ];
}

interface RowSelection {
  readonly merchantId: MerchantId;
  readonly start: string;
  readonly bucket?: number;
  readonly types?: readonly string[];
}

function rowList(of: RowSelection): PagedList<WindowPosition> {
  const { merchantId, start, bucket, types } = of;
  return {
    name: 'window',
    merchantId,
    filter: { start, bucket, types: types?.toSorted().join(',') },
    textOf: ({ revision, key }) => `${revision}~${feedOrder(key)}`,
    positionOf(text) {
      const [, revision, order = ''] = /^(\d{1,9})~(.*)$/.exec(text) ?? [];
      const key = feedKeyOf(order);
      return key === undefined ? undefined : { revision: Number(revision), key };
    },
  };
}
