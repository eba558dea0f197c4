import { isoTime } from '../../protocol/instants.ts';
import type { EventTypes } from '../event-types.ts';
import { ReceiverFault } from '../receiver-fault.ts';
import type { ReceiverStore } from '../stores/receiver-store.ts';
import { fullHour } from '../times.ts';

const HOUR_MS = 3_600_000;
/**
 * How far a run looks back before the mark. The service's audit may correct a window up to an hour and a quarter after
 * it was closed. Looking back costs nothing extra: it is part of the same request.
 */
const LOOK_BACK_MS = 2 * HOUR_MS;

export interface SincePorts {
  readonly merchantId: string;
  readonly store: Pick<ReceiverStore<never>, 'mark' | 'setMark'>;
  /** `service.since`: a full hour. */
  readonly since: string | undefined;
  readonly types: EventTypes;
}

/** Everything that was listed in it is settled. A run moves its end, the mark. */
export interface Settled {
  readonly fromMs: number;
  readonly throughMs: number;
}

/** Since when this receiver is responsible for what was listed, and how far it has settled that. */
export interface Responsibility {
  /** In milliseconds since 1970; undefined if nobody ever said it. */
  readonly sinceMs: number | undefined;
  /** Begins with the responsibility, or before; undefined if nothing is settled from there on. */
  readonly settled: Settled | undefined;
  /**
   * Stores `sinceMs` for later runs, once the service has answered a question about the time from `askedMs` on. A `since` that
   * nothing was asked about may be one that the service refuses.
   */
  remember(askedMs: number): Promise<void>;
}

/**
 * Reads since when this receiver is responsible: the earliest `since` that it was ever given and that the service accepted.
 * A program may give the hour of each start. What was listed between two starts must not be left out then.
 *
 * @throws ReceiverFault `invalid_time`
 */
export async function readResponsibility(ports: SincePorts): Promise<Responsibility> {
  const { merchantId, store, since } = ports;
  const ranges = await readSettled(ports);
  const stored = await store.mark(merchantId, 'since');
  const given = since === undefined ? undefined : fullHour(since, 'service.since');
  const sinceMs = sinceOf({ given, stored, settled: latest(ranges) });
  return {
    sinceMs,
    // Another process with a later `since` may have moved the mark.
    settled: latest(ranges.filter(({ fromMs }) => fromMs <= (sinceMs ?? Infinity))),
    async remember(askedMs) {
      if (sinceMs === undefined || askedMs > sinceMs || isoTime(sinceMs) === stored) return;
      await store.setMark(merchantId, 'since', isoTime(sinceMs));
    },
  };
}

function sinceOf(known: {
  readonly given: number | undefined;
  readonly stored: string | undefined;
  readonly settled: Settled | undefined;
}): number | undefined {
  const { given, stored, settled } = known;
  if (stored !== undefined) return Math.min(Date.parse(stored), given ?? Infinity);
  if (given === undefined || settled === undefined) return given;
  // A mark, and nobody has said since when: a later `since` leaves out nothing behind it.
  const behindMs = Math.floor((settled.throughMs - LOOK_BACK_MS) / HOUR_MS) * HOUR_MS;
  return Math.min(given, Math.max(settled.fromMs, behindMs));
}

/**
 * What this release and earlier ones have settled. Those kept the end only, and not for which types: what was listed before it counts
 * as settled for a receiver of all.
 */
async function readSettled({ store, merchantId, types }: SincePorts): Promise<readonly Settled[]> {
  const range = await store.mark(merchantId, types.markName('settled'));
  const through = types.text === undefined ? await store.mark(merchantId, 'reconciledThrough') : undefined;
  const texts = [range, through && `${isoTime(0)}/${through}`].filter((text) => text !== undefined);
  return texts.map((text) => {
    const [fromMs = 0, throughMs = 0] = text.split('/').map(Date.parse);
    return { fromMs, throughMs };
  });
}

function latest(ranges: readonly Settled[]): Settled | undefined {
  return ranges.toSorted((left, right) => right.throughMs - left.throughMs)[0];
}

export function settledText({ fromMs, throughMs }: Settled): string {
  return `${isoTime(fromMs)}/${isoTime(throughMs)}`;
}

/** @throws ReceiverFault `since_missing` */
export function startOf({ sinceMs }: Pick<Responsibility, 'sinceMs'>): number {
  if (sinceMs !== undefined) return sinceMs;
  throw new ReceiverFault(
    'since_missing',
    'service.since is required until a run has stored a mark: a full hour.',
  );
}

/** Where the next comparison begins: two hours before the mark, never before the responsibility. Without a mark, with it. */
export function resumeMs(responsibility: Responsibility): number {
  const { sinceMs, settled } = responsibility;
  if (settled === undefined) return startOf(responsibility);
  return Math.max(settled.throughMs - LOOK_BACK_MS, sinceMs ?? 0);
}
