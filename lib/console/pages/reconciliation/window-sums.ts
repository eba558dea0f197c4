import { listWindows } from '../../../api/windows/windows-contract.ts';
import { isoTime, msOf, SECOND_MS } from '../../../core/time.ts';
import { MAX_WINDOWS, type Resolution, resolutionSeconds } from '../../../protocol/resolutions.ts';
import type { ConsoleApi } from '../../asking/console-api.ts';

/** The counts of windows, hours or days, for the calendar. */

/** Requests for the days of one page. */
const MAX_REQUESTS = 4;
const MAX_DAYS = 28;
const DAY_SECONDS = 86_400;

export interface SumsOf {
  readonly merchantId: string;
  readonly fromMs: number;
  /** At most the end of the last closed window. */
  readonly toMs: number;
  readonly resolution: Resolution;
  readonly windowSeconds: number;
}

/** The number of outcomes by the start of their window, hour or day, in milliseconds. Empty ones are left out. */
export async function countsOf(
  api: ConsoleApi,
  { merchantId, fromMs, toMs, resolution, windowSeconds }: SumsOf,
): Promise<ReadonlyMap<number, number>> {
  const longest = MAX_WINDOWS[resolution] * windowSeconds * SECOND_MS;
  const lengthMs = resolutionSeconds(resolution, windowSeconds) * SECOND_MS;
  const counts = new Map<number, number>();
  // One after the other: a merchant may have only two large questions at a time.
  for (let from = fromMs; from < toMs; from += longest) {
    const to = isoTime(Math.min(from + longest, toMs));
    const { items } = await api.ask(listWindows, {
      merchantId,
      query: { from: isoTime(from), to, resolution },
    });
    for (const { start, groups } of items) {
      const slice = Math.floor(msOf(start) / lengthMs) * lengthMs;
      const count = groups.reduce((sum, group) => sum + group.count, 0);
      counts.set(slice, (counts.get(slice) ?? 0) + count);
    }
  }
  return counts;
}

/** How many days one page can show: four weeks, or fewer where windows are short. */
export function daysShown(windowSeconds: number): number {
  const covered = Math.floor((MAX_REQUESTS * MAX_WINDOWS.day * windowSeconds) / DAY_SECONDS);
  return Math.max(1, Math.min(MAX_DAYS, covered));
}
