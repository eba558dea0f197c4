import type { CheckStore } from '../../core/check-back/check-store.ts';
import type { DueIndex, DueKey } from '../../core/deliver/due-index.ts';
import type { Notification } from '../../core/deliver/state/notification.ts';
import { partitionOf } from '../../core/partitions.ts';
import { type Check, unresolvedOrder } from '../../core/record/pending-check.ts';
import { memoryFenced } from './memory-fenced.ts';
import { notificationName, pageOf, transactionName } from './memory-keys.ts';

export function memoryChecks(checks: Map<string, Check>): CheckStore {
  return {
    ...memoryFenced(checks, transactionName),
    async unresolved({ partition, merchantId, after, limit, cursor }) {
      const open = [...checks.values()]
        .filter(({ state }) => state === 'unresolved')
        .filter((check) => merchantId === undefined || check.merchantId === merchantId)
        .filter(({ transactionId }) => partitionOf(transactionId) === partition)
        .filter((check) => after === undefined || unresolvedOrder(check) > after);
      const { page, ...rest } = pageOf(open, { keyOf: unresolvedOrder, limit, cursor });
      const keys = page.map((check) => ({
        merchantId: check.merchantId,
        transactionId: check.transactionId,
        order: unresolvedOrder(check),
      }));
      return { keys, ...rest };
    },
  };
}

/** Notifications and checks in one index, partitioned by the name of their subject. */
export function memoryDueIndex(
  notifications: ReadonlyMap<string, Notification>,
  checks: ReadonlyMap<string, Check>,
): DueIndex {
  const rows = () => [
    ...[...notifications.values()].map((one) => ({
      nextAttemptAt: one.nextAttemptAt,
      name: notificationName(one),
      due: {
        kind: 'notification',
        key: {
          merchantId: one.merchantId,
          transactionId: one.transactionId,
          version: one.version,
          endpointId: one.endpointId,
        },
      } satisfies DueKey,
    })),
    ...[...checks.values()].map((one) => ({
      nextAttemptAt: one.nextAttemptAt,
      name: `${transactionName(one)}#check`,
      due: {
        kind: 'check',
        key: { merchantId: one.merchantId, transactionId: one.transactionId },
      } satisfies DueKey,
    })),
  ];
  return {
    async page({ partition, before, limit, cursor }) {
      const due = rows()
        .filter(({ nextAttemptAt }) => nextAttemptAt !== undefined && nextAttemptAt <= before)
        .filter(({ name }) => partitionOf(name) === partition);
      const keyOf = (row: (typeof due)[number]) => `${row.nextAttemptAt}#${row.name}`;
      const { page, ...rest } = pageOf(due, { keyOf, limit, cursor });
      const oldest = page[0]?.nextAttemptAt;
      return { keys: page.map((row) => row.due), ...rest, ...(oldest !== undefined && { oldest }) };
    },
  };
}
