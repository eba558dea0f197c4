import type { Ui } from '../ui.ts';
import { Chart, Plot } from './chart.tsx';
import { type DelayClass, percent, quantile, roundedUp } from './scale.ts';

export interface DelayChartProps {
  readonly ui: Ui;
  /** First attempts by the time from listing to their answer, shortest first. */
  readonly classes: readonly DelayClass[];
}

const BAR_WIDTH = 0.84;
const MAX_MARKS = 6;

/** How long first attempts took, as a histogram, with the median and the 99th percentile marked. */
export function DelayChart({ ui, classes }: DelayChartProps) {
  const { charts } = ui.text;
  const { number } = ui.format;
  const nameOf = (upToMs: number | undefined) => boundOf(ui, classes, upToMs);
  const p50 = quantile(classes, 0.5);
  const p99 = quantile(classes, 0.99);
  const top = roundedUp(Math.max(...classes.map(({ count }) => count), 1));
  return (
    <Chart
      ui={ui}
      id="chart-delay"
      title={charts.delay}
      figures={[
        { value: nameOf(p50?.upToMs), label: charts.median },
        { value: nameOf(p99?.upToMs), label: charts.slowest },
      ]}
      table={{
        headers: [charts.upTo, charts.firstAttempts],
        rows: classes.map(({ upToMs, count }) => [nameOf(upToMs), number(count)]),
      }}
      empty={p50 === undefined ? charts.noData : undefined}
    >
      <Plot levels={[number(top), number(top / 2), '0']} marks={marksOf(ui, classes)} isByClass>
        {classes.map(({ upToMs, count }, index) => (
          <g>
            <title>{`${nameOf(upToMs)}: ${number(count)}`}</title>
            <rect
              class="hit"
              x={percent(index / classes.length)}
              width={percent(1 / classes.length)}
              height="100%"
            />
            <rect
              class="fill accent"
              x={percent((index + (1 - BAR_WIDTH) / 2) / classes.length)}
              width={percent(BAR_WIDTH / classes.length)}
              y={percent(1 - count / top)}
              height={percent(count / top)}
            />
          </g>
        ))}
        {p50 && p50.index !== p99?.index && <Marker label="p50" at={(p50.index + 1) / classes.length} />}
        {p99 && (
          <Marker
            label={p50?.index === p99.index ? 'p50, p99' : 'p99'}
            at={(p99.index + 1) / classes.length}
          />
        )}
      </Plot>
    </Chart>
  );
}

interface MarkerProps {
  readonly label: string;
  /** Share of the width. */
  readonly at: number;
}

function Marker({ label, at }: MarkerProps) {
  return (
    <svg class="marker" x={percent(Math.min(at, 0.995))} overflow="visible" aria-hidden="true">
      <path d="M0 0v128" />
      <text x="-4" y="12" text-anchor="end">
        {label}
      </text>
    </svg>
  );
}

function boundOf(ui: Ui, classes: readonly DelayClass[], upToMs: number | undefined): string {
  if (upToMs !== undefined) return `≤ ${ui.format.duration(upToMs)}`;
  const last = classes.findLast((one) => one.upToMs !== undefined)?.upToMs;
  return last === undefined ? '–' : ui.text.charts.longer(ui.format.duration(last));
}

/** Every second bound where all of them would touch. */
function marksOf(ui: Ui, classes: readonly DelayClass[]): readonly string[] {
  const step = Math.ceil(classes.length / MAX_MARKS);
  return classes.map(({ upToMs }, index) => (index % step === 0 ? shortBound(ui, upToMs) : ''));
}

const shortBound = (ui: Ui, upToMs: number | undefined) =>
  upToMs === undefined ? '∞' : ui.format.duration(upToMs);
