import { MAX_WINDOWS, type Resolution, resolutionSeconds } from '../../../protocol/resolutions.ts';
import { jsonBytes, MAX_ITEMS_BYTES } from '../../feed/answer-size.ts';
import { closedReach, isAligned, type WindowPorts, type WindowRefusal } from '../../feed/closed-windows.ts';
import { type DigestGroup, sumGroups, sumTimes, type TimeDigest } from '../../feed/digest.ts';
import type { MerchantId } from '../../model.ts';
import { isoTime, msOf, SECOND_MS } from '../../time.ts';

/** Digests of a range: per window, or summed up per hour or day. */

/** Windows per page read. */
const PAGE = 1_000;
/** Maximum number of groups, over all windows, that one answer reads: 36 MB of the table, or 22 in each window of a month. */
const MAX_GROUPS = 200_000;

/** The part of one window, hour or day that lies in the range. */
interface WindowSum {
  readonly start: string;
  readonly end: string;
  /** The sum of the windows' revisions. It rises when one of them is revised. */
  readonly revision: number;
  readonly groups: readonly DigestGroup[];
  /** Present if requested and if every window of the item has them. */
  readonly times?: readonly TimeDigest[];
}

export interface WindowSums {
  readonly kind: 'sums';
  readonly asOf: string;
  readonly closedThrough: string;
  readonly windowSeconds: number;
  /** Oldest first. Empty ones are left out. */
  readonly items: readonly WindowSum[];
}

/** The merchant, the range and the resolution of the request. */
interface SumsRange {
  readonly merchantId: MerchantId;
  readonly from: string;
  readonly to?: string;
  readonly resolution: Resolution;
  /** Whether to include the digests of `listedAt`. */
  readonly withTimes: boolean;
}

/**
 * Digests for [from, to); both must be window boundaries. All windows of the range must be closed: a range that goes
 * beyond is refused. `to` defaults to the end of the last closed window.
 */
export async function readWindows(ports: WindowPorts, range: SumsRange): Promise<WindowSums | WindowRefusal> {
  const { merchantId, from, resolution, withTimes } = range;
  const reach = await closedReach(ports, { merchantId, field: 'from', time: from });
  if (reach.kind === 'refused') return reach;
  const { asOf, windowSeconds, closedThrough } = reach;
  const closing = { closedThrough, windowSeconds };
  const refused = (refusal: Omit<WindowRefusal, 'kind' | 'asOf'>): WindowRefusal => ({
    kind: 'refused',
    asOf,
    ...refusal,
  });
  const to = range.to ?? closedThrough;
  for (const [field, time] of [['from', from] as const, ['to', to] as const]) {
    if (isAligned(time, windowSeconds)) continue;
    return refused({ code: 'unaligned_time', field, details: { windowSeconds } });
  }
  if (to > closedThrough || from > closedThrough) {
    return refused({ code: 'window_not_closed', details: closing });
  }
  const maxSeconds = MAX_WINDOWS[resolution] * windowSeconds;
  if (msOf(to) - msOf(from) > maxSeconds * SECOND_MS) {
    return refused({ code: 'range_too_long', field: 'to', details: { maxSeconds, ...closing } });
  }
  const seconds = resolutionSeconds(resolution, windowSeconds);
  const items = await readSums(ports, { merchantId, from, to, seconds, withTimes });
  // Only a merchant with hundreds of groups comes near the limit.
  if (items === undefined || jsonBytes(items) > MAX_ITEMS_BYTES) {
    return refused({ code: 'answer_too_large', field: 'to' });
  }
  return { kind: 'sums', asOf, closedThrough, windowSeconds, items };
}

type Parts = Pick<WindowSum, 'revision' | 'groups' | 'times'>;

interface SlicedRange {
  readonly merchantId: MerchantId;
  readonly from: string;
  readonly to: string;
  readonly seconds: number;
  readonly withTimes: boolean;
}

/**
 * Sums up by UTC hours or days, cut to the range: `start` and `end` give the part that an item covers. Works page by
 * page, so memory does not grow with the range. Undefined if there is too much to sum up for one answer.
 */
async function readSums(
  ports: WindowPorts,
  { seconds, withTimes, ...range }: SlicedRange,
): Promise<readonly WindowSum[] | undefined> {
  const lengthMs = seconds * SECOND_MS;
  const slices = new Map<number, Parts>();
  let groupsLeft = MAX_GROUPS;
  let cursor: string | undefined;
  do {
    const page = await ports.windows.page({ ...range, limit: PAGE, ...(cursor !== undefined && { cursor }) });
    groupsLeft -= page.windows.reduce((sum, { groups }) => sum + groups.length, 0);
    if (groupsLeft < 0) return undefined;
    for (const [slice, windows] of Map.groupBy(page.windows, ({ start }) =>
      Math.floor(msOf(start) / lengthMs),
    )) {
      const before = slices.get(slice);
      slices.set(slice, together(before === undefined ? windows : [before, ...windows], withTimes));
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return [...slices].map(([slice, parts]) => ({
    start: isoTime(Math.max(slice * lengthMs, msOf(range.from))),
    end: isoTime(Math.min((slice + 1) * lengthMs, msOf(range.to))),
    ...parts,
  }));
}

function together(parts: readonly Parts[], withTimes: boolean): Parts {
  const times = withTimes ? parts.map((part) => part.times) : [undefined];
  return {
    revision: parts.reduce((sum, { revision }) => sum + revision, 0),
    groups: sumGroups(parts.map(({ groups }) => groups)),
    ...(times.every((part) => part !== undefined) && { times: sumTimes(times) }),
  };
}
