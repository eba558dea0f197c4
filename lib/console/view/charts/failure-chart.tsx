import { reasonOf } from '../data/reason.tsx';
import type { Ui } from '../ui.ts';
import { Chart } from './chart.tsx';
import { percent } from './scale.ts';

interface FailureCount {
  /** Stable code, as in an attempt. */
  readonly code: string;
  readonly count: number;
}

export interface FailureChartProps {
  readonly ui: Ui;
  readonly failures: readonly FailureCount[];
}

/** Failed attempts by their reason, most frequent first. */
export function FailureChart({ ui, failures }: FailureChartProps) {
  const { charts } = ui.text;
  const { number } = ui.format;
  const sorted = failures.filter(({ count }) => count > 0).sort((left, right) => right.count - left.count);
  const total = sorted.reduce((sum, { count }) => sum + count, 0);
  return (
    <Chart
      ui={ui}
      id="chart-failures"
      title={charts.failures}
      figures={[{ value: number(total), label: charts.last24Hours }]}
      table={{
        headers: [charts.reason, charts.failed],
        rows: sorted.map(({ code, count }) => [code, number(count)]),
      }}
      empty={total === 0 ? charts.noFailures : undefined}
    >
      <ul class="ranking">
        {sorted.map(({ code, count }) => (
          <li>
            <span title={reasonOf(ui, code)}>
              <code>{code}</code>
            </span>
            <span class="end">{number(count)}</span>
            <svg width="100%" height="6" aria-hidden="true">
              <rect class="track" width="100%" height="6" rx="3" />
              <rect class="fill bad" width={percent(count / (sorted[0]?.count ?? 1))} height="6" rx="3" />
            </svg>
          </li>
        ))}
      </ul>
    </Chart>
  );
}
