import type { CheckStore } from '../../../core/check-back/check-store.ts';
import type { DueIndex, DueKey } from '../../../core/deliver/due-index.ts';
import type { Notification } from '../../../core/deliver/state/notification.ts';
import { partitionOf } from '../../../core/partitions.ts';
import { type Check, unresolvedOrder } from '../../../core/record/pending-check.ts';
import { memoryFenced } from '../memory-fenced.ts';
import { notificationName, pageOf, rememberedPartitions, transactionName } from '../merchants/memory-keys.ts';

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
  const partitionFor = rememberedPartitions();
  return {
    async page({ partition, before, limit, cursor }) {
      const isDue = ({ nextAttemptAt }: { readonly nextAttemptAt?: string | undefined }) =>
        nextAttemptAt !== undefined && nextAttemptAt <= before;
      const due = [
        ...[...notifications.values()].filter(isDue).map(dueNotification),
        ...[...checks.values()].filter(isDue).map(dueCheck),
      ].filter(({ name }) => partitionFor(name) === partition);
      const keyOf = (row: DueRow) => `${row.nextAttemptAt}#${row.name}`;
      const { page, ...rest } = pageOf(due, { keyOf, limit, cursor });
      const oldest = page[0]?.nextAttemptAt;
      return { keys: page.map((row) => row.due), ...rest, ...(oldest !== undefined && { oldest }) };
    },
  };
}

interface DueRow {
  readonly nextAttemptAt: string | undefined;
  readonly name: string;
  readonly due: DueKey;
}

function dueNotification(notification: Notification): DueRow {
  const { merchantId, transactionId, version, endpointId, nextAttemptAt } = notification;
  const key = { merchantId, transactionId, version, endpointId };
  return { nextAttemptAt, name: notificationName(notification), due: { kind: 'notification', key } };
}

function dueCheck(check: Check): DueRow {
  const { merchantId, transactionId, nextAttemptAt } = check;
  const key = { merchantId, transactionId };
  return { nextAttemptAt, name: `${transactionName(check)}#check`, due: { kind: 'check', key } };
}
