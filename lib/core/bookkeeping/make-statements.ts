import { base62, createSha256 } from '../crypto.ts';
import type { Clock, ClockTrust, Random, Reporter } from '../environment.ts';
import { Fault } from '../faults.ts';
import { createDigestSum, sameGroups } from '../feed/digest.ts';
import type { FeedStore } from '../feed/feed-store.ts';
import { openMerge } from '../feed/merge.ts';
import { feedOrder } from '../feed/order.ts';
import { shardLists } from '../feed/shard-pages.ts';
import { oldestShown } from '../feed/watermark.ts';
import { windowStart } from '../feed/window.ts';
import type { WindowStore } from '../feed/window-store.ts';
import type { Profile } from '../merchants/merchant-config.ts';
import type { MerchantStore } from '../merchants/merchant-store.ts';
import { isoTime, msOf } from '../time.ts';
import type { Directory, DirectoryEntry } from './directory.ts';
import { type Slice, walkPartition } from './partition-scan.ts';
import { dayAfter, firstDay, firstDaySince, type Statement, type StatementDay } from './statement.ts';
import { statementHead, statementRow } from './statement-csv.ts';
import type { StatementFiles, StatementStore } from './statement-store.ts';
import { differs, revisionOf, type Totals, totalsOf } from './statement-totals.ts';

export interface StatementPorts {
  readonly directory: Directory;
  readonly merchants: Pick<MerchantStore, 'read'>;
  readonly feed: FeedStore;
  readonly windows: Pick<WindowStore, 'page'>;
  readonly statements: StatementStore;
  readonly files: StatementFiles;
  readonly clock: Clock;
  readonly clockTrust: ClockTrust;
  readonly random: Random;
  readonly reporter: Reporter;
  readonly retentionDays: number;
}

/** Days end at quarters of an hour, wherever they end: merchants are looked at that often. */
const STEP_SECONDS = 900;
/** A week: so much one run makes up for at most. */
const MAX_STEPS = 672;
/** Statements that one look back can meet: more days than that have expired. */
const MAX_LOOK_BACK = 400;
/** Rows held at a time, of all shards together. */
const HELD_ROWS = 4_000;
/** Characters that are handed on together. */
const CHUNK = 64 * 1024;

/**
 * Makes the statements of the days that ended, of every merchant of a directory partition, once their last window
 * is closed. Dying anywhere leaves a file that no statement names, and the same day is done again.
 *
 * @returns the time through which every day of every merchant is stated, in milliseconds since 1970
 */
