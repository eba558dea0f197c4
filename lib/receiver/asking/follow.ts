import { isoTime } from '../../protocol/instants.ts';
import { notify } from '../../protocol/runtime/observers.ts';
import { LONGEST_WAIT_MS } from '../../protocol/runtime/option-rules.ts';
import type { Pauses } from '../pauses.ts';
import { ReceiverFault } from '../receiver-fault.ts';
import { type Client, nextOf } from './service-client.ts';
import { readResponsibility, resumeMs, type SincePorts } from './since.ts';
import { type Counts, noCounts, type Taking } from './taking.ts';

const LONGEST_SECONDS = Math.floor(LONGEST_WAIT_MS / 1_000);

export interface FollowOptions {
  /** Polling interval: above 0, up to 2,147,483 (24 days). Default: none; the run stops at the end of the feed. */
  readonly everySeconds?: number;
  /** Stops the run: at once while it waits for the next poll, otherwise after the current page, or the tries of a question. */
  readonly signal?: AbortSignal;
  /**
   * Called after each page. With `everySeconds`, also called when the service or the store is
   * unavailable. Its errors are ignored, and nothing waits for it if it is `async`.
   */
  readonly onProgress?: (progress: FollowProgress) => void;
}

export type FollowProgress =
  | ({ readonly event: 'page' } & FollowReport)
  | { readonly event: 'away'; readonly fault: ReceiverFault };

export interface FollowReport extends Readonly<Counts> {
  /** Number of feed rows that were read. */
  readonly read: number;
  /** Everything that the feed lists up to this time was read and applied, except what is `unsettled`. */
  readonly watermark: string | undefined;
}

export interface FollowPorts extends SincePorts {
  readonly client: Client;
  readonly taking: Taking;
  readonly pauses: Pauses;
}

/**
 * Reads the feed from where the last run ended, and applies outcomes that no callback has brought. The store keeps the
 * cursor, which advances only after a whole page was processed. If the process dies at any point, the next run reads a
 * page again and skips none. Rows that cannot be settled are counted as `unsettled` and do not block the feed:
 * `reconcile` finds them again until they are settled. An outcome that `onOutcome` throws for keeps the cursor in front of its page,
 * while what follows is applied: each run begins there again.
 */
export async function follow(ports: FollowPorts, options: FollowOptions = {}): Promise<FollowReport> {
  const { everySeconds, signal, onProgress } = options;
  // Without a pause, the loop would send requests continuously.
  if (
    everySeconds !== undefined &&
    !(typeof everySeconds === 'number' && everySeconds > 0 && everySeconds <= LONGEST_SECONDS)
  ) {
    throw new ReceiverFault(
      'invalid_option',
      `everySeconds is not a number above 0, up to ${LONGEST_SECONDS}.`,
    );
  }
  const report: Running = { ...noCounts(), read: 0, watermark: undefined };
  const isOver = () => everySeconds === undefined || signal?.aborted === true;
  for (;;) {
    try {
      await catchUp(ports, report, options);
    } catch (error) {
      const isTransient = error instanceof ReceiverFault && error.retryable;
      if (!isTransient || isOver()) throw error;
      notify(onProgress, { event: 'away', fault: error });
    }
    if (isOver()) return report;
    // An aborted sleep is the normal end of the loop.
    await ports.pauses.sleep((everySeconds ?? 0) * 1_000, signal).catch(() => undefined);
    if (isOver()) return report;
  }
}

type Running = { -readonly [K in keyof FollowReport]: FollowReport[K] };

/** Where no cursor leads on: what was listed before is settled. */
async function firstPage(ports: FollowPorts) {
  const responsibility = await readResponsibility(ports);
  const startMs = resumeMs(responsibility);
  const page = await ports.client.feedFrom(isoTime(startMs));
  await responsibility.remember(startMs);
  return page;
}

async function catchUp(
  ports: FollowPorts,
  report: Running,
  { signal, onProgress }: Pick<FollowOptions, 'signal' | 'onProgress'>,
): Promise<void> {
  const { client, taking, store, merchantId, types } = ports;
  const isStopped = () => signal?.aborted === true;
  await taking.acknowledgeLeft(report, signal);
  if (isStopped()) return;
  const mark = types.markName('feed');
  let cursor = await store.mark(merchantId, mark);
  let isHeld = false;
  for (;;) {
    const following = cursor === undefined ? undefined : await client.feedAfter(cursor);
    const page = following ?? (await firstPage(ports));
    const next = nextOf(page, cursor);
    const failed = await taking.listed(page.items.filter(types.includes), report);
    isHeld ||= failed > 0;
    report.read += page.items.length;
    report.watermark = page.asOf;
    if (page.nextCursor !== undefined && page.nextCursor !== cursor) {
      if (!isHeld) await store.setMark(merchantId, mark, page.nextCursor);
      cursor = page.nextCursor;
    }
    notify(onProgress, { event: 'page', ...report });
    if (next === undefined || isStopped()) return;
  }
}
