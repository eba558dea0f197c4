import { type RaisingPorts, raiseAlert } from '../../deliver/alerts/raise-alert.ts';
import { Fault } from '../../faults.ts';
import { oldestShown } from '../../feed/watermark.ts';
import { windowStart } from '../../feed/window.ts';
import type { WindowStore } from '../../feed/window-store.ts';
import type { Directory, DirectoryEntry } from '../../merchants/directory.ts';
import type { Profile } from '../../merchants/merchant-config.ts';
import type { MerchantStore } from '../../merchants/merchant-store.ts';
import { CLOCKS_DIFFER_MS, type Clock, type ClockTrust, type Reporter } from '../../runtime/environment.ts';
import { DAY_MS, isoTime, msOf } from '../../time.ts';
import { dateAt } from '../../time-zone.ts';
import { fallBehind } from '../merchant-mark.ts';
import { type Slice, walkPartition } from '../partition-scan.ts';
import { type RunShare, type SharedPartition, workOnShare } from '../run-share.ts';
import { dayAfter, firstDay, firstDaySince, type Statement, type StatementDay } from './statement.ts';
import { type StatementFilePorts, writeStatementFile } from './statement-file.ts';
import type { StatementStore } from './statement-store.ts';
import { revisionOf, totalsOf } from './statement-totals.ts';

export interface StatementPorts extends StatementFilePorts {
  readonly directory: Directory;
  readonly merchants: Pick<MerchantStore, 'read'>;
  readonly windows: Pick<WindowStore, 'page'>;
  readonly statements: StatementStore;
  readonly alerts: RaisingPorts['alerts'];
  readonly clock: Clock;
  readonly clockTrust: ClockTrust;
  readonly reporter: Reporter;
  readonly retentionDays: number;
}

/** In every time zone a day ends on a quarter of an hour, so the walk advances in steps of 15 minutes. */
const STEP_SECONDS = 900;
/** A week of steps: the most that one run catches up on. */
const MAX_STEPS = 672;
/** Bound on the statements that one look back reads. Older days have expired. */
const MAX_LOOK_BACK = 400;

/**
 * Makes the daily statements of every merchant of the partitions. A day gets its statement once its last window is
 * closed. A run that dies leaves at most a file that no statement names; the next run makes the same day again.
 *
 * @returns for each partition the time through which every day of every merchant is stated, in milliseconds since 1970;
 * undefined where the partition was never closed
 */
export function statePartitions(
  ports: StatementPorts,
  share: RunShare,
): Promise<readonly (number | undefined)[]> {
  return workOnShare(ports.directory, { ...share, names: ['closed', 'stated'] }, (one) =>
    statePartition(ports, one),
  );
}

async function statePartition(
  ports: StatementPorts,
  { partition, marks, deadlineMs }: SharedPartition,
): Promise<number | undefined> {
  const closed = marks.of(partition, 'closed');
  if (closed === undefined) return undefined;
  ports.clockTrust.assertTrusted();
  return walkPartition(ports, {
    partition,
    mark: 'stated',
    marked: marks.of(partition, 'stated'),
    readyUntilMs: windowStart(msOf(closed.through), STEP_SECONDS),
    windowSeconds: STEP_SECONDS,
    maxWindows: MAX_STEPS,
    deadlineMs,
    work: (entry, slice) =>
      stateMerchant(ports, entry, {
        ...slice,
        closedThrough: closed.through,
        windowSeconds: closed.windowSeconds,
      }),
    onFailure: (merchantId, reason) =>
      ports.reporter.report({ event: 'statement_failed', merchantId, reason }),
  });
}

interface StatementSlice extends Slice {
  /** How far the partition is closed. */
  readonly closedThrough: string;
  /** The length of the closed windows; the walk has its own step. */
  readonly windowSeconds: number;
}

/** Works day by day. Returns the time through which all days are stated. */
async function stateMerchant(
  ports: StatementPorts,
  entry: DirectoryEntry,
  slice: StatementSlice,
): Promise<number> {
  const { merchantId, own } = entry;
  const throughMs = Math.min(slice.toMs, msOf(own.closed.open?.through ?? slice.closedThrough));
  if (hasNothingToState(entry, { ...slice, throughMs })) return Math.max(slice.fromMs, throughMs);
  const profile = (await ports.merchants.read(merchantId))?.profile;
  if (profile === undefined) return slice.toMs;
  await mendListing(ports, entry, { profile, slice });
  let [last] = await ports.statements.newest(merchantId, 1);
  if (last !== undefined && msOf(last.to) > slice.fromMs) {
    if ((await stateAgain(ports, profile, slice)) === 'late') return slice.fromMs;
  }
  for (;;) {
    const day = nextDay(ports, profile, last);
    if (msOf(day.to) > throughMs) return Math.max(slice.fromMs, throughMs);
    const statement = await state(ports, profile, { slice, day });
    if (statement === 'late') return Math.max(slice.fromMs, msOf(day.from));
    last = statement;
  }
}

/** How long after a change of its settings a merchant's statements are looked up at every step: longer than any day. */
const SETTLED_MS = 2 * DAY_MS;

