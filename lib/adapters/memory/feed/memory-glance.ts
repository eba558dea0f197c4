import type { Glance } from '../../../core/bookkeeping/glance.ts';
import type { NotificationStore } from '../../../core/deliver/state/notification-store.ts';
import { isUnreadable } from '../../../core/faults.ts';
import type { WindowStore } from '../../../core/feed/window-store.ts';
import type { OutcomeStore } from '../../../core/record/outcome-store.ts';

export interface GlancedStores {
  readonly outcomes: Pick<OutcomeStore, 'read'>;
  readonly notifications: Pick<NotificationStore, 'read'>;
  readonly windows: Pick<WindowStore, 'read'>;
}

export function memoryGlance({ outcomes, notifications, windows }: GlancedStores): Glance {
  return {
    outcomes: (keys) => Promise.all(keys.map((key) => readable(outcomes.read(key)))),
    notifications: (keys) => Promise.all(keys.map((key) => readable(notifications.read(key)))),
    windows: (keys) => Promise.all(keys.map(({ merchantId, start }) => windows.read(merchantId, start))),
  };
}

async function readable<T>(reading: Promise<T>): Promise<T | undefined> {
  return reading.catch((error: unknown) => {
    if (!isUnreadable(error)) throw error;
    return undefined;
  });
}
