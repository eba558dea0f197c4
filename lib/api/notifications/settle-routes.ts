import {
  acknowledgeOutcome,
  redeliverNotification,
  type SettlingPorts,
} from '../../core/deliver/acknowledge.ts';
import type { NotificationKey } from '../../core/deliver/state/notification.ts';
import type { MerchantStore } from '../../core/merchants/merchant-store.ts';
import { endpointIdSchema, type MerchantId, transactionIdSchema, versionSchema } from '../../core/model.ts';
import { notificationView } from '../../core/query/transaction-view.ts';
import { acting, type WithoutTrail } from '../acting.ts';
import { type Route, route } from '../api-app.ts';
import { answer, problem } from '../contract/operation.ts';
import * as contract from './settle-contract.ts';

export interface SettlingRoutePorts extends WithoutTrail<SettlingPorts> {
  readonly merchants: Pick<MerchantStore, 'read'>;
}

export function settlingRoutes(ports: SettlingRoutePorts): readonly Route[] {
  return [
    route(contract.acknowledge, async ({ caller, merchantId, params, body }) => {
      const { transactionId } = params;
      const key = { merchantId, transactionId, version: body.version };
      const result = await acknowledgeOutcome(acting(ports, caller), key, body.endpointId);
      return result.kind === 'refused'
        ? problem(result.code)
        : answer(200, { notifications: result.notifications.map(notificationView) });
    }),

    route(contract.redeliver, async ({ caller, merchantId, params }) => {
      const key = keyOf(merchantId, params.notificationId);
      const result = await redeliverNotification(acting(ports, caller), key);
      return result.kind === 'refused'
        ? problem(result.code)
        : answer(202, notificationView(result.notification));
    }),
  ];
}

/** Splits a notification id. The contract has checked its form: three parts without dots. */
function keyOf(merchantId: MerchantId, notificationId: string): NotificationKey {
  const [transactionId, version, endpointId] = notificationId.split('.');
  return {
    merchantId,
    transactionId: transactionIdSchema().parse(transactionId),
    version: versionSchema().parse(Number(version)),
    endpointId: endpointIdSchema().parse(endpointId),
  };
}
