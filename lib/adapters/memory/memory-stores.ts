import type { Glance } from '../../core/bookkeeping/glance.ts';
import type { Statement } from '../../core/bookkeeping/statements/statement.ts';
import type { StatementStore } from '../../core/bookkeeping/statements/statement-store.ts';
import type { CheckStore } from '../../core/check-back/check-store.ts';
import type { CountRow, CountStore } from '../../core/counts/count-store.ts';
import type { StoredExpectation } from '../../core/counts/counted-writes.ts';
import type { Alert } from '../../core/deliver/alerts/alert.ts';
import type { AlertStore } from '../../core/deliver/alerts/alert-store.ts';
import type { ParkedRecord, ParkedRecords } from '../../core/deliver/aside/parked-list.ts';
import type { DueIndex } from '../../core/deliver/due-index.ts';
import type { Circuit, Health, HealthStore } from '../../core/deliver/health/circuit.ts';
import type { RatedEndpoint, SlotStore } from '../../core/deliver/rate/rate-limiter.ts';
import type { Slots } from '../../core/deliver/rate/slots.ts';
import type { FeedCounter } from '../../core/deliver/redelivery/count-listed.ts';
import type { JobStore } from '../../core/deliver/redelivery/job-store.ts';
import type { Job } from '../../core/deliver/redelivery/redelivery-job.ts';
import type { Parking } from '../../core/deliver/relay.ts';
import type { Notification } from '../../core/deliver/state/notification.ts';
import type { NotificationStore } from '../../core/deliver/state/notification-store.ts';
import type { TransactionReader } from '../../core/deliver/state/transaction-reader.ts';
import type { ExpectationStore, WindowExpectation } from '../../core/feed/expectation-store.ts';
import type { FeedStore } from '../../core/feed/feed-store.ts';
import type { Window } from '../../core/feed/window.ts';
import type { WindowStore } from '../../core/feed/window-store.ts';
import type { AuditWriter } from '../../core/merchants/audit-log/audit-trail.ts';
import type { Directory } from '../../core/merchants/directory.ts';
import type { ErasureStore, MerchantRows } from '../../core/merchants/erasing/erasure-store.ts';
import type { KeyRecord, KeyStore } from '../../core/merchants/keys/access-keys.ts';
import type { MerchantStore } from '../../core/merchants/merchant-store.ts';
import type { PortalLinkStore, SessionStore } from '../../core/merchants/sessions/session-store.ts';
import type { MerchantId, Outcome } from '../../core/model.ts';
import type { AuditLog } from '../../core/query/audit-log.ts';
import type { MerchantList } from '../../core/query/merchant-list.ts';
import type { OutcomeStore } from '../../core/record/outcome-store.ts';
import type { Check } from '../../core/record/pending-check.ts';
import type { Clock } from '../../core/runtime/environment.ts';
import type { Gate, GatedPlace } from '../../core/runtime/gate.ts';
import { memoryAlerts } from './delivery/memory-alerts.ts';
import { memoryChecks, memoryDueIndex } from './delivery/memory-checks.ts';
import { type MarkedRow, memoryCounts } from './delivery/memory-counts.ts';
import { memoryJobs } from './delivery/memory-jobs.ts';
import { memoryNotifications } from './delivery/memory-notifications.ts';
import { memoryParking } from './delivery/memory-parking.ts';
import { memoryExpectations } from './feed/memory-expectations.ts';
import { memoryFeed, memoryWindows } from './feed/memory-feed.ts';
import { memoryGlance } from './feed/memory-glance.ts';
import { memoryStatements } from './feed/memory-statements.ts';
import { memoryOutcomes } from './memory-outcomes.ts';
import { type LogEntry, memoryAuditLog } from './merchants/memory-audit-log.ts';
import { memoryErasures, memoryMerchantRows } from './merchants/memory-erasures.ts';
import { memoryMerchants } from './merchants/memory-merchants.ts';
import { memorySessions } from './merchants/memory-sessions.ts';

