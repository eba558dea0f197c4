import type { readStatsOperation } from '../../../api/stats/stats-contract.ts';
import { DELAY_BOUNDS_MS } from '../../../core/counts/attempt-counts.ts';
import { HOUR_MS, isoTime, msOf } from '../../../core/time.ts';
import type { AnswerOf } from '../../asking/console-api.ts';
import { DelayChart } from '../../view/charts/delay-chart.tsx';
import { FailureChart } from '../../view/charts/failure-chart.tsx';
import { type HourOfAttempts, RateChart } from '../../view/charts/rate-chart.tsx';
import type { DelayClass } from '../../view/charts/scale.ts';
import type { Ui } from '../../view/ui.ts';

export type Hours = AnswerOf<typeof readStatsOperation>['items'];

const HOURS_SHOWN = 24;

/** The start of the first of the last 24 hours, this one included. */
export const dayBefore = (now: string) => isoTime(hourOf(msOf(now)) - (HOURS_SHOWN - 1) * HOUR_MS);

const hourOf = (ms: number) => Math.floor(ms / HOUR_MS) * HOUR_MS;

interface StatsChartsProps {
  readonly ui: Ui;
  readonly hours: Hours;
}

/** Rate, delay and failures of the last 24 hours. */
export function StatsCharts({ ui, hours }: StatsChartsProps) {
  return (
    <div class="columns">
      <RateChart ui={ui} hours={withoutGaps(ui.now, hours)} />
      <DelayChart ui={ui} classes={delaysOf(hours)} />
      <FailureChart ui={ui} failures={failuresOf(hours)} />
    </div>
  );
}

/** The API leaves out hours without attempts. */
function withoutGaps(now: string, hours: Hours): readonly HourOfAttempts[] {
  const byStart = new Map(hours.map((hour) => [msOf(hour.start), hour]));
  const first = msOf(dayBefore(now));
  return Array.from({ length: HOURS_SHOWN }, (_, index) => {
    const ms = first + index * HOUR_MS;
    const { attempts = 0, delivered = 0 } = byStart.get(ms) ?? {};
    return { start: isoTime(ms), delivered, failed: attempts - delivered };
  });
}

/**
 * Shortest first. Delays above the last bound come last. The API leaves out empty classes; those between two that are not
 * empty are shown, or a gap in the delays would not be seen.
 */
function delaysOf(hours: Hours): readonly DelayClass[] {
  const counts = new Map<number, number>();
  for (const { upToMs = Infinity, count } of hours.flatMap(({ firstAttemptDelays }) => firstAttemptDelays)) {
    counts.set(upToMs, (counts.get(upToMs) ?? 0) + count);
  }
  const [first, last] = [Math.min(...counts.keys()), Math.max(...counts.keys())];
  const between = DELAY_BOUNDS_MS.filter((bound) => bound > first && bound < last);
  return [...new Set([...counts.keys(), ...between])]
    .sort((left, right) => left - right)
    .map((bound) => ({ ...(bound !== Infinity && { upToMs: bound }), count: counts.get(bound) ?? 0 }));
}

function failuresOf(hours: Hours) {
  const all = hours.flatMap(({ failed }) => Object.entries(failed));
  return [...Map.groupBy(all, ([code]) => code)].map(([code, some]) => ({
    code,
    count: some.reduce((sum, [, count]) => sum + count, 0),
  }));
}
