import { unknownMerchantFault } from '../faults.ts';
import type { ConfigCache } from '../merchants/config-cache.ts';
import type { Directory } from '../merchants/directory.ts';
import type { MerchantId } from '../model.ts';
import type { Clock, ClockTrust } from '../runtime/environment.ts';
import { isoTime, msOf, SECOND_MS } from '../time.ts';
import { type Closing, closedThroughOf } from './closed-through.ts';
import type { FeedStore } from './feed-store.ts';
import { oldestShown, type Reach, watermarkAt } from './watermark.ts';
import type { Window } from './window.ts';
import type { WindowStore } from './window-store.ts';

/** Shared by the requests about closed windows: which windows they may show, and why a request is refused. */

export interface WindowPorts extends Reach {
  readonly directory: Pick<Directory, 'mark' | 'entry'>;
  readonly windows: Pick<WindowStore, 'read' | 'buckets' | 'page'>;
  readonly feed: FeedStore;
  readonly configs: ConfigCache;
  readonly clock: Clock;
  readonly clockTrust: ClockTrust;
}

export interface WindowRefusal {
  readonly kind: 'refused';
  readonly asOf: string;
  readonly code:
    | 'beyond_retention'
    | 'unaligned_time'
    | 'range_too_long'
    | 'answer_too_large'
    | 'window_not_closed'
    | 'window_too_large'
    | 'window_in_doubt'
    | 'invalid_cursor';
  /** The field of the request that is refused. */
  readonly field?: 'start' | 'from' | 'to' | 'cursor';
  /** What the caller needs to correct the request. */
  readonly details?: Partial<Closing> & { readonly maxSeconds?: number; readonly oldest?: string };
}

/** A closed window. One without a stored item is empty. */
export interface ClosedWindow {
  readonly kind: 'closed';
  readonly asOf: string;
  readonly window: Window;
  readonly windowSeconds: number;
  readonly nowMs: number;
}

export function isAligned(time: string, windowSeconds: number): boolean {
  return msOf(time) % (windowSeconds * SECOND_MS) === 0;
}

/** What an answer about closed windows is based on. */
interface ClosedReach extends Closing {
  readonly kind: 'reach';
  readonly nowMs: number;
  readonly asOf: string;
}

/** The field of a request that says where its answer begins. */
interface Beginning {
  readonly merchantId: MerchantId;
  readonly field: 'start' | 'from';
  readonly time: string;
}

/** How far windows are closed, for an answer that begins at `time`. Refused if that lies before the retention. */
export async function closedReach(
  ports: WindowPorts,
  { merchantId, field, time }: Beginning,
): Promise<ClosedReach | WindowRefusal> {
  const nowMs = ports.clock.now();
  const asOf = watermarkAt(ports, nowMs);
  const oldest = oldestShown(ports, nowMs);
  if (time < oldest) return { kind: 'refused', asOf, code: 'beyond_retention', field, details: { oldest } };
  const closing = await closedThroughOf(ports.directory, merchantId);
  ports.clockTrust.assertTrusted();
  if (closing === undefined) return { kind: 'refused', asOf, code: 'window_not_closed' };
  return { kind: 'reach', nowMs, asOf, ...closing };
}

/** Reads the window that starts at `start`, if it is closed. */
export async function readClosedWindow(
  ports: WindowPorts,
  { merchantId, start }: { readonly merchantId: MerchantId; readonly start: string },
): Promise<ClosedWindow | WindowRefusal> {
  const reach = await closedReach(ports, { merchantId, field: 'start', time: start });
  if (reach.kind === 'refused') return reach;
  const { nowMs, asOf, windowSeconds, closedThrough } = reach;
  if (!isAligned(start, windowSeconds)) {
    return { kind: 'refused', asOf, code: 'unaligned_time', field: 'start', details: { windowSeconds } };
  }
  const end = isoTime(msOf(start) + windowSeconds * SECOND_MS);
  if (end > closedThrough) {
    return { kind: 'refused', asOf, code: 'window_not_closed', details: { closedThrough, windowSeconds } };
  }
  const window = (await ports.windows.read(merchantId, start)) ?? {
    merchantId,
    start,
    end,
    revision: 0,
    groups: [],
  };
  return { kind: 'closed', asOf, window, windowSeconds, nowMs };
}

/**
 * The number of shards of the merchant's feed, by a strongly consistent read after `nowMs`. A write to a shard that this
 * read did not show is stamped later than `nowMs`, so it lies beyond what an answer as of `nowMs` may show.
 *
 * @throws Fault `unknown_merchant` if the merchant was erased meanwhile
 */
export async function feedShardsOf(
  ports: { readonly configs: ConfigCache },
  merchantId: MerchantId,
  nowMs: number,
): Promise<number> {
  const config = await ports.configs.get(merchantId, nowMs);
  if (config !== undefined) return config.profile.feedShards;
  throw unknownMerchantFault();
}