interface StoreContents {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly notifications: ReadonlyMap<string, Notification>;
  readonly checks: ReadonlyMap<string, Check>;
  readonly alerts: ReadonlyMap<string, Alert>;
  readonly windows: ReadonlyMap<string, Window>;
  readonly parked: ReadonlyMap<string, ParkedRecord>;
  readonly expectations: ReadonlyMap<string, WindowExpectation>;
  readonly counts: ReadonlyMap<string, CountRow>;
  readonly jobs: ReadonlyMap<string, Job>;
  readonly statements: ReadonlyMap<string, Statement>;
  /** By the name of their tally. */
  readonly repeats: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The table in memory, for the simulation and unit tests. It passes the same test suites as the real one. */
export interface MemoryStores {
  readonly outcomes: OutcomeStore & TransactionReader;
  readonly notifications: NotificationStore;
  readonly alerts: AlertStore;
  readonly checks: CheckStore;
  readonly dueIndex: DueIndex;
  readonly counts: CountStore;
  readonly merchants: MerchantStore;
  readonly directory: Directory;
  readonly merchantList: MerchantList;
  readonly auditLog: AuditLog & AuditWriter;
  readonly feed: FeedStore & FeedCounter;
  readonly windows: WindowStore;
  readonly expectations: ExpectationStore;
  readonly glance: Glance;
  readonly jobs: JobStore;
  readonly statements: StatementStore;
  readonly keys: KeyStore;
  readonly sessions: SessionStore;
  readonly portalLinks: PortalLinkStore;
  readonly health: HealthStore;
  readonly slots: SlotStore;
  readonly gate: Gate;
  readonly parking: Parking;
  readonly parked: ParkedRecords;
  readonly erasures: ErasureStore;
  readonly rows: MerchantRows;
  /** The contents of the stores, for assertions. */
  readonly contents: StoreContents;
}

/**
 * @param onInsert called for each outcome that was written, like the table's stream
 * @param onNotification called with the result of each write of a notification, like the table's stream
 * @param onExpectation the same for expectations of windows
 * @param indexedAtMs when the feed index shows an outcome. Default: at once
 */
export function createMemoryStores(options: {
  readonly clock: Clock;
  readonly onInsert?: (outcome: Outcome) => void;
  readonly onNotification?: (notification: Notification) => void;
  readonly onExpectation?: (stored: StoredExpectation) => void;
  readonly indexedAtMs?: (outcome: Outcome) => number;
}): MemoryStores {
  const { clock } = options;
  const outcomes = new Map<string, Outcome>();
  const shards = new Map<string, number>();
  const notifications = new Map<string, Notification>();
  const checks = new Map<string, Check>();
  const alerts = new Map<string, Alert>();
  const windows = new Map<string, Window>();
  const parked = new Map<string, ParkedRecord>();
  const expectations = new Map<string, WindowExpectation>();
  const counts = new Map<string, MarkedRow>();
  const repeats = new Map<string, Set<string>>();
  const jobs = new Map<string, Job>();
  const statements = new Map<string, Statement>();
  const openErasures = new Set<MerchantId>();
  const shown = (outcome: Outcome) => (options.indexedAtMs?.(outcome) ?? 0) <= clock.now();
  const { auditLog, log } = memoryAuditLog();
  const delivered = { outcomes, notifications, checks, alerts, repeats };
  const maps = { ...delivered, windows, parked, expectations, counts, jobs, statements };
  const rows = {
    outcomes: memoryOutcomes({ outcomes, shards, notifications, checks, log, onInsert: options.onInsert }),
    notifications: memoryNotifications(notifications, options.onNotification),
    windows: memoryWindows(windows),
    expectations: memoryExpectations(expectations, options.onExpectation),
  };
  return {
    ...rows,
    glance: memoryGlance(rows),
    alerts: memoryAlerts({ alerts, notifications, repeats }),
    checks: memoryChecks(checks),
    dueIndex: memoryDueIndex(notifications, checks),
    counts: memoryCounts(counts),
    ...memoryMerchants({ clock, log, openErasures }),
    auditLog,
    feed: memoryFeed(outcomes, shards, shown),
    jobs: memoryJobs(jobs, log),
    statements: memoryStatements(statements),
    keys: memoryKeys(log),
    ...memorySessions(log),
    health: memoryHealth(),
    slots: memorySlots(),
    gate: memoryGate(),
    ...memoryParking(parked, clock),
    erasures: memoryErasures(openErasures),
    rows: memoryMerchantRows({ ...maps, isShown: shown }),
    contents: maps,
  };
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

function memorySlots(): SlotStore {
  const known = new Map<string, Slots>();
  const name = ({ merchantId, endpointId }: RatedEndpoint) => `${merchantId}#${endpointId}`;
  return {
    async read(endpoint) {
      return known.get(name(endpoint));
    },
    async save(endpoint, slots, expectedRev) {
      if ((known.get(name(endpoint))?.rev ?? 0) !== expectedRev) return false;
      known.set(name(endpoint), structuredClone(slots));
      return true;
    },
  };
}

function memoryGate(): Gate {
  const closedUntil = new Map<string, number>();
  const nameOf = ({ merchantId, name }: GatedPlace) => `${merchantId}#${name}`;
  return {
    async enter(place, { nowMs, untilMs }) {
      const closedUntilMs = closedUntil.get(nameOf(place)) ?? nowMs;
      if (closedUntilMs > nowMs) return { kind: 'closed', untilMs: closedUntilMs };
      closedUntil.set(nameOf(place), untilMs);
      return { kind: 'entered' };
    },
    async leave(place, untilMs) {
      if (closedUntil.get(nameOf(place)) === untilMs) closedUntil.delete(nameOf(place));
    },
  };
}

function memoryKeys(log: LogEntry): KeyStore {
  const keys = new Map<string, KeyRecord>();
  return {
    async read(keyId) {
      return keys.get(keyId);
    },
    async create(key, entry) {
      if (keys.has(key.keyId)) throw new Error(`The key ${key.keyId} already exists.`);
      keys.set(key.keyId, structuredClone(key));
      log(entry);
    },
    async remove(keyId, owner, entry) {
      const key = keys.get(keyId);
      if (key === undefined || key.merchantId !== owner) return false;
      keys.delete(keyId);
      log(entry);
      return true;
    },
    async list({ owner, after, limit }) {
      const own = [...keys.values()]
        .filter((key) => key.merchantId === owner && (after === undefined || key.keyId > after))
        .sort((a, b) => (a.keyId < b.keyId ? -1 : 1));
      return { keys: own.slice(0, limit), more: own.length > limit };
    },
  };
}
