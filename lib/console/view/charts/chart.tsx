import type { Child } from 'hono/jsx';
import type { Ui } from '../ui.ts';

interface ChartTable {
  readonly headers: readonly string[];
  /** The first cell names the row. */
  readonly rows: readonly (readonly string[])[];
}

export interface ChartProps {
  readonly ui: Ui;
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  /** The figure that matters most. */
  readonly figures: readonly ChartFigure[];
  /** The same as the picture, in numbers. */
  readonly table: ChartTable;
  /** What stands instead of the picture when there is nothing to draw. */
  readonly empty: string | undefined;
  readonly children: Child;
}

interface ChartFigure {
  readonly value: string;
  readonly label: string;
}

/** A chart: its figures, its picture, and a table for those who do not see the picture or want the numbers. */
export function Chart({ ui, id, title, figures, table, empty, children }: ChartProps) {
  return (
    <section class="card chart" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {empty === undefined ? (
        <>
          <dl class="figures">
            {figures.map(({ value, label }) => (
              <div>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          {children}
          <Numbers ui={ui} title={title} table={table} />
        </>
      ) : (
        <p class="quiet chart-empty">{empty}</p>
      )}
    </section>
  );
}

interface NumbersProps {
  readonly ui: Ui;
  readonly title: string;
  readonly table: ChartTable;
}

function Numbers({ ui, title, table: { headers, rows } }: NumbersProps) {
  return (
    <details class="numbers">
      <summary>{ui.text.charts.asTable}</summary>
      <div class="numbers-frame" tabindex={0}>
        <table>
          <caption class="unseen">{title}</caption>
          <thead>
            <tr>
              {headers.map((header) => (
                <th scope="col">{header}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, ...cells]) => (
              <tr>
                <th scope="row">{name}</th>
                {cells.map((cell) => (
                  <td>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

export interface PlotProps {
  /** Names of the highest and the middle value, and of the lowest, from top to bottom. */
  readonly levels: readonly string[];
  /** Names along the bottom, spread evenly from edge to edge. */
  readonly marks: readonly string[];
  /** The names stand under classes: each in the middle of its own. */
  readonly isByClass?: boolean;
  /** Shapes of SVG; lengths in percent. */
  readonly children: Child;
}

/** The drawing itself, with its axes as text beside it, which stays sharp at every width. */
export function Plot({ levels, marks, isByClass = false, children }: PlotProps) {
  return (
    <div class="plot" aria-hidden="true">
      <div class="levels">
        {levels.map((level) => (
          <span>{level}</span>
        ))}
      </div>
      <svg width="100%" height="128" aria-hidden="true">
        <path class="grid" d="M0 .5h9999M0 64h9999M0 127.5h9999" />
        {children}
      </svg>
      <div class={isByClass ? 'marks classes' : 'marks'}>
        {marks.map((mark) => (
          <span>{mark}</span>
        ))}
      </div>
    </div>
  );
}