/**
 * Whether surely no day ends in this slice, by the merchant's row alone. Without this, every idle merchant would be read
 * 96 times a day. Not for a merchant that has a mark of its own, or whose time zone may have changed lately.
 */
function hasNothingToState(
  { settings, own }: DirectoryEntry,
  { fromMs, throughMs }: { readonly fromMs: number; readonly throughMs: number },
): boolean {
  if (settings === undefined || own.stated.open !== undefined) return false;
  if (fromMs < msOf(settings.at) + SETTLED_MS) return false;
  return dateAt(fromMs, settings.timeZone) === dateAt(Math.max(fromMs, throughMs), settings.timeZone);
}

/**
 * An older version changes the profile without the directory row. Then the row has too few feed shards, and windows may
 * have been closed and audited without some of their rows: they are audited again. Each day's statement checks this.
 */
async function mendListing(
  ports: StatementPorts,
  { merchantId, settings }: DirectoryEntry,
  { profile, slice }: { readonly profile: Profile; readonly slice: StatementSlice },
): Promise<void> {
  const { feedShards, timeZone } = profile;
  if (settings?.feedShards === feedShards && settings.timeZone === timeZone) return;
  if (settings !== undefined && settings.feedShards < feedShards) {
    const through = isoTime(windowStart(msOf(settings.at), slice.windowSeconds));
    const until = slice.closedThrough;
    // Before the row: if the process dies in between, the next run finds the difference again.
    if (through < until) await fallBehind(ports.directory, { merchantId, mark: 'audited', through, until });
  }
  await ports.directory.keepSettings(profile);
}

function nextDay(
  ports: StatementPorts,
  { createdAt, timeZone }: Profile,
  last: Statement | undefined,
): StatementDay {
  const oldest = oldestShown(ports, ports.clock.now());
  if (last !== undefined && last.to >= oldest) return dayAfter(last, timeZone);
  if (createdAt < oldest) return firstDaySince(oldest, timeZone);
  // The first outcome may be stamped by a clock that is behind the one that stamped the merchant.
  return firstDay(msOf(createdAt) - CLOCKS_DIFFER_MS, timeZone);
}

/**
 * Checks the days of the slice that already have a statement, and remakes those whose windows were revised. Needed
 * when the audit revised a window there, or a run died.
 */
async function stateAgain(
  ports: StatementPorts,
  profile: Profile,
  slice: StatementSlice,
): Promise<'done' | 'late'> {
  const { merchantId } = profile;
  const { windowSeconds } = slice;
  const newest = await ports.statements.newest(merchantId, MAX_LOOK_BACK);
  for (const current of newest.filter(({ to }) => msOf(to) > slice.fromMs)) {
    const { date, timeZone, from, to } = current;
    if ((await revisionOf(ports, { merchantId, from, to, windowSeconds })) === current.revision) continue;
    const day = { date, timeZone, from, to };
    if ((await state(ports, profile, { slice, day, current })) === 'late') return 'late';
  }
  return 'done';
}

interface DayToState {
  readonly slice: StatementSlice;
  readonly day: StatementDay;
  /** The statement that the new one replaces. */
  readonly current?: Statement;
}

/** Makes one day's statement: first the file, then the merchant's alert, then the item that names the file. */
async function state(
  ports: StatementPorts,
  { merchantId, feedShards }: Profile,
  { slice, day, current }: DayToState,
): Promise<Statement | 'late'> {
  const { windowSeconds, isLate } = slice;
  if (isLate()) return 'late';
  const totals = await totalsOf(ports, { ...day, merchantId, feedShards, windowSeconds });
  const written = await writeStatementFile(ports, { ...day, ...totals, merchantId, feedShards, isLate });
  if (written === 'late') return 'late';
  const { rows, revision } = totals;
  const statement: Statement = {
    merchantId,
    ...day,
    revision,
    rows,
    ...written,
    builtAt: isoTime(ports.clock.now()),
  };
  await raiseReady(ports, statement);
  // If another run was first, its statement is kept, and no statement names this file.
  if (!(await ports.statements.save(statement, current?.revision))) return readWinner(ports, statement);
  ports.reporter.report({ event: 'statement_made', merchantId, date: day.date, rows, revision });
  return statement;
}

/** If the run dies before the item is stored, the next run makes the same day and revision, and the alert is there. */
async function raiseReady(ports: StatementPorts, statement: Statement): Promise<void> {
  const { merchantId, date, to, revision, rows } = statement;
  const config = await ports.merchants.read(merchantId);
  const news = { kind: 'statement', merchantId, date, to, revision, rows } as const;
  // The sweep sends it.
  if (config !== undefined) await raiseAlert(ports, config, news);
}

async function readWinner(ports: StatementPorts, { merchantId, date }: Statement): Promise<Statement> {
  const current = await ports.statements.read(merchantId, date);
  if (current !== undefined) return current;
  throw new Fault({
    code: 'unavailable',
    message: `The statement of ${date} cannot be read.`,
    retryable: true,
  });
}
