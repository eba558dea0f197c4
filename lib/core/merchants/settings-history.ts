import { lets } from '../../protocol/event-names.ts';
import { DAY_SECONDS, isoTime, msOf, SECOND_MS } from '../time.ts';
import type { SettingsSpan } from './merchant-config.ts';

/**
 * An endpoint's past as spans, oldest first. The span at an outcome's `listedAt` says whether the endpoint is expected to
 * be told. The newest span says whether attempts are made; it may lie a few seconds ahead.
 */

/** Which outcomes an endpoint wants. */
export type Wanted = Pick<SettingsSpan, 'enabled' | 'types'>;

/** The two moments of a change. */
export interface ChangeTimes {
  /** From when it takes away what it takes away. */
  readonly now: string;
  /** From when it adds what it adds. */
  readonly ahead: string;
}

/** For how long an endpoint's past is kept: longer than the audit looks back. */
export const PAST_MS = 2 * DAY_SECONDS * SECOND_MS;

/** The past of a new endpoint. One that wants nothing yet adds nothing, so it need not wait. */
export function newHistory(wanted: Wanted, { now, ahead }: ChangeTimes): SettingsSpan[] {
  return [{ ...wanted, from: wanted.enabled ? ahead : now }];
}

/**
 * The past with a change at its end. What the change takes away ends now, also of spans that lie ahead. What it adds
 * begins ahead, and after the span that stands last. A change that does both gets both spans.
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
  return tidy([
    ...sinceNeeded(past, now),
    ...(inForce === undefined ? [] : [{ ...narrower(inForce, wanted), from: now }]),
    ...pending.map((span) => ({ ...narrower(span, wanted), from: span.from })),
    { ...wanted, from: last !== undefined && last.from >= ahead ? nextMs(last.from) : ahead },
  ]);
}

/** No two spans of different changes begin at one moment: a change can be known by it. */
function nextMs(time: string): string {
  return isoTime(msOf(time) + 1);
}

/** The same past where the spans that begin at one of these moments begin at `ahead` instead. */
export function datedAnew(
  history: readonly SettingsSpan[],
  moments: ReadonlySet<string>,
  ahead: string,
): readonly SettingsSpan[] {
  if (!history.some(({ from }) => moments.has(from))) return history;
  const later = history.flatMap((span, index) => {
    if (!moments.has(span.from)) return [span];
    const next = history[index + 1];
    // Another change follows, and was made on top of this one.
    const isReplaced = next !== undefined && next.from <= ahead;
    return isReplaced ? [] : [{ ...span, from: ahead }];
  });
  return tidy(later);
}

/** What both let through; `by` itself where it takes away and adds nothing. */
function narrower(span: Wanted, by: Wanted): Wanted {
  if (isWithin(by, span)) return by;
  if (isWithin(span, by)) return span;
  const types = [...letBy(by, span.types), ...letBy(span, by.types)];
  return { enabled: true, types: [...new Set(types)] };
}

function isWithin(inner: Wanted, outer: Wanted): boolean {
  if (!inner.enabled) return true;
  return outer.enabled && letBy(outer, inner.types).length === inner.types.length;
}

function letBy({ types }: Wanted, candidates: readonly string[]): string[] {
  return candidates.filter((type) => types.some((filter) => lets(filter, type)));
}

function isSame(left: Wanted, right: Wanted): boolean {
  return left.enabled === right.enabled && left.types.join() === right.types.join();
}

/** Without spans that last no time, and those that say what the one before them says. */
function tidy(spans: readonly SettingsSpan[]): readonly SettingsSpan[] {
  const lasting = spans.filter(({ from }, index) => spans[index + 1]?.from !== from);
  return lasting.filter((span, index) => {
    const before = lasting[index - 1];
    return before === undefined || !isSame(before, span);
  });
}

/** From the span that was in force when all that is kept began. */
function sinceNeeded(past: readonly SettingsSpan[], now: string): readonly SettingsSpan[] {
  const oldest = isoTime(msOf(now) - PAST_MS);
  return past.slice(
    Math.max(
      past.findLastIndex(({ from }) => from <= oldest),
      0,
    ),
  );
}
