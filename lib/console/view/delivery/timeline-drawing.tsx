import type { Child } from 'hono/jsx';
import { percent } from '../charts/scale.ts';
import { Glyph, type GlyphProps } from '../data/glyph.tsx';
import { LOOKS } from '../data/states.ts';
import type { Ui } from '../ui.ts';
import { type History, isDelivered, type Moment, momentsOf } from './moments.ts';
import { type TimeScale, timeScale } from './time-scale.ts';

export interface TimelineDrawingProps {
  readonly ui: Ui;
  readonly history: History;
}

/** The request was made again at once, with its full time-out: no failure of the receiver. */
const HANDED_OVER = 'handed_over';
/** The part of the width that the axis takes: glyphs at both ends need room. */
const MARGIN = 0.03;
/** Numbers of attempts that are closer than this would touch. */
const LEAST_LABEL_GAP = 0.035;

/** The scale of a history, and where each of its times lies. */
export function scaleOf({ listedAt, attempts, planned, request }: History): TimeScale {
  const start = Date.parse(listedAt);
  const ends = attempts.map(({ at, durationMs }) => Date.parse(at) + durationMs);
  const starts = [
    ...attempts.map(({ at }) => at),
    ...planned,
    ...(request === undefined ? [] : [request.at]),
  ];
  return timeScale([0, ...starts.map((at) => Date.parse(at) - start), Math.max(start, ...ends) - start]);
}

/** The attempts, the waiting between them, and what is planned, to scale. The list beside it says the same in words. */
export function TimelineDrawing({ ui, history }: TimelineDrawingProps) {
  const start = Date.parse(history.listedAt);
  const scale = scaleOf(history);
  const placeOf = (ms: number) => MARGIN + scale.shareOf(ms - start) * (1 - 2 * MARGIN);
  const moments = momentsOf(history);
  const past = moments.findLast(({ kind }) => kind !== 'planned');
  const pastEnd = past === undefined ? start : Date.parse(past.at);
  const isOpen = history.planned.length > 0;
  const labelled = withRoom(moments, (moment) => placeOf(Date.parse(moment.at)));
  return (
    <svg class="timeline-drawing" width="100%" height="116" aria-hidden="true">
      <line class="axis" x1={percent(MARGIN)} x2={percent(1 - MARGIN)} y1="84" y2="84" />
      {[0, ...scale.ticks].map((ms) => (
        <Tick x={placeOf(start + ms)} label={ms === 0 ? '0' : ui.format.duration(ms)} />
      ))}
      <line class="waiting" x1={percent(MARGIN)} x2={percent(placeOf(pastEnd))} y1="48" y2="48" />
      {isOpen && (
        <line class="ahead" x1={percent(placeOf(pastEnd))} x2={percent(1 - MARGIN)} y1="48" y2="48" />
      )}
      {isOpen && <Now label={ui.text.timeline.now} x={placeOf(Date.parse(ui.now))} />}
      <line class="start" x1={percent(MARGIN)} x2={percent(MARGIN)} y1="38" y2="58" />
      {moments.map((moment) => (
        <Mark moment={moment} placeOf={placeOf} hasLabel={labelled.has(moment)} />
      ))}
    </svg>
  );
}

/** Leaves out the labels that would touch the one before. */
function withRoom(moments: readonly Moment[], placeOf: (moment: Moment) => number): ReadonlySet<Moment> {
  const shown = new Set<Moment>();
  let last = -1;
  for (const moment of moments) {
    const place = placeOf(moment);
    if (place - last < LEAST_LABEL_GAP) continue;
    shown.add(moment);
    last = place;
  }
  return shown;
}

interface MarkProps {
  readonly moment: Moment;
  readonly placeOf: (ms: number) => number;
  readonly hasLabel: boolean;
}

function Mark({ moment, placeOf, hasLabel }: MarkProps) {
  const from = placeOf(Date.parse(moment.at));
  const look = lookOf(moment);
  return (
    <>
      {moment.kind === 'attempt' && (
        <rect
          class={`took ${look.tone}`}
          x={percent(from)}
          width={percent(Math.max(placeOf(Date.parse(moment.at) + moment.attempt.durationMs) - from, 0))}
          y="44"
          height="8"
          rx="2"
        />
      )}
      <At x={from} y={40}>
        <g class="centred">
          <circle class="ground" cx="8" cy="8" r="9.5" />
          <Glyph {...look} />
        </g>
        {hasLabel && labelOf(moment) !== undefined && (
          <text class="number" y="-10" text-anchor="middle">
            {labelOf(moment)}
          </text>
        )}
      </At>
    </>
  );
}

/** The look of an attempt by its result, of a request, or of what is planned. */
export function lookOf(moment: Moment): GlyphProps {
  if (moment.kind === 'planned') return { shape: 'dashed', tone: 'wait' };
  if (moment.kind === 'request') {
    return moment.request.action === 'acknowledge' ? LOOKS.acknowledged : { shape: 'again', tone: 'info' };
  }
  if (moment.attempt.error === HANDED_OVER) return LOOKS.retrying;
  return isDelivered(moment.attempt) ? LOOKS.delivered : LOOKS.exhausted;
}

function labelOf(moment: Moment): string | undefined {
  if (moment.kind === 'request') return undefined;
  return String(moment.kind === 'attempt' ? moment.attempt.number : moment.number);
}

interface AtProps {
  /** Share of the width. */
  readonly x: number;
  readonly y: number;
  readonly children: Child;
}

/** Puts what is drawn around 0 at a share of the width. */
function At({ x, y, children }: AtProps) {
  return (
    <svg x={percent(x)} y={y} overflow="visible" aria-hidden="true">
      {children}
    </svg>
  );
}

interface TickProps {
  readonly x: number;
  readonly label: string;
}

function Tick({ x, label }: TickProps) {
  return (
    <At x={x} y={84}>
      <line class="axis" y2="5" />
      <text class="tick" y="20" text-anchor="middle">
        {label}
      </text>
    </At>
  );
}

function Now({ x, label }: TickProps) {
  return (
    <At x={x} y={0}>
      <line class="now" y1="16" y2="84" />
      <text class="now-label" y="11" text-anchor="middle">
        {label}
      </text>
    </At>
  );
}
