import type { MerchantId } from '../../core/model.ts';
import { type AlertListPorts, alertView, readAlerts } from '../../core/query/alert-list.ts';
import { storedAlertId } from '../../core/reading/stored.ts';
import { type Route, route } from '../api-app.ts';
import { answer } from '../contract/operation.ts';
import { type PagedList, pageEnd, readCursor } from '../list-cursor.ts';
import { listAlerts } from './alerts-contract.ts';

const DEFAULT_PAGE = 20;

export function alertsRoutes(ports: AlertListPorts): readonly Route[] {
  return [
    route(listAlerts, async ({ merchantId, query: { cursor, limit = DEFAULT_PAGE } }) => {
      const list = alertList(merchantId);
      const place = readCursor(list, cursor);
      if (place.kind === 'invalid') return place.problem;
      const { after } = place;
      const question = { merchantId, limit, ...(after !== undefined && { before: after }) };
      const { alerts, next } = await readAlerts(ports, question);
      return answer(200, { items: alerts.map(alertView), ...pageEnd(list, next) });
    }),
  ];
}

function alertList(merchantId: MerchantId): PagedList<string> {
  return {
    name: 'alerts',
    merchantId,
    textOf: (alertId) => alertId,
    positionOf: (text) => storedAlertId().safeParse(text).data,
  };
}