export async function statePartition(
  ports: StatementPorts,
  { partition, deadlineMs }: { readonly partition: number; readonly deadlineMs: number },
): Promise<number | undefined> {
  const closed = await ports.directory.mark(partition, 'closed');
  if (closed === undefined) return undefined;
  ports.clockTrust.assertTrusted();
  const stated = await ports.directory.mark(partition, 'stated');
  return walkPartition(ports, {
    partition,
    mark: 'stated',
    markedMs: stated === undefined ? undefined : msOf(stated.through),
    ripeMs: windowStart(msOf(closed.through), STEP_SECONDS),
    windowSeconds: STEP_SECONDS,
    mostWindows: MAX_STEPS,
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
  /** Of the partition. */
  readonly closedThrough: string;
  /** Of the windows, not of the walk. */
  readonly windowSeconds: number;
}

/** Day by day; returns the time through which all are stated. */
async function stateMerchant(
  ports: StatementPorts,
  { merchantId, own }: DirectoryEntry,
  slice: StatementSlice,
): Promise<number> {
  const profile = (await ports.merchants.read(merchantId))?.profile;
  if (profile === undefined) return slice.toMs;
  const throughMs = Math.min(slice.toMs, msOf(own.closed.open?.through ?? slice.closedThrough));
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

function nextDay(
  ports: StatementPorts,
  { createdAt, timeZone }: Profile,
  last: Statement | undefined,
): StatementDay {
  const oldest = oldestShown(ports, ports.clock.now());
  if (last !== undefined && last.to >= oldest) return dayAfter(last, timeZone);
  return createdAt >= oldest ? firstDay(msOf(createdAt), timeZone) : firstDaySince(oldest, timeZone);
}

/** The slice begins before days that are stated: the audit has revised a window there, or a run died. */
async function stateAgain(
  ports: StatementPorts,
  profile: Profile,
  slice: StatementSlice,
): Promise<'done' | 'late'> {
  const { merchantId } = profile;
  const { windowSeconds } = slice;
  const newest = await ports.statements.newest(merchantId, MAX_LOOK_BACK);
  for (const standing of newest.filter(({ to }) => msOf(to) > slice.fromMs)) {
    const { date, timeZone, from, to } = standing;
    if ((await revisionOf(ports, { merchantId, from, to, windowSeconds })) === standing.revision) continue;
    const day = { date, timeZone, from, to };
    if ((await state(ports, profile, { slice, day, standing })) === 'late') return 'late';
  }
  return 'done';
}

/** Makes one day's statement: the file first, and then the item that names it. */
async function state(
  ports: StatementPorts,
  profile: Profile,
  of: {
    readonly slice: StatementSlice;
    readonly day: StatementDay;
    /** The statement in whose place it comes. */
    readonly standing?: Statement;
  },
): Promise<Statement | 'late'> {
  const { merchantId, feedShards } = profile;
  const { slice, day, standing } = of;
  const { windowSeconds, isLate } = slice;
  if (isLate()) return 'late';
  const totals = await totalsOf(ports, { ...day, merchantId, feedShards, windowSeconds });
  const file = `${merchantId}/${day.date}/${base62(ports.random.bytes(12))}.csv`;
  const measured = { bytes: 0, sha256: createSha256() };
  try {
    await ports.files.write(file, measure(statementText(ports, profile, { day, totals, isLate }), measured));
  } catch (error) {
    if (error instanceof Fault && error.code === OUT_OF_TIME) return 'late';
    throw error;
  }
  const { rows, revision } = totals;
  const statement: Statement = {
    merchantId,
    ...day,
    revision,
    rows,
    bytes: measured.bytes,
    sha256: measured.sha256.hex(),
    file,
    builtAt: isoTime(ports.clock.now()),
  };
  // Where another run was first, its statement stands, and this file is one that nobody names.
  if (!(await ports.statements.save(statement, standing?.revision))) return theOther(ports, statement);
  ports.reporter.report({ event: 'statement_made', merchantId, date: day.date, rows, revision });
  return statement;
}

async function theOther(ports: StatementPorts, { merchantId, date }: Statement): Promise<Statement> {
  const standing = await ports.statements.read(merchantId, date);
  if (standing !== undefined) return standing;
  throw new Fault({
    code: 'unavailable',
    message: `The statement of ${date} cannot be read.`,
    retryable: true,
  });
}

const OUT_OF_TIME = 'out_of_time';

/** The file, piece by piece: what is held does not grow with the day. */
async function* statementText(
  ports: StatementPorts,
  { merchantId, feedShards }: Profile,
  of: { readonly day: StatementDay; readonly totals: Totals; readonly isLate: () => boolean },
): AsyncGenerator<string> {
  const { day, totals, isLate } = of;
  const { from, to } = day;
  const merge = openMerge({
    lists: shardLists(ports.feed, { merchantId, feedShards, from, to, mostRows: HELD_ROWS }),
    orderOf: feedOrder,
    mostRows: Number.POSITIVE_INFINITY,
  });
  const sum = createDigestSum();
  let text = statementHead({ merchantId, ...day, ...totals }, totals.groups);
  for (let next = await merge.next(); next.kind === 'row'; next = await merge.next()) {
    sum.add(next.row);
    text += statementRow(next.row);
    if (text.length < CHUNK) continue;
    if (isLate()) throw new Fault({ code: OUT_OF_TIME, message: 'The run must end.', retryable: true });
    yield text;
    text = '';
  }
  // The head says what follows, so it must be true: otherwise there is no file.
  if (!sameGroups(sum.groups(), totals.groups)) throw differs(`the day ${day.date}`);
  yield text;
}

/** Passes everything on as bytes, counted and hashed. */
async function* measure(
  texts: AsyncIterable<string>,
  measured: { bytes: number; readonly sha256: { add(bytes: Uint8Array): void } },
): AsyncGenerator<Uint8Array> {
  for await (const text of texts) {
    const bytes = Buffer.from(text, 'utf8');
    measured.bytes += bytes.length;
    measured.sha256.add(bytes);
    yield bytes;
  }
}
