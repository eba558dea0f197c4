import { dateAfter, dateAt, startOfDate } from '../../../lib/core/time-zone.ts';

/** A day in some time zone of the world. In every hour, a day ends somewhere. */
export interface StatementDay {
  readonly date: string;
  readonly timeZone: string;
  readonly endMs: number;
}

const ZONES = Intl.supportedValuesOf('timeZone').filter((name) => /^(?!Etc\/)\w+\/\w+$/.test(name));
/** Time to record outcomes before the day ends. */
const TO_RECORD_MS = 120_000;

/** The day that ended last, at most an hour ago. */
export function dayThatEnded(nowMs: number): StatementDay {
  const days = ZONES.map((timeZone) => {
    const endMs = startOfDate(dateAt(nowMs, timeZone), timeZone);
    return { date: dateAt(endMs - 1, timeZone), timeZone, endMs };
  });
  return days.reduce((last, day) => (day.endMs > last.endMs ? day : last));
}

/** The day that ends next, at most 62 minutes from now, with time left to record outcomes. */
export function dayThatEnds(nowMs: number): StatementDay {
  const fromMs = nowMs + TO_RECORD_MS;
  const days = ZONES.map((timeZone) => {
    const date = dateAt(fromMs, timeZone);
    return { date, timeZone, endMs: startOfDate(dateAfter(date), timeZone) };
  });
  return days.reduce((next, day) => (day.endMs < next.endMs ? day : next));
}
