import { isoTime } from '../../protocol/instants.ts';
import { MAX_WINDOWS, type Resolution, resolutionSeconds } from '../../protocol/resolutions.ts';
import { notify } from '../../protocol/runtime/observers.ts';
import { type Responsibility, readResponsibility, resumeMs, settledText } from '../asking/since.ts';
import { type Counts, noCounts } from '../asking/taking.ts';
import type { ReceiverStore } from '../stores/receiver-store.ts';
import { fullHour } from '../times.ts';
import { compare, type Difference } from './comparing.ts';
import type { Opening, Slice } from './questions.ts';
import { type RepairPorts, repairWindow } from './repairing.ts';
import { mergeNeighbours, piecesOf, type Span } from './spans.ts';

const HOUR_MS = 3_600_000;

export interface ReconcileOptions {
  /** ISO 8601, a full hour, inclusive; default: two hours before the checkpoint of the last run, else `service.since`. */
  readonly from?: string;
  /**
   * The checkpoint may move, though `from` is later than it: what was listed between them is never compared. For a receiver that
   * was away for longer than the service keeps outcomes. Default: false.
   */
  readonly acceptGap?: boolean;
  /** ISO 8601, a full hour, exclusive; default: the end of the last closed window. */
  readonly to?: string;
  /** Stops the run after the current window, or after the current question. The next run continues from there. */
  readonly signal?: AbortSignal;
  /** For logs. Its errors are ignored, and nothing waits for it if it is `async`. */
  readonly onProgress?: (progress: ReconcileProgress) => void;
}

export type ReconcileProgress =
  /** A span was compared: `slices` of it hold rows on either side, and `differing` of these differ. */
  | {
      readonly event: 'compared';
      readonly resolution: Resolution;
      readonly from: string;
      readonly to: string;
      readonly slices: number;
      readonly differing: number;
    }
  /** A differing window was processed. The counts are those of the run so far. */
  | ({ readonly event: 'repaired'; readonly window: string } & Readonly<Counts>)
  /** The checkpoint moved: everything that was listed before `through` is settled. The next run starts from there. */
  | { readonly event: 'through'; readonly through: string };

export interface ReconcileReport extends Readonly<Counts> {
  readonly from: string;
  /** End of the compared range; undefined if no window is closed yet, or if `signal` ended the run before it compared. */
  readonly through: string | undefined;
  /** Number of closed windows in that range, including empty ones. */
  readonly windows: number;
  /** Number of windows that differed. */
  readonly differing: number;
  /** Number of requests. `bytes` is the total size of their answers. */
  readonly requests: number;
  readonly bytes: number;
}

export interface ReconcilePorts extends RepairPorts {
  readonly store: ReceiverStore<never>;
  /** Start of this receiver's responsibility, a full hour: `service.since`. */
  readonly since: string | undefined;
}

/**
 * Compares the applied outcomes with those of the service. It compares days first, then the hours of the days that
 * differ, then their windows, their buckets and their rows. So the number of requests grows with what is missing, not
 * with the total volume. Missing outcomes are applied as a callback would be, and acknowledged.
 *
 * The mark in the store (the checkpoint) advances over what is settled. If the process dies at any point, the next run
 * starts at the mark. Outcomes that the dead run applied then compare as equal.
 */
export async function reconcile(
  ports: ReconcilePorts,
  options: ReconcileOptions = {},
): Promise<ReconcileReport> {
  const { taking, client, questions } = ports;
  const counts = noCounts();
  const spent = { ...client.spent };
  await taking.acknowledgeLeft(counts, options.signal);
  const responsibility = await readResponsibility(ports);
  const { fromMs, mayMove } = beginning(responsibility, options);
  const toMs = options.to === undefined ? undefined : fullHour(options.to, 'to');
  const isAsked = !isStopped(options);
  const opening = isAsked ? await questions.opening(fromMs, toMs) : undefined;
  if (isAsked) await responsibility.remember(fromMs);
  const compared =
    opening === undefined
      ? { through: undefined, windows: 0, differing: 0 }
      : await descend(ports, { options, counts, opening, responsibility, mayMove });
  const { requests, bytes } = client.spent;
  return {
    from: isoTime(fromMs),
    ...compared,
    ...counts,
    requests: requests - spent.requests,
    bytes: bytes - spent.bytes,
  };
}

