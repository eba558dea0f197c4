import { filterMatches } from '../../protocol/event-names.ts';
import { DAY_MS, isoTime, msOf } from '../time.ts';
import type { SettingsSpan } from './merchant-config.ts';

/**
 * An endpoint's history as spans, oldest first. The span at an outcome's `listedAt` says whether the endpoint is expected
 * to be notified. The newest span says whether attempts are made; it may begin a few seconds in the future.
 */

/** The outcomes that an endpoint receives. */
export type Wanted = Pick<SettingsSpan, 'enabled' | 'types'>;

/** The two dates of a change. */
export interface ChangeTimes {
  /** When the narrowing part of the change begins. */
  readonly now: string;
  /** When the widening part of the change begins. */
  readonly ahead: string;
}

/**
 * How long an endpoint's history is kept, and an endpoint after it was deleted: longer than the audit looks back. The audit
 * must know which notifications were expected.
 */
export const PAST_MS = 2 * DAY_MS;

/** The history of a new endpoint. A disabled one widens nothing, so it begins now. */
export function newHistory(wanted: Wanted, { now, ahead }: ChangeTimes): SettingsSpan[] {
  return [{ ...wanted, from: wanted.enabled ? ahead : now }];
}

/**
 * The history with a change appended. What the change removes ends now, also in spans that begin in the future. What it
 * adds begins at `ahead`, and after the last span. A change that does both gets both spans.
 */
export function changedHistory(
  history: readonly SettingsSpan[],
  wanted: Wanted,
  { now, ahead }: ChangeTimes,
): readonly SettingsSpan[] {
  const last = history.at(-1);
  if (last !== undefined && isSame(last, wanted)) return history;
  const past = history.filter(({ from }) => from <= now);
  const pending = history.filter(({ from }) => from > now);
  const inForce = past.at(-1);
  return compact([
    ...keptFrom(past, now),
    ...(inForce === undefined ? [] : [{ ...narrower(inForce, wanted), from: now }]),
    ...pending.map((span) => ({ ...narrower(span, wanted), from: span.from })),
    { ...wanted, from: last !== undefined && last.from >= ahead ? nextMs(last.from) : ahead },
  ]);
}

/** The next millisecond. Spans of different changes never begin at the same time, so the start time identifies a change. */
function nextMs(time: string): string {
  return isoTime(msOf(time) + 1);
}

/** The same history, except that spans which begin at one of the given times begin at `ahead` instead. */
export function redated(
  history: readonly SettingsSpan[],
  moments: ReadonlySet<string>,
  ahead: string,
): readonly SettingsSpan[] {
  if (!history.some(({ from }) => moments.has(from))) return history;
  const later = history.flatMap((span, index) => {
    if (!moments.has(span.from)) return [span];
    const next = history[index + 1];
    // A later change follows, which was made on top of this one.
    const isReplaced = next !== undefined && next.from <= ahead;
    return isReplaced ? [] : [{ ...span, from: ahead }];
  });
  return compact(later);
}

/** What both filters accept. Returns `by` itself if it only narrows. */
function narrower(span: Wanted, by: Wanted): Wanted {
  if (isWithin(by, span)) return by;
  if (isWithin(span, by)) return span;
  const types = [...acceptedBy(by, span.types), ...acceptedBy(span, by.types)];
  return { enabled: true, types: [...new Set(types)] };
}

function isWithin(inner: Wanted, outer: Wanted): boolean {
  if (!inner.enabled) return true;
  return outer.enabled && acceptedBy(outer, inner.types).length === inner.types.length;
}

function acceptedBy({ types }: Wanted, candidates: readonly string[]): string[] {
  return candidates.filter((type) => types.some((filter) => filterMatches(filter, type)));
}

function isSame(left: Wanted, right: Wanted): boolean {
  return left.enabled === right.enabled && left.types.join() === right.types.join();
}

/** Removes spans of zero length, and spans equal to the one before. */
function compact(spans: readonly SettingsSpan[]): readonly SettingsSpan[] {
  const nonEmpty = spans.filter(({ from }, index) => spans[index + 1]?.from !== from);
  return nonEmpty.filter((span, index) => {
    const before = nonEmpty[index - 1];
    return before === undefined || !isSame(before, span);
  });
}

/** Drops spans that are too old. Keeps the span in force at the start of the kept period, and all later ones. */
function keptFrom(past: readonly SettingsSpan[], now: string): readonly SettingsSpan[] {
  const oldest = isoTime(msOf(now) - PAST_MS);
  return past.slice(
    Math.max(
      past.findLastIndex(({ from }) => from <= oldest),
      0,
    ),
  );
}
