import type { Ui } from '../ui.ts';
import { Chart, Plot } from './chart.tsx';
import { Pattern } from './patterns.tsx';
import { percent, roundedUp } from './scale.ts';

/** Attempts that began in one hour. */
export interface HourOfAttempts {
  /** ISO time of its start. */
  readonly start: string;
  readonly delivered: number;
  readonly failed: number;
}

export interface RateChartProps {
  readonly ui: Ui;
  /** Oldest first, without gaps: an hour without attempts stands there with 0. */
  readonly hours: readonly HourOfAttempts[];
}

/** Attempts by hour: delivered below, failed above it. */
export function RateChart({ ui, hours }: RateChartProps) {
  const { charts } = ui.text;
  const { number, clock } = ui.format;
  const delivered = hours.reduce((sum, hour) => sum + hour.delivered, 0);
  const failed = hours.reduce((sum, hour) => sum + hour.failed, 0);
  const top = roundedUp(Math.max(...hours.map((hour) => hour.delivered + hour.failed), 1));
  return (
    <Chart
      ui={ui}
      id="chart-rate"
      title={charts.rate}
      figures={[
        { value: number(delivered + failed), label: charts.last24Hours },
        { value: ui.format.share(delivered, delivered + failed), label: charts.delivered },
      ]}
      table={{
        headers: [charts.hour, charts.delivered, charts.failed],
        rows: hours.map((hour) => [clock(hour.start), number(hour.delivered), number(hour.failed)]),
      }}
      empty={delivered + failed === 0 ? charts.noData : undefined}
    >
      <Plot levels={[number(top), number(top / 2), '0']} marks={marksOf(ui, hours)}>
        <defs>
          <Pattern id="rate-failed" fill="stripes" tone="bad" />
        </defs>
        {hours.map((hour, index) => (
          <HourBar hour={hour} index={index} of={hours.length} top={top} title={titleOf(ui, hour)} />
        ))}
      </Plot>
    </Chart>
  );
}

function titleOf(ui: Ui, { start, delivered, failed }: HourOfAttempts): string {
  const { charts } = ui.text;
  const { number, clock } = ui.format;
  return `${clock(start)} · ${charts.delivered} ${number(delivered)} · ${charts.failed} ${number(failed)}`;
}

/** Every sixth hour, and now. */
function marksOf(ui: Ui, hours: readonly HourOfAttempts[]): readonly string[] {
  const marks = hours.filter((_, index) => index % 6 === 0).map(({ start }) => ui.format.clock(start));
  return [...marks, ui.text.charts.now];
}

interface HourBarProps {
  readonly hour: HourOfAttempts;
  readonly index: number;
  readonly of: number;
  readonly top: number;
  readonly title: string;
}

/** The share of an hour's width that its bar fills. */
const BAR_WIDTH = 0.72;

function HourBar({ hour, index, of, top, title }: HourBarProps) {
  const x = percent((index + (1 - BAR_WIDTH) / 2) / of);
  const width = percent(BAR_WIDTH / of);
  const [delivered, failed] = [hour.delivered / top, hour.failed / top];
  return (
    <g>
      <title>{title}</title>
      <rect class="hit" x={percent(index / of)} width={percent(1 / of)} height="100%" />
      <rect class="fill accent" x={x} width={width} y={percent(1 - delivered)} height={percent(delivered)} />
      <rect
        fill="url(#rate-failed)"
        x={x}
        width={width}
        y={percent(1 - delivered - failed)}
        height={percent(failed)}
      />
    </g>
  );
}
