import { setTimeout as sleep } from 'node:timers/promises';
import { attemptsText, type Board, outcomeText } from './board.ts';
import type { DemoReceiver } from './demo-receiver.ts';
import type { Shop } from './demo-shop.ts';
import type { Notification, Order, Orders } from './orders.ts';
import { createReceiverSwitch } from './receiver-switch.ts';

/** Retry delays of the demo's merchant in seconds: 18 s in total. */
export const DEMO_SCHEDULE = [2, 3, 5, 8];

const POLL_MS = 300;
const BEFORE = 6;
const WHILE_AWAY = 3;
const AFTER = 31;

/** The demo, and the actions that a user can start. */
export interface Demo {
  /** Runs the demo once: delivery, an outage of the receiver, and reconciliation. */
  run(): Promise<void>;
  toggleReceiver(): Promise<void>;
  recordOne(): Promise<void>;
}

export interface DemoOptions {
  readonly shop: Pick<Shop, 'reconcile' | 'compare'>;
  readonly orders: Orders;
  readonly receiver: DemoReceiver;
  readonly board: Board;
  /** Length of a feed window. */
  readonly windowSeconds: number;
  readonly signal: AbortSignal;
}

export function createDemo(options: DemoOptions): Demo {
  const { shop, orders, receiver, board, windowSeconds, signal } = options;
  const switchReceiver = createReceiverSwitch(receiver, board);

  /** Shows the order's notification until it is settled, and returns its final state. `quietly`: shows failures only. */
  async function watch(order: Order, quietly = false): Promise<string> {
    let shown: Notification | undefined;
    for (;;) {
      const now = await orders.notificationOf(order);
      const isOrdinary = shown === undefined && now.state === 'delivered';
      if (hasChanged(shown, now) && !(quietly && isOrdinary)) {
        show(order, now, shown === undefined);
        shown = now;
      }
      if (now.state !== 'pending' && now.state !== 'retrying') return now.state;
      await sleep(POLL_MS, undefined, { signal });
    }
  }

  function show(order: Order, { attempts, nextAttemptAt, state }: Notification, isFirst: boolean): void {
    board.row({
      order: order.name,
      transactionId: order.transactionId,
      ...(isFirst && { outcome: outcomeText(order.status, order.amount) }),
      attempts: attemptsText(attempts, nextAttemptAt, Date.now()),
      state,
    });
  }

  /** Records orders and starts to watch them. Each `end` resolves when its notification is settled. */
  async function record(
    count: number,
    { everyMs, quietly = false }: { readonly everyMs: number; readonly quietly?: boolean },
  ): Promise<{ order: Order; end: Promise<string> }[]> {
    const recorded: { order: Order; end: Promise<string> }[] = [];
    for (let index = 0; index < count; index += 1) {
      const order = await orders.recordNext();
      const end = watch(order, quietly);
      // Ending the demo aborts the watch; nobody may be awaiting it then, so its rejection is ignored.
      end.catch(() => undefined);
      recorded.push({ order, end });
      await sleep(everyMs, undefined, { signal });
    }
    return recorded;
  }

  /** Runs the merchant's reconciliation once everything recorded lies in closed windows. */
  async function reconcile(): Promise<void> {
    const lastMs = Date.now();
    board.message(`waiting until the last window of ${windowSeconds} s is closed`);
    while (Date.parse((await shop.compare())?.through ?? '') <= lastMs) {
      await sleep(POLL_MS, undefined, { signal });
    }
    const { windows, differing, applied, requests } = await shop.reconcile({ signal });
    const verb = differing === 1 ? 'differs' : 'differ';
    board.message(
      `reconcile: ${windows} windows, ${differing} ${verb} → ${applied} rows applied in ${requests} requests`,
    );
  }

  /** Counts the orders by the final state of their notifications. */
  async function ends(all: readonly Order[]): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const order of all) {
      const { state } = await orders.notificationOf(order);
      counts.set(state, (counts.get(state) ?? 0) + 1);
    }
    return counts;
  }

  return {
    async run() {
      board.header();
      const before = await record(BEFORE, { everyMs: 400 });
      await countDelivered(before);
      await switchReceiver('offline');
      const missed = await record(WHILE_AWAY, { everyMs: 700 });
      const lost = missed.length - (await countDelivered(missed));
      await switchReceiver('online', { online: `receiver is back online: it missed ${lost} callbacks` });
      const after = await record(AFTER, { everyMs: 100, quietly: true });
      const arrived = await countDelivered(after);
      const range = `${after[0]?.order.name} to ${after.at(-1)?.order.name}`;
      board.message(`${range}: ${after.length} recorded, ${arrived} delivered`);
      await reconcile();
      for (const { order } of missed) show(order, await orders.notificationOf(order), true);
      const all = [...before, ...missed, ...after].map(({ order }) => order);
      const counts = await ends(all);
      const [delivered, acknowledged] = ['delivered', 'acknowledged'].map((state) => counts.get(state) ?? 0);
      const totals = await shop.compare();
      board.plain();
      board.plain(
        `recorded ${all.length} = delivered ${delivered} + acknowledged ${acknowledged} · ` +
          `lost ${all.length - (delivered ?? 0) - (acknowledged ?? 0)}`,
      );
      if (totals === undefined) return;
      const sign = totals.isEqual ? '=' : '≠';
      board.plain(
        `digest  Tidings ${brief(totals.there.hash)}  ${sign}  receiver ${brief(totals.here.hash)}`,
      );
    },

    async toggleReceiver() {
      await switchReceiver('toggle');
    },

    async recordOne() {
      await watch(await orders.recordNext());
    },
  };
}

/** Waits until all are settled, and returns how many were delivered. */
async function countDelivered(recorded: readonly { readonly end: Promise<string> }[]): Promise<number> {
  const ends = await Promise.all(recorded.map(({ end }) => end));
  return ends.filter((end) => end === 'delivered').length;
}

/** Whether the state changed or an attempt was added. */
function hasChanged(shown: Notification | undefined, now: Notification): boolean {
  if (now.state === 'pending') return false;
  return shown === undefined || shown.state !== now.state || shown.attempts.length !== now.attempts.length;
}

/** The beginning of a hash, long enough to compare two by eye. */
function brief(hash: string): string {
  return `${hash.slice(0, 8)}…`;
}
