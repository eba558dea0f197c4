import { createMemoryStores, type MemoryStores } from '../../../lib/adapters/memory/memory-stores.ts';
import type { StoredExpectation } from '../../../lib/core/counts/counted-writes.ts';
import type { Notification } from '../../../lib/core/deliver/state/notification.ts';
import { windowStart } from '../../../lib/core/feed/window.ts';
import { isTerminal, type MerchantId, type Outcome } from '../../../lib/core/model.ts';
import { isoTime, msOf } from '../../../lib/core/time.ts';
import type { Dice } from '../storm/dice.ts';
import type { VirtualTime } from '../storm/virtual-time.ts';
import type { SettingsWatch } from '../watches/settings-watch.ts';
import { neverBack, queuedWhileYoung } from '../watches/watch.ts';

/** How late the feed index shows an outcome: with the bound of a stamped write, less than the feed lag. */
const MAX_INDEX_LAG_MS = 20_000;

export interface StoresOptions {
  readonly dice: Dice;
  readonly time: VirtualTime;
  readonly settings: SettingsWatch;
  /** Receives each promise that a write breaks. */
  readonly broken: string[];
  readonly onInsert: (outcome: Outcome) => void;
  readonly onNotification: (notification: Notification) => void;
  readonly onExpectation: (stored: StoredExpectation) => void;
}

/** In-memory stores whose feed index lags, and whose writes are watched. */
export function openStores(options: StoresOptions): MemoryStores {
  const { dice, time, settings, broken, onInsert, onNotification, onExpectation } = options;
  const shownAtMs = new Map<string, number>();
  const nameOf = ({ merchantId, transactionId, version }: Outcome) =>
    `${merchantId} ${transactionId} ${version}`;
  const stores = createMemoryStores({
    clock: { now: () => time.now },
    onNotification,
    onExpectation,
    onInsert: (outcome) => {
      shownAtMs.set(nameOf(outcome), time.now + dice.between(0, MAX_INDEX_LAG_MS));
      onInsert(outcome);
    },
    indexedAtMs: (outcome) => shownAtMs.get(nameOf(outcome)) ?? 0,
  });
  return {
    ...stores,
    notifications: queuedWhileYoung(neverBack(stores.notifications, broken), { time, broken }),
    merchants: settings.over(stores.merchants),
  };
}

export interface ClosedQuestion {
  readonly merchantId: MerchantId;
  readonly time: string;
  readonly windowSeconds: number;
}

/** Whether every window in which the merchant has outcomes before `time` is closed. */
export function isClosedThrough({ contents }: MemoryStores, of: ClosedQuestion): boolean {
  return [...contents.outcomes.values()]
    .filter((one) => one.merchantId === of.merchantId && isTerminal(one) && one.listedAt < of.time)
    .map(({ listedAt = '' }) => windowStart(msOf(listedAt), of.windowSeconds))
    .every((startMs) => contents.windows.has(`${of.merchantId}#${isoTime(startMs)}`));
}
