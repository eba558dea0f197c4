import type { Directory } from '../../core/bookkeeping/directory.ts';
import type { StatementStore } from '../../core/bookkeeping/statement-store.ts';
import type { Check } from '../../core/check-back/check-state.ts';
import type { CheckStore } from '../../core/check-back/check-store.ts';
import type { DueIndex } from '../../core/deliver/due-index.ts';
import type { Circuit, Health, HealthStore } from '../../core/deliver/health/circuit.ts';
import type { JobStore } from '../../core/deliver/redelivery.ts';
import type { Parking } from '../../core/deliver/relay.ts';
import type { Notification } from '../../core/deliver/state/notification.ts';
import type { NotificationStore } from '../../core/deliver/state/notification-store.ts';
import type { Clock } from '../../core/environment.ts';
import type { FeedStore } from '../../core/feed/feed-store.ts';
import type { Window } from '../../core/feed/window.ts';
import type { WindowStore } from '../../core/feed/window-store.ts';
import type { Gate, GatedPlace } from '../../core/gate.ts';
import type { KeyRecord, KeyStore } from '../../core/merchants/access-keys.ts';
import type { MerchantStore } from '../../core/merchants/merchant-store.ts';
import { isTerminal, type Outcome, type TransactionKey } from '../../core/model.ts';
import type { OutcomeStore } from '../../core/record/outcome-store.ts';
import { readOutcome } from '../../core/record/stored-outcome.ts';
import { memoryChecks, memoryDueIndex } from './memory-checks.ts';
import { memoryFeed, memoryJobs, memoryWindows } from './memory-feed.ts';
import { notificationName, outcomeName, transactionName } from './memory-keys.ts';
import { memoryMerchants } from './memory-merchants.ts';
import { memoryNotifications } from './memory-notifications.ts';
import { memoryStatements } from './memory-statements.ts';

interface HeldItems {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly notifications: ReadonlyMap<string, Notification>;
  readonly checks: ReadonlyMap<string, Check>;
  readonly windows: ReadonlyMap<string, Window>;
  readonly parked: ReadonlyMap<string, { readonly reason: string; readonly payload: string }>;
}

/** The table in memory: for the simulation and for unit tests, held to the same suites as the real one. */
export interface MemoryStores {
  readonly outcomes: OutcomeStore;
  readonly notifications: NotificationStore;
  readonly checks: CheckStore;
  readonly dueIndex: DueIndex;
  readonly merchants: MerchantStore;
  readonly directory: Directory;
  readonly feed: FeedStore;
  readonly windows: WindowStore;
  readonly jobs: JobStore;
  readonly statements: StatementStore;
  readonly keys: KeyStore;
  readonly health: HealthStore;
  readonly gate: Gate;
  readonly parking: Parking;
  /** What the stores hold, for assertions. */
  readonly held: HeldItems;
}

/**
 * @param onInsert told of each outcome that was written, as the table's stream would tell
 * @param indexedAtMs when the feed index shows an outcome; at once unless said otherwise
 */
export function createMemoryStores(options: {
  readonly clock: Clock;
  readonly onInsert?: (outcome: Outcome) => void;
  readonly indexedAtMs?: (outcome: Outcome) => number;
}): MemoryStores {
  const { clock } = options;
  const outcomes = new Map<string, Outcome>();
  const shards = new Map<string, number>();
  const notifications = new Map<string, Notification>();
  const checks = new Map<string, Check>();
  const windows = new Map<string, Window>();
  const parked = new Map<string, { readonly reason: string; readonly payload: string }>();
  const shown = (outcome: Outcome) => (options.indexedAtMs?.(outcome) ?? 0) <= clock.now();
  return {
    outcomes: memoryOutcomes({ outcomes, shards, notifications, checks, onInsert: options.onInsert }),
    notifications: memoryNotifications(notifications),
    checks: memoryChecks(checks),
    dueIndex: memoryDueIndex(notifications, checks),
    ...memoryMerchants(clock),
    feed: memoryFeed(outcomes, shards, shown),
    windows: memoryWindows(windows),
    jobs: memoryJobs(),
    statements: memoryStatements(),
    keys: memoryKeys(),
    health: memoryHealth(),
    gate: memoryGate(),
    parking: {
      async park({ recordId, reason, payload }) {
        parked.set(recordId, { reason, payload });
      },
    },
    held: { outcomes, notifications, checks, windows, parked },
  };
}

