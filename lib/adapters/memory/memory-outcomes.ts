import type { Notification } from '../../core/deliver/state/notification.ts';
import type { TransactionReader } from '../../core/deliver/state/transaction-reader.ts';
import { isTerminal, type Outcome, type TransactionKey } from '../../core/model.ts';
import type { OutcomeStore } from '../../core/record/outcome-store.ts';
import type { Check } from '../../core/record/pending-check.ts';
import { readOutcome } from '../../core/record/stored-outcome.ts';
import type { LogEntry } from './merchants/memory-audit-log.ts';
import { notificationName, outcomeName, transactionName } from './merchants/memory-keys.ts';

/** The outcomes, and the rows that are written together with them. */
interface OutcomeTable {
  readonly outcomes: Map<string, Outcome>;
  readonly shards: Map<string, number>;
  readonly notifications: Map<string, Notification>;
  readonly checks: Map<string, Check>;
  readonly log: LogEntry;
  readonly onInsert: ((outcome: Outcome) => void) | undefined;
}

export function memoryOutcomes(table: OutcomeTable): OutcomeStore & TransactionReader {
  const versions = (key: TransactionKey) =>
    ([1, 2] as const)
      .map((version) => readRow(outcomeName({ ...key, version })))
      .filter((outcome) => outcome !== undefined);
  /** Parses rows as the table does. */
  const readRow = (name: string) => {
    const row = table.outcomes.get(name);
    return row && readOutcome(row, name);
  };
  const put = (outcome: Outcome, feedShard: number) => {
    const name = outcomeName(outcome);
    if (table.outcomes.has(name)) return 'exists';
    table.outcomes.set(name, structuredClone(outcome));
    table.shards.set(name, feedShard);
    return 'written';
  };
  return {
    inTurn: (write) => write(),
    async putIfAbsent(outcome, feedShard, entry) {
      const result = put(outcome, feedShard);
      if (result === 'written') {
        table.log(entry);
        table.onInsert?.(outcome);
      }
      return result;
    },
    async prepare(pending, check) {
      const result = put(pending, 0);
      if (result === 'exists') return result;
      table.checks.set(transactionName(pending), structuredClone(check));
      table.onInsert?.(pending);
      return result;
    },
    async read(key) {
      return readRow(outcomeName(key));
    },
    async versions(key) {
      return versions(key);
    },
    async transaction(key) {
      const notifications = [...table.notifications.values()].filter(
        (one) => transactionName(one) === transactionName(key),
      );
      const check = table.checks.get(transactionName(key));
      return {
        outcomes: versions(key),
        notifications: notifications.sort(byName),
        ...(check !== undefined && { check: structuredClone(check) }),
      };
    },
    async idsByReference({ merchantId, reference, after, limit }) {
      const ids = [...table.outcomes.values()]
        .filter((one) => one.version === 1 && one.merchantId === merchantId && one.reference === reference)
        .map(({ transactionId }) => transactionId)
        .filter((id) => after === undefined || id > after)
        .sort();
      return { ids: ids.slice(0, limit), more: ids.length > limit };
    },
    async settlePending(end) {
      if (!isTerminal(end)) throw new Error('Only a terminal outcome sets the expiry of its PENDING.');
      resolveCheck(table, end);
    },
    async erasePending(key) {
      const name = outcomeName({ ...key, version: 1 });
      if (table.outcomes.get(name)?.status === 'PENDING') table.outcomes.delete(name);
      table.checks.delete(transactionName(key));
    },
  };
}

function resolveCheck({ checks }: Pick<OutcomeTable, 'checks'>, key: TransactionKey): void {
  const name = transactionName(key);
  const check = checks.get(name);
  if (check === undefined || check.state === 'resolved') return;
  const { nextAttemptAt: _never, ...rest } = check;
  checks.set(name, { ...rest, state: 'resolved', rev: check.rev + 1 });
}

function byName(left: Notification, right: Notification): number {
  return notificationName(left) < notificationName(right) ? -1 : 1;
}
