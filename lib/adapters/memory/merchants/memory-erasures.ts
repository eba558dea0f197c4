import { isAboutAlert } from '../../../core/deliver/alerts/alert.ts';
import type { ParkedRecord } from '../../../core/deliver/aside/parked-list.ts';
import { keyOfParked } from '../../../core/deliver/aside/put-back.ts';
import type { Notification } from '../../../core/deliver/state/notification.ts';
import type { Erasure } from '../../../core/merchants/erasing/erasure.ts';
import type { ErasureStore, MerchantRows } from '../../../core/merchants/erasing/erasure-store.ts';
import { isTerminal, type MerchantId, type Outcome, type TransactionKey } from '../../../core/model.ts';
import type { Check } from '../../../core/record/pending-check.ts';
import { UNDELIVERED_STATES } from '../../../protocol/contract-words.ts';
import { pageOf, transactionName } from './memory-keys.ts';

/** @param open the erased merchants whose rows are not yet deleted */
export function memoryErasures(open: Set<MerchantId>): ErasureStore {
  const erasures = new Map<MerchantId, Erasure>();
  return {
    async open() {
      return [...open];
    },
    async read(merchantId) {
      return erasures.get(merchantId);
    },
    async save(erasure, expectedRev) {
      const { merchantId } = erasure;
      if ((erasures.get(merchantId)?.rev ?? 0) !== expectedRev) return false;
      erasures.set(merchantId, structuredClone(erasure));
      if (erasure.state === 'erased') open.delete(merchantId);
      return true;
    },
  };
}

/** The rows of all stores. The keys of the maps begin with the merchant's id, where nothing else is said. */
interface AllRows {
  readonly outcomes: Map<string, Outcome>;
  readonly notifications: Map<string, Notification>;
  readonly checks: Map<string, Check>;
  readonly windows: Map<string, unknown>;
  readonly expectations: Map<string, unknown>;
  readonly counts: Map<string, unknown>;
  readonly alerts: Map<string, unknown>;
  readonly repeats: Map<string, unknown>;
  /** By their ids. */
  readonly jobs: Map<string, { readonly merchantId: MerchantId }>;
  readonly statements: Map<string, unknown>;
  /** By day and id. */
  readonly parked: Map<string, ParkedRecord>;
  /** Whether the feed index shows an outcome. */
  readonly isShown: (outcome: Outcome) => boolean;
}

/** Rows, or transactions, that are deleted at a time. */
const PAGE = 3;

export function memoryMerchantRows(rows: AllRows): MerchantRows {
  const removeTransaction = async (key: TransactionKey) => {
    const name = transactionName(key);
    const own = [rows.outcomes, rows.notifications, rows.checks].map((map) =>
      removeKeys(map as Map<string, unknown>, (one) => one === name || one.startsWith(`${name}#`)),
    );
    return own.reduce((sum, count) => sum + count, 0);
  };
  return {
    removeTransaction,
    async removeNext({ merchantId, place, cursor }) {
      const isOwn = (name: string) => name.startsWith(`${merchantId}#`);
      const inPlace: Readonly<Record<typeof place, () => readonly TransactionKey[] | number>> = {
        listed: () => [...rows.outcomes.values()].filter((one) => isTerminal(one) && rows.isShown(one)),
        undelivered: () => [...rows.notifications.values()].filter(isUndelivered),
        unresolved: () => [...rows.checks.values()].filter(({ state }) => state === 'unresolved'),
        due: () =>
          [...rows.notifications.values(), ...rows.checks.values()].filter(
            (one) => one.nextAttemptAt !== undefined && !isAboutAlert(one),
          ),
        windows: () => removeKeys(rows.windows, isOwn) + removeKeys(rows.expectations, isOwn),
        counts: () => removeKeys(rows.counts, isOwn),
        alerts: () =>
          removeKeys(rows.alerts, isOwn) +
          removeKeys(rows.repeats, isOwn) +
          removeKeys(rows.notifications, (name) => isOwn(name) && isAlertName(name)),
        jobs: () => removeKeys(rows.jobs, (id) => rows.jobs.get(id)?.merchantId === merchantId),
        statements: () => removeKeys(rows.statements, isOwn),
        parked: () => removeKeys(rows.parked, (name) => isAbout(rows.parked.get(name), merchantId)),
      };
      const found = inPlace[place]();
      if (typeof found === 'number') return { count: found };
      const own = found.filter((one) => one.merchantId === merchantId);
      const { page, ...rest } = pageOf(own, { keyOf: transactionName, limit: PAGE, cursor });
      const counts = await Promise.all(page.map(removeTransaction));
      return { count: counts.reduce((sum, count) => sum + count, 0), ...rest };
    },
  };
}

function isUndelivered(one: Notification): boolean {
  return !isAboutAlert(one) && (UNDELIVERED_STATES as readonly string[]).includes(one.state);
}

const isAlertName = (name: string) => isAboutAlert({ transactionId: name.split('#')[1] ?? '' });

function isAbout(record: ParkedRecord | undefined, merchantId: MerchantId): boolean {
  return record !== undefined && keyOfParked(record)?.merchantId === merchantId;
}

function removeKeys(map: Map<string, unknown>, isOwn: (name: string) => boolean): number {
  const own = [...map.keys()].filter(isOwn);
  for (const name of own) map.delete(name);
  return own.length;
}