interface OutcomeTable {
  readonly outcomes: Map<string, Outcome>;
  readonly shards: Map<string, number>;
  readonly notifications: Map<string, Notification>;
  readonly checks: Map<string, Check>;
  readonly onInsert: ((outcome: Outcome) => void) | undefined;
}

function memoryOutcomes(table: OutcomeTable): OutcomeStore {
  const versions = (key: TransactionKey) =>
    ([1, 2] as const)
      .map((version) => readRow(outcomeName({ ...key, version })))
      .filter((outcome) => outcome !== undefined);
  /** As the table's rows are read. */
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
    async putIfAbsent(outcome, feedShard) {
      const result = put(outcome, feedShard);
      if (result === 'written') table.onInsert?.(outcome);
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
      const told = [...table.notifications.values()].filter(
        (one) => transactionName(one) === transactionName(key),
      );
      return { outcomes: versions(key), notifications: told.sort(byName) };
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
      if (!isTerminal(end)) throw new Error('Only an end lets its PENDING expire.');
      const name = transactionName(end);
      const check = table.checks.get(name);
      if (check === undefined || check.state === 'resolved') return;
      const { nextAttemptAt: _never, ...rest } = check;
      table.checks.set(name, { ...rest, state: 'resolved', rev: check.rev + 1 });
    },
  };
}

function byName(left: Notification, right: Notification): number {
  return notificationName(left) < notificationName(right) ? -1 : 1;
}

function memoryHealth(): HealthStore {
  const known = new Map<string, Health>();
  const name = ({ merchantId, circuitId }: Circuit) => `${merchantId}#${circuitId}`;
  return {
    async read(circuit) {
      return known.get(name(circuit));
    },
    async save(circuit, health, expectedRev) {
      if ((known.get(name(circuit))?.rev ?? 0) !== expectedRev) return false;
      known.set(name(circuit), structuredClone(health));
      return true;
    },
  };
}

function memoryGate(): Gate {
  const closedUntil = new Map<string, number>();
  const nameOf = ({ merchantId, name }: GatedPlace) => `${merchantId}#${name}`;
  return {
    async enter(place, { nowMs, untilMs }) {
      const standing = closedUntil.get(nameOf(place)) ?? nowMs;
      if (standing > nowMs) return { kind: 'closed', untilMs: standing };
      closedUntil.set(nameOf(place), untilMs);
      return { kind: 'entered' };
    },
    async leave(place, untilMs) {
      if (closedUntil.get(nameOf(place)) === untilMs) closedUntil.delete(nameOf(place));
    },
  };
}

function memoryKeys(): KeyStore {
  const keys = new Map<string, KeyRecord>();
  return {
    async read(keyId) {
      return keys.get(keyId);
    },
    async create(key) {
      if (keys.has(key.keyId)) throw new Error(`There is a key ${key.keyId} already.`);
      keys.set(key.keyId, structuredClone(key));
    },
    async remove(keyId, owner) {
      const key = keys.get(keyId);
      return key !== undefined && key.merchantId === owner && keys.delete(keyId);
    },
    async list({ owner, after, limit }) {
      const own = [...keys.values()]
        .filter((key) => key.merchantId === owner && (after === undefined || key.keyId > after))
        .sort((a, b) => (a.keyId < b.keyId ? -1 : 1));
      return { keys: own.slice(0, limit), more: own.length > limit };
    },
  };
}
