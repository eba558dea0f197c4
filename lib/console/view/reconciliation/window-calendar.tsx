import { Glyph } from '../data/glyph.tsx';
import { LOOKS } from '../data/states.ts';
import type { Ui } from '../ui.ts';

/** How a day, an hour or a window compares with the merchant's ledger. */
export const WINDOW_STATES = ['equal', 'different', 'not_compared', 'not_closed', 'empty'] as const;
export type WindowState = (typeof WINDOW_STATES)[number];

export interface CalendarCell {
  /** ISO time of its start. */
  readonly start: string;
  readonly state: WindowState;
  /** Outcomes in it. */
  readonly count: number;
  /** Where its parts, or its rows, are shown. */
  readonly href: string;
  readonly isCurrent?: boolean;
}

/** The parts of one chosen cell. */
export interface CalendarLevel {
  /** ISO time of the start of the chosen cell. */
  readonly of: string;
  readonly cells: readonly CalendarCell[];
}

export interface WindowCalendarProps {
  readonly ui: Ui;
  /** Successive days, oldest first. */
  readonly days: readonly CalendarCell[];
  readonly hours?: CalendarLevel;
  readonly windows?: CalendarLevel;
}

/** Days, the hours of one day, and the windows of one hour. Each step leads to the next, down to what differs. */
export function WindowCalendar({ ui, days, hours, windows }: WindowCalendarProps) {
  const { calendar } = ui.text;
  const { day, clock } = ui.format;
  return (
    <section class="card calendar" aria-labelledby="calendar">
      <div class="section-title">
        <h2 id="calendar">{calendar.title}</h2>
        <Legend ui={ui} />
      </div>
      <Days ui={ui} days={days} />
      {hours && <Level ui={ui} title={calendar.hoursOf(day(hours.of))} kind="hours" cells={hours.cells} />}
      {windows && (
        <Level
          ui={ui}
          title={calendar.windowsOf(`${day(windows.of)}, ${clock(windows.of)}`)}
          kind="windows"
          cells={windows.cells}
        />
      )}
    </section>
  );
}

interface DaysProps {
  readonly ui: Ui;
  readonly days: readonly CalendarCell[];
}

/** A grid of weeks that begin on Monday. */
function Days({ ui, days }: DaysProps) {
  const first = days[0];
  if (first === undefined) return null;
  const blanks = (new Date(first.start).getUTCDay() + 6) % 7;
  return (
    <div class="days" data-seconds={86_400}>
      {Array.from({ length: 7 }, (_, index) => (
        <span class="weekday" aria-hidden="true">
          {ui.format.weekday(mondayPlus(index))}
        </span>
      ))}
      {Array.from({ length: blanks }, () => (
        <span />
      ))}
      {days.map((cell) => (
        <Cell ui={ui} cell={cell} label={ui.format.day(cell.start)} isLarge />
      ))}
    </div>
  );
}

/** 2024-01-01 was a Monday. */
const mondayPlus = (days: number) => `2024-01-0${1 + days}T00:00:00.000Z`;

interface LevelProps {
  readonly ui: Ui;
  readonly title: string;
  readonly kind: 'hours' | 'windows';
  readonly cells: readonly CalendarCell[];
}

function Level({ ui, title, kind, cells }: LevelProps) {
  return (
    <div class="level">
      <h3>{title}</h3>
      <div class={`cells ${kind}`} data-seconds={secondsOf(cells)}>
        {cells.map((cell) => (
          <Cell ui={ui} cell={cell} label={ui.format.clock(cell.start)} />
        ))}
      </div>
    </div>
  );
}

/** The length of each cell, by the distance of the first two. A level of one cell is an hour. */
function secondsOf([first, second]: readonly CalendarCell[]): number {
  if (first === undefined || second === undefined) return 3_600;
  return (Date.parse(second.start) - Date.parse(first.start)) / 1_000;
}

interface CellProps {
  readonly ui: Ui;
  readonly cell: CalendarCell;
  readonly label: string;
  readonly isLarge?: boolean;
}

function Cell({
  ui,
  cell: { start, state, count, href, isCurrent = false },
  label,
  isLarge = false,
}: CellProps) {
  const look = LOOKS[state];
  const said = ui.text.calendar.cell(label, ui.text.states[state], ui.format.number(count));
  return (
    <a
      class={`cell ${look.tone}${state === 'not_closed' ? ' is-dashed' : ''}`}
      href={href}
      title={said}
      aria-current={isCurrent ? 'true' : undefined}
      data-start={start}
      data-state={state}
    >
      <span class={isLarge ? 'wide-only' : undefined}>{label}</span>
      {isLarge && <span class="only-phone">{ui.format.dayOfMonth(start)}</span>}
      <Glyph {...look} />
      <span class="unseen">{ui.text.states[state]}</span>
      {isLarge && <span class="cell-count">{count === 0 ? '–' : ui.format.number(count)}</span>}
    </a>
  );
}

interface LegendProps {
  readonly ui: Ui;
}

function Legend({ ui }: LegendProps) {
  return (
    <ul class="legend" aria-label={ui.text.calendar.legend}>
      {WINDOW_STATES.map((state) => (
        <li class="state">
          <Glyph {...LOOKS[state]} />
          {ui.text.states[state]}
        </li>
      ))}
    </ul>
  );
}
