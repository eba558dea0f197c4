import { Fault } from '../../faults.ts';
import { createDigestSum, type DigestGroup, sameGroups, sumGroups } from '../../feed/digest.ts';
import type { FeedStore } from '../../feed/feed-store.ts';
import { feedRows, type Window, windowStart } from '../../feed/window.ts';
import type { WindowStore } from '../../feed/window-store.ts';
import type { MerchantId } from '../../model.ts';
import { isoTime, msOf } from '../../time.ts';

/** Windows per page read. */
const PAGE = 1_000;

export interface Totals {
  readonly groups: readonly DigestGroup[];
  readonly rows: number;
  /** The sum of the windows' revisions. */
  readonly revision: number;
}

export interface TotalsRange {
  readonly merchantId: MerchantId;
  readonly feedShards: number;
  readonly from: string;
  readonly to: string;
  readonly windowSeconds: number;
}

/**
 * The control totals of a closed range: the sum of its windows' totals. A window that crosses an end of the range is
 * counted row by row for the part inside, after its rows are checked against the closed digest.
 */
export async function totalsOf(
  ports: { readonly feed: FeedStore; readonly windows: Pick<WindowStore, 'page'> },
  range: TotalsRange,
): Promise<Totals> {
  let groups: readonly DigestGroup[] = [];
  let revision = 0;
  for await (const window of windowsOf(ports, range)) {
    const isWhole = window.start >= range.from && window.end <= range.to;
    groups = sumGroups([groups, isWhole ? window.groups : await partOf(ports.feed, range, window)]);
    revision += window.revision;
  }
  const rows = groups.reduce((sum, { count }) => sum + count, 0);
  return { groups, rows, revision };
}

/** The sum of the revisions of all windows that the range touches. */
export async function revisionOf(
  ports: { readonly windows: Pick<WindowStore, 'page'> },
  range: Omit<TotalsRange, 'feedShards'>,
): Promise<number> {
  let sum = 0;
  for await (const { revision } of windowsOf(ports, range)) sum += revision;
  return sum;
}

async function* windowsOf(
  { windows }: { readonly windows: Pick<WindowStore, 'page'> },
  { merchantId, from, to, windowSeconds }: Omit<TotalsRange, 'feedShards'>,
): AsyncGenerator<Window> {
  const first = isoTime(windowStart(msOf(from), windowSeconds));
  let cursor: string | undefined;
  do {
    const go = cursor === undefined ? {} : { cursor };
    const page = await windows.page({ merchantId, from: first, to, limit: PAGE, ...go });
    yield* page.windows;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

async function partOf(
  feed: FeedStore,
  { merchantId, feedShards, from, to }: TotalsRange,
  window: Window,
): Promise<readonly DigestGroup[]> {
  const [whole, part] = [createDigestSum(), createDigestSum()];
  const range = { merchantId, feedShards, from: window.start, to: window.end };
  for await (const row of feedRows(feed, range)) {
    whole.add(row);
    if (row.listedAt >= from && row.listedAt < to) part.add(row);
  }
  if (!sameGroups(whole.groups(), window.groups)) throw differs(`the window ${window.start}`);
  return part.groups();
}

/** The rows read are not the rows that were closed. Promise 4 is broken, and no statement is made of them. */
export function differs(what: string): Fault {
  return new Fault({
    code: 'statement_differs',
    message: `The rows of ${what} differ from its closed digest. The audit corrects it; the next run makes the statement.`,
    retryable: true,
  });
}
