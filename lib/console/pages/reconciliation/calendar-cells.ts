import { DAY_MS, HOUR_MS, isoTime, SECOND_MS } from '../../../core/time.ts';
import type { CalendarCell, CalendarLevel, WindowState } from '../../view/reconciliation/window-calendar.tsx';

/** The cells of the calendar, from counts. */

export interface Cells {
  readonly fromMs: number;
  readonly toMs: number;
  readonly lengthMs: number;
  readonly counts: ReadonlyMap<number, number>;
  readonly closedThroughMs: number;
  readonly hrefOf: (startMs: number) => string;
  /** The cell whose parts are shown. */
  readonly currentMs?: number | undefined;
}

export function cellsOf({ fromMs, toMs, lengthMs, counts, closedThroughMs, hrefOf, currentMs }: Cells) {
  return Array.from({ length: Math.round((toMs - fromMs) / lengthMs) }, (_, at): CalendarCell => {
    const startMs = fromMs + at * lengthMs;
    const count = counts.get(startMs) ?? 0;
    return {
      start: isoTime(startMs),
      state: stateOf({ count, isClosed: startMs < closedThroughMs }),
      count,
      href: hrefOf(startMs),
      ...(startMs === currentMs && { isCurrent: true }),
    };
  });
}

function stateOf({ count, isClosed }: { readonly count: number; readonly isClosed: boolean }): WindowState {
  if (!isClosed) return 'not_closed';
  return count === 0 ? 'empty' : 'not_compared';
}

/** Cells that fit on a page. With shorter windows, the empty ones are left out. */
const MAX_CELLS = 60;

export function windowLevel(cells: Omit<Cells, 'toMs' | 'lengthMs'>, windowSeconds: number): CalendarLevel {
  const all = cellsOf({ ...cells, toMs: cells.fromMs + HOUR_MS, lengthMs: windowSeconds * SECOND_MS });
  const shown = all.length > MAX_CELLS ? all.filter(({ count }) => count > 0) : all;
  return { of: isoTime(cells.fromMs), cells: shown };
}

/** The start of a UTC day or hour that a query names; undefined if it names none. */
export function chosenStart(text: string | undefined, lengthMs: number): number | undefined {
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? undefined : Math.floor(ms / lengthMs) * lengthMs;
}

export const dayOf = (ms: number) => Math.floor(ms / DAY_MS) * DAY_MS;