/** Where to begin, and whether the mark may move. It must not move over a range that was never compared, unless that is accepted. */
function beginning(
  responsibility: Responsibility,
  { from, acceptGap = false }: Pick<ReconcileOptions, 'from' | 'acceptGap'>,
): { readonly fromMs: number; readonly mayMove: boolean } {
  if (from === undefined) return { fromMs: resumeMs(responsibility), mayMove: true };
  const { sinceMs, settled } = responsibility;
  const fromMs = fullHour(from, 'from');
  const neededMs = settled?.throughMs ?? sinceMs ?? fromMs;
  return { fromMs, mayMove: acceptGap || fromMs <= neededMs };
}

interface Descent {
  readonly options: ReconcileOptions;
  readonly counts: Counts;
  readonly opening: Opening;
  readonly responsibility: Responsibility;
  readonly mayMove: boolean;
}

/**
 * From days to hours to windows, oldest first, so that the mark can follow. Before each request and each repair, the
 * signal may end the run: everything before that place is settled.
 */
async function descend(
  ports: ReconcilePorts,
  descent: Descent,
): Promise<Pick<ReconcileReport, 'through' | 'windows' | 'differing'>> {
  const { options, counts, opening } = descent;
  const moveMark = markMover(ports, descent);
  let differing = 0;
  const endAt = async (throughMs: number) => {
    await moveMark(throughMs);
    const windows = (throughMs - opening.fromMs) / (opening.windowSeconds * 1_000);
    return { through: isoTime(throughMs), windows, differing };
  };
  const days = await look(ports, descent, { span: opening, resolution: 'day', there: opening.slices });
  for (const piece of piecesFor('hour', days, opening)) {
    if (isStopped(options)) return endAt(piece.fromMs);
    const hours = await refine(ports, descent, { span: piece, resolution: 'hour' });
    for (const finer of piecesFor('window', hours, opening)) {
      if (isStopped(options)) return endAt(finer.fromMs);
      for (const window of await refine(ports, descent, { span: finer, resolution: 'window' })) {
        if (isStopped(options)) return endAt(window.fromMs);
        await moveMark(window.fromMs);
        await repairWindow(ports, window, counts);
        differing += 1;
        notify(options.onProgress, { event: 'repaired', window: isoTime(window.fromMs), ...counts });
      }
    }
  }
  return endAt(opening.toMs);
}

function isStopped({ signal }: Pick<ReconcileOptions, 'signal'>): boolean {
  return signal?.aborted === true;
}

/** Pieces of spans that the service answers in one request at a finer resolution. */
function piecesFor(
  resolution: Resolution,
  spans: readonly Span[],
  { windowSeconds }: Opening,
): readonly Span[] {
  const hours = Math.max(1, Math.floor((MAX_WINDOWS[resolution] * windowSeconds * 1_000) / HOUR_MS));
  return mergeNeighbours(spans).flatMap((span) => [...piecesOf(span, hours * HOUR_MS)]);
}

function markMover(
  { store, merchantId, types }: ReconcilePorts,
  { options, counts, opening, responsibility, mayMove }: Descent,
): (ms: number) => Promise<void> {
  const { sinceMs = opening.fromMs, settled } = responsibility;
  const isJoined = settled !== undefined && opening.fromMs <= settled.throughMs;
  const fromMs = Math.min(sinceMs, opening.fromMs, isJoined ? settled.fromMs : Infinity);
  let reachedMs = settled?.throughMs ?? 0;
  return async (throughMs) => {
    // Invariant: every outcome listed in what is settled is applied, or its conflict was handed to `onConflict`.
    if (!mayMove || counts.unsettled > 0 || throughMs <= reachedMs) return;
    await store.setMark(merchantId, types.markName('settled'), settledText({ fromMs, throughMs }));
    reachedMs = throughMs;
    notify(options.onProgress, { event: 'through', through: isoTime(throughMs) });
  };
}

async function refine(
  ports: ReconcilePorts,
  descent: Descent,
  { span, resolution }: { readonly span: Span; readonly resolution: Resolution },
): Promise<readonly Difference[]> {
  const there = await ports.questions.slices(span, resolution);
  return look(ports, descent, { span, resolution, there });
}

async function look(
  ports: ReconcilePorts,
  { options, opening }: Descent,
  at: { readonly span: Span; readonly resolution: Resolution; readonly there: readonly Slice[] },
): Promise<readonly Difference[]> {
  const { span, resolution, there } = at;
  const everySeconds = resolutionSeconds(resolution, opening.windowSeconds);
  const { slices, differences } = await compare(ports, { ...span, everySeconds, there });
  notify(options.onProgress, {
    event: 'compared',
    resolution,
    from: isoTime(span.fromMs),
    to: isoTime(span.toMs),
    slices,
    differing: differences.length,
  });
  return differences;
}
