import { NOTIFICATION_STATES, type NotificationState } from '../../../protocol/contract-words.ts';
import { type Counts, EXPECTED, LOST, STATE, sumOfCounts } from '../../counts/attempt-counts.ts';
import { ALL, type CountStore } from '../../counts/count-store.ts';
import type { ExpectationStore } from '../../feed/expectation-store.ts';
import type { MerchantId } from '../../model.ts';
import { HOUR_MS, hourOf, isoTime, msOf, SECOND_MS } from '../../time.ts';
import type { Progress } from './marks-through.ts';

/**
 * The balance of the last day: how many notifications the audit expects, beside how many there are in each state. Both sides
 * are counted, and neither is computed from the other: the audit reads outcomes and settings; states are added up from the
 * writes of notifications.
 */

/** Hours of the balance, with the current one. */
export const BALANCE_HOURS = 24;

type StateCounts = Readonly<Record<NotificationState, number>>;

export interface BalanceHour {
  /** The start of the UTC hour in which the outcomes were listed. */
  readonly start: string;
  /** Whether every window of the hour is audited. Until then, more may be there than is expected. */
  readonly isAudited: boolean;
  readonly expected: number;
  /** Notifications that the audit found missing and created. They are in the states like all others. */
  readonly lost: number;
  readonly states: StateCounts;
  /** Beyond what is expected, of an hour that is not wholly audited. */
  readonly notAuditedYet: number;
  /** Beyond what is expected, of an audited hour: an endpoint was disabled or narrowed while they were on their way. */
  readonly beyond: number;
  /** Expected, and not there. Not 0 is a fault: either side counts wrong, or a notification is gone. */
  readonly missing: number;
}

/** The sums of all hours. `isAudited`: all of them are. */
export type Balance = Omit<BalanceHour, 'start'> & {
  readonly from: string;
  readonly to: string;
  readonly hours: readonly BalanceHour[];
};

interface BalancePorts {
  readonly counts: Pick<CountStore, 'rows'>;
  readonly expectations: Pick<ExpectationStore, 'list'>;
}

interface BalanceQuestion {
  /** Absent: the whole service. */
  readonly merchantId: MerchantId | undefined;
  readonly nowMs: number;
  readonly progress: Progress;
}

/** Reads the balance: the rows of the day, and for one merchant also the audit's number of each window. */
export async function readBalance(ports: BalancePorts, question: BalanceQuestion): Promise<Balance> {
  const { merchantId, nowMs, progress } = question;
  const current = msOf(hourOf(nowMs));
  const [from, to] = [isoTime(current - (BALANCE_HOURS - 1) * HOUR_MS), isoTime(current + HOUR_MS)];
  const rows = await ports.counts.rows({ merchantId: merchantId ?? ALL, from, to });
  const byHour = Map.groupBy(rows, ({ hour }) => hour);
  const windows = merchantId === undefined ? [] : await ports.expectations.list({ merchantId, from, to });
  const ofWindows = Map.groupBy(windows, ({ start }) => hourOf(msOf(start)));
  const hours = Array.from({ length: BALANCE_HOURS }, (_, index) => {
    const start = isoTime(msOf(from) + index * HOUR_MS);
    const counts = sumOfCounts((byHour.get(start) ?? []).map((row) => row.counts));
    const expected =
      merchantId === undefined
        ? (counts.get(EXPECTED) ?? 0)
        : (ofWindows.get(start) ?? []).reduce((sum, window) => sum + window.expected, 0);
    return hourOfBalance({ start, counts, expected, isAudited: isAudited(start, progress) });
  });
  return { from, to, ...totalsOf(hours), hours };
}

/**
 * One window later than the hour's end: the counts are about a minute behind the marks. A window that begins in the hour and
 * ends in it is of the hour, since windows divide it.
 */
function isAudited(start: string, { auditedThrough, windowSeconds }: Progress): boolean {
  if (auditedThrough === undefined || windowSeconds === undefined) return false;
  return msOf(start) + HOUR_MS + windowSeconds * SECOND_MS <= msOf(auditedThrough);
}

interface CountedHour extends Pick<BalanceHour, 'start' | 'expected' | 'isAudited'> {
  readonly counts: Counts;
}

function hourOfBalance({ counts, ...hour }: CountedHour): BalanceHour {
  const states = statesBy((state) => counts.get(`${STATE}${state}`) ?? 0);
  const there = NOTIFICATION_STATES.reduce((sum, state) => sum + states[state], 0);
  const surplus = Math.max(0, there - hour.expected);
  return {
    ...hour,
    lost: counts.get(LOST) ?? 0,
    states,
    notAuditedYet: hour.isAudited ? 0 : surplus,
    beyond: hour.isAudited ? surplus : 0,
    missing: Math.max(0, hour.expected - there),
  };
}

function totalsOf(hours: readonly BalanceHour[]): Omit<BalanceHour, 'start'> {
  const sum = (of: (hour: BalanceHour) => number) => hours.reduce((total, hour) => total + of(hour), 0);
  return {
    isAudited: hours.every((hour) => hour.isAudited),
    expected: sum(({ expected }) => expected),
    lost: sum(({ lost }) => lost),
    states: statesBy((state) => sum(({ states }) => states[state])),
    notAuditedYet: sum(({ notAuditedYet }) => notAuditedYet),
    beyond: sum(({ beyond }) => beyond),
    missing: sum(({ missing }) => missing),
  };
}

function statesBy(of: (state: NotificationState) => number): StateCounts {
  return Object.fromEntries(NOTIFICATION_STATES.map((state) => [state, of(state)])) as StateCounts;
}
