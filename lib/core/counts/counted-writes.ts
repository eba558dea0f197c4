import type { NotificationState } from '../../protocol/contract-words.ts';
import type { Attempt, Notification } from '../deliver/state/notification.ts';
import type { WindowExpectation } from '../feed/expectation-store.ts';
import type { EndpointId, MerchantId } from '../model.ts';
import { dayOf, hourOf, isoTime, msOf } from '../time.ts';
import { type Counts, countsOfAttempt, EXPECTED, LOST, STATE } from './attempt-counts.ts';
import { ALL, type CountKey } from './count-store.ts';

/** What the stream shows of the writes that are counted, and what each adds to which rows. */

interface Streamed {
  /** Its place in the shard. As texts, sequence numbers compare like numbers. */
  readonly sequence: string;
  /** When it was written, as the stream says: the same each time. */
  readonly writtenMs: number;
}

interface StateMove {
  readonly from: NotificationState | 'none';
  readonly to: NotificationState;
}

/** A write of a notification: an attempt, a change of its state, or both. */
export interface StreamedNotification extends Streamed {
  readonly merchantId: MerchantId;
  readonly endpointId: EndpointId;
  readonly listedAt: string;
  readonly attempt?: Attempt;
  readonly move?: StateMove;
  /** The audit created it. */
  readonly isLost?: boolean;
}

/** The audit's write of a window's expectation. */
export interface StreamedExpectation extends Streamed {
  readonly start: string;
  /** By how much the number of expected notifications changed. */
  readonly change: number;
}

export type StreamedWrite = StreamedNotification | StreamedExpectation;

/** A window's expectation as it is stored. */
export interface StoredExpectation extends WindowExpectation {
  readonly expectedBefore: number;
}

/** What a write of a notification is counted as, by what it left behind; undefined if it counts for nothing. */
export function countedInWrite(written: Notification, streamed: Streamed): StreamedNotification | undefined {
  const { merchantId, endpointId, listedAt, rev, attemptRev, attempts, state, stateBefore } = written;
  const attempt = attemptRev === rev ? attempts.at(-1) : undefined;
  const isMove = stateBefore !== undefined && stateBefore !== state && written.isUnexpected !== true;
  if (attempt === undefined && !isMove) return undefined;
  return {
    ...streamed,
    merchantId,
    endpointId,
    listedAt,
    ...(attempt !== undefined && { attempt }),
    ...(isMove && { move: { from: stateBefore, to: state } }),
    // Only the audit leaves a row that nobody has touched yet.
    ...(isMove && rev === 0 && { isLost: true }),
  };
}

/** What the audit's write is counted as. */
export function expectationInWrite(
  { start, expected, expectedBefore }: StoredExpectation,
  streamed: Streamed,
): StreamedExpectation {
  return { ...streamed, start, change: expected - expectedBefore };
}

/** What a write adds to one row. */
export interface RowShare {
  readonly key: CountKey;
  readonly counts: Counts;
}

/** The rows that include a write. Nothing depends on when it is counted, so a repetition finds the same rows. */
export function sharesOf(write: StreamedWrite): readonly RowShare[] {
  if ('change' in write) {
    const place = listedPlace(write.start, write.writtenMs);
    return [
      { key: { merchantId: ALL, endpointId: ALL, ...place }, counts: new Map([[EXPECTED, write.change]]) },
    ];
  }
  const { merchantId, endpointId, attempt, listedAt } = write;
  const shares: Omit<RowShare, 'key'>[] = [];
  const places: Pick<CountKey, 'hour' | 'changedOn'>[] = [];
  if (attempt !== undefined) {
    places.push({ hour: hourOf(msOf(attempt.at)) });
    shares.push({ counts: countsOfAttempt(attempt, listedAt) });
  }
  if (write.move !== undefined) {
    places.push(listedPlace(listedAt, attempt === undefined ? write.writtenMs : msOf(attempt.at)));
    shares.push({ counts: countsOfMove(write.move, write.isLost === true) });
  }
  return shares.flatMap(({ counts }, index) => {
    const place = places[index] ?? { hour: hourOf(msOf(listedAt)) };
    return [
      { key: { merchantId, endpointId, ...place }, counts },
      { key: { merchantId: ALL, endpointId: ALL, ...place }, counts },
    ];
  });
}

/** The hour of listing: its own row for what is written within the hour, and a row for each later day. */
function listedPlace(listedAt: string, changedMs: number): Pick<CountKey, 'hour' | 'changedOn'> {
  const hour = hourOf(msOf(listedAt));
  if (hourOf(changedMs) === hour) return { hour };
  return { hour, changedOn: dayOf(isoTime(changedMs)) };
}

function countsOfMove({ from, to }: StateMove, isLost: boolean): Counts {
  const counts = new Map([[`${STATE}${to}`, 1]]);
  if (from !== 'none') counts.set(`${STATE}${from}`, -1);
  if (isLost) counts.set(LOST, 1);
  return counts;
}
