import type { EventTypes } from '../event-types.ts';
import { ReceiverFault } from '../faults.ts';
import type { Pauses } from '../pauses.ts';
import type { ReceiverStore } from '../stores/receiver-store.ts';
import { type Client, nextOf } from './service-client.ts';
import { sinceOf } from './since.ts';
import { type Counts, noCounts, type Taking } from './taking.ts';

export interface FollowOptions {
  /** Goes on, so often; without it, to the end of the feed and no further. */
  readonly everySeconds?: number;
  /** Ends it: at once while it waits, else after what it is at. */
  readonly signal?: AbortSignal;
  /** Told after each page, and when the service or the store is away while it goes on. */
  readonly onProgress?: (progress: FollowProgress) => void;
}

export type FollowProgress =
  | ({ readonly event: 'page' } & FollowReport)
  | { readonly event: 'away'; readonly fault: ReceiverFault };

export interface FollowReport extends Readonly<Counts> {
  /** Rows of the feed that were looked at. */
  readonly read: number;
  /** The feed is known to this moment, and what it lists to then is applied, but for what is `unsettled`. */
  readonly watermark: string | undefined;
}

export interface FollowPorts {
  readonly merchantId: string;
  readonly client: Client;
  readonly taking: Taking;
  readonly store: Pick<ReceiverStore<never>, 'mark' | 'setMark'>;
  readonly since: string | undefined;
  readonly types: EventTypes;
  readonly pauses: Pauses;
}

/**
 * Reads the feed from where the last run ended, and applies what no callback has brought. The place is kept in the
 * store, and moves behind a page only when all of it was looked at: dying anywhere reads a page again, and skips none. What
 * cannot be settled is counted as `unsettled` and holds nobody up: `reconcile` finds it again until it is.
 */
export async function follow(ports: FollowPorts, options: FollowOptions = {}): Promise<FollowReport> {
  const { everySeconds, signal, onProgress } = options;
  // Without a pause it would ask without end.
  if (everySeconds !== undefined && !(Number.isFinite(everySeconds) && everySeconds > 0)) {
    throw new ReceiverFault('invalid_option', 'everySeconds is not a positive number.');
  }
  const report: Running = { ...noCounts(), read: 0, watermark: undefined };
  const isOver = () => everySeconds === undefined || signal?.aborted === true;
  for (;;) {
    try {
      await catchUp(ports, report, options);
    } catch (error) {
      const isPassing = error instanceof ReceiverFault && error.retryable;
      if (!isPassing || isOver()) throw error;
      onProgress?.({ event: 'away', fault: error });
    }
    if (isOver()) return report;
    // Being woken up is how it ends.
    await ports.pauses.sleep((everySeconds ?? 0) * 1_000, signal).catch(() => undefined);
    if (isOver()) return report;
  }
}

type Running = { -readonly [K in keyof FollowReport]: FollowReport[K] };

async function catchUp(
  ports: FollowPorts,
  report: Running,
  { signal, onProgress }: Pick<FollowOptions, 'signal' | 'onProgress'>,
): Promise<void> {
  const { client, taking, store, merchantId, types } = ports;
  await taking.acknowledgeLeft(report);
  let cursor = await store.mark(merchantId, 'feed');
  for (;;) {
    const page = await client.feed(cursor === undefined ? { since: sinceOf(ports) } : { cursor });
    const next = nextOf(page, cursor);
    await taking.listed(page.items.filter(types.includes), report);
    report.read += page.items.length;
    report.watermark = page.asOf;
    if (page.nextCursor !== undefined && page.nextCursor !== cursor) {
      await store.setMark(merchantId, 'feed', page.nextCursor);
      cursor = page.nextCursor;
    }
    onProgress?.({ event: 'page', ...report });
    if (next === undefined || signal?.aborted === true) return;
  }
}
