import { isoTime } from '../../protocol/instants.ts';
import { sinceOf } from '../asking/since.ts';
import { type Counts, noCounts } from '../asking/taking.ts';
import type { ReceiverStore } from '../stores/receiver-store.ts';
import { fullHour } from '../times.ts';
import { compare, type Difference, mergeNeighbours, secondsOf } from './comparing.ts';
import type { Opening, Resolution, Slice, Span } from './questions.ts';
import { type RepairPorts, repairWindow } from './repairing.ts';

export interface ReconcileOptions {
  /** ISO 8601, a full hour; unless said otherwise, a little before where the last run ended. */
  readonly from?: string;
  /** ISO 8601, a full hour, exclusive; unless said otherwise, through what is closed. */
  readonly to?: string;
  /** Ends it after the window that it is at; the next run goes on from there. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ReconcileProgress) => void;
}

export type ReconcileProgress =
  /** A look at a span: how many slices of it hold anything, and how many of these differ. */
  | {
      readonly event: 'compared';
      readonly resolution: Resolution;
      readonly from: string;
      readonly to: string;
      readonly slices: number;
      readonly differing: number;
    }
  /** One window that differed has been gone through; the counts are those of the run so far. */
  | ({ readonly event: 'repaired'; readonly window: string } & Readonly<Counts>)
  /** Everything that was listed before this moment is settled, and the next run begins there. */
  | { readonly event: 'through'; readonly through: string };

export interface ReconcileReport extends Readonly<Counts> {
  readonly from: string;
  /** To where it was compared; undefined where nothing is closed yet. */
  readonly through: string | undefined;
  /** Closed windows in that time, the empty ones included. */
  readonly windows: number;
  /** Those of them in which something differed. */
  readonly differing: number;
  /** Questions that it took, and the bytes of their answers. */
  readonly requests: number;
  readonly bytes: number;
}

export interface ReconcilePorts extends RepairPorts {
  readonly store: ReceiverStore<never>;
  /** A full hour, from which on this receiver answers for what was applied. */
  readonly since: string | undefined;
}

/**
 * How far a run looks back behind the mark: the service's audit may correct a window up to an hour and a quarter after it
 * was closed. The look costs nothing: it is the same question.
 */
const LOOK_BACK_MS = 2 * 3_600_000;

/**
 * Compares what was applied with what the service has: a look at days, a closer one at the hours of those that differ,
 * at the windows of these, at their buckets, at their rows. So the questions grow with what is missing, not with
 * what is there. What is missing is applied as a callback would be, and acknowledged.
 *
 * The mark in the store moves behind what is settled. Dying anywhere, the next run begins at the mark, and what was
 * applied meanwhile is equal by then.
 */
export async function reconcile(
  ports: ReconcilePorts,
  options: ReconcileOptions = {},
): Promise<ReconcileReport> {
  const { taking, client, questions, store, merchantId } = ports;
  const counts = noCounts();
  const spent = { ...client.spent };
  await taking.acknowledgeLeft(counts);
  const mark = await store.mark(merchantId, 'reconciledThrough');
  const { fromMs, mayMove } = beginning(ports, options.from, mark);
  const toMs = options.to === undefined ? undefined : fullHour(options.to);
  const opening = await questions.opening(fromMs, toMs);
  const compared =
    opening === undefined
      ? { through: undefined, windows: 0, differing: 0 }
      : await descend(ports, { options, counts, opening, mark: mayMove ? (mark ?? '') : undefined });
  const { requests, bytes } = client.spent;
  return {
    from: isoTime(fromMs),
    ...compared,
    ...counts,
    requests: requests - spent.requests,
    bytes: bytes - spent.bytes,
  };
}

/** Where to begin, and whether the mark may move: not over a gap that nobody has looked at. */
function beginning(
  { since }: { readonly since: string | undefined },
  from: string | undefined,
  mark: string | undefined,
): { readonly fromMs: number; readonly mayMove: boolean } {
  const settled = mark ?? since;
  if (from !== undefined) {
    const fromMs = fullHour(from);
    return { fromMs, mayMove: settled === undefined || fromMs <= Date.parse(settled) };
  }
  if (mark === undefined) return { fromMs: fullHour(sinceOf({ since })), mayMove: true };
  const earliestMs = since === undefined ? 0 : fullHour(since);
  return { fromMs: Math.max(Date.parse(mark) - LOOK_BACK_MS, earliestMs), mayMove: true };
}

interface Descent {
  readonly options: ReconcileOptions;
  readonly counts: Counts;
  readonly opening: Opening;
  /** Where the mark stands, empty where there is none; undefined where it must not move. */
  readonly mark: string | undefined;
}

/** From days to hours to windows, oldest first, so that the mark can follow. */
async function descend(
  ports: ReconcilePorts,
  descent: Descent,
): Promise<Pick<ReconcileReport, 'through' | 'windows' | 'differing'>> {
  const { options, counts, opening } = descent;
  const moveMark = markMover(ports, descent);
  const report = (throughMs: number, differing: number) => ({
    through: isoTime(throughMs),
    windows: (throughMs - opening.fromMs) / (opening.windowSeconds * 1_000),
    differing,
  });
  let differing = 0;
  const days = await look(ports, descent, { span: opening, resolution: 'day', there: opening.slices });
  const hours = await lookCloser(ports, descent, { spans: days, resolution: 'hour' });
  for (const span of mergeNeighbours(hours)) {
    for (const window of await lookCloser(ports, descent, { spans: [span], resolution: 'window' })) {
      await moveMark(window.fromMs);
      if (options.signal?.aborted === true) return report(window.fromMs, differing);
      await repairWindow(ports, window, counts);
      differing += 1;
      options.onProgress?.({ event: 'repaired', window: isoTime(window.fromMs), ...counts });
    }
  }
  await moveMark(opening.toMs);
  return report(opening.toMs, differing);
}

function markMover(
  { store, merchantId }: ReconcilePorts,
  { options, counts, mark }: Descent,
): (ms: number) => Promise<void> {
  let reached = mark;
  return async (ms) => {
    const through = isoTime(ms);
    // Invariant: all that was listed before the mark is applied, or somebody was told why not.
    if (reached === undefined || counts.unsettled > 0 || through <= reached) return;
    await store.setMark(merchantId, 'reconciledThrough', through);
    reached = through;
    options.onProgress?.({ event: 'through', through });
  };
}

async function lookCloser(
  ports: ReconcilePorts,
  descent: Descent,
  { spans, resolution }: { readonly spans: readonly Span[]; readonly resolution: Resolution },
): Promise<readonly Difference[]> {
  const differences: Difference[] = [];
  for (const span of mergeNeighbours(spans)) {
    const there = await ports.questions.slices(span, resolution);
    differences.push(...(await look(ports, descent, { span, resolution, there })));
  }
  return differences;
}

async function look(
  ports: ReconcilePorts,
  { options, opening }: Descent,
  at: { readonly span: Span; readonly resolution: Resolution; readonly there: readonly Slice[] },
): Promise<readonly Difference[]> {
  const { span, resolution, there } = at;
  const everySeconds = secondsOf(resolution, opening.windowSeconds);
  const { slices, differences } = await compare(ports, { ...span, everySeconds, there });
  options.onProgress?.({
    event: 'compared',
    resolution,
    from: isoTime(span.fromMs),
    to: isoTime(span.toMs),
    slices,
    differing: differences.length,
  });
  return differences;
}
