import type { Child } from 'hono/jsx';
import { CodeBlock } from '../data/code-block.tsx';
import { Glyph } from '../data/glyph.tsx';
import { Reason } from '../data/reason.tsx';
import { Time } from '../data/time.tsx';
import type { Ui } from '../ui.ts';
import { failureOf, type History, type Moment, momentsOf, type ShownAttempt } from './moments.ts';
import { lookOf, scaleOf, TimelineDrawing } from './timeline-drawing.tsx';

export interface TimelineProps {
  readonly ui: Ui;
  /** Unique on the page. */
  readonly id: string;
  /** Default: `Timeline`. Where a page has several, each says whose it is. */
  readonly title?: Child;
  /** Beside the title. */
  readonly state?: Child;
  readonly actions?: Child;
  readonly history: History;
}

/** Planned attempts in the list; the drawing shows them all. */
const MAX_PLANNED_LISTED = 3;

/** How a notification was delivered, or is being delivered: a drawing to scale, and each event in words. */
export function Timeline({ ui, id, title, state, actions, history }: TimelineProps) {
  const { timeline } = ui.text;
  const moments = momentsOf(history);
  const planned = moments.filter(({ kind }) => kind === 'planned');
  const hidden = new Set(planned.slice(MAX_PLANNED_LISTED));
  return (
    <section class="card timeline" aria-labelledby={id}>
      <div class="section-title">
        <h2 id={id}>{title ?? timeline.title}</h2>
        {state}
        <p class="quiet">{summaryOf(ui, history)}</p>
        {actions && <div class="buttons">{actions}</div>}
      </div>
      <TimelineDrawing ui={ui} history={history} />
      <p class="hint">{scaleOf(history).isLogarithmic ? timeline.logarithmic : timeline.linear}</p>
      <ol class="events">
        {moments.map(
          (moment, index) =>
            !hidden.has(moment) && (
              <Event
                ui={ui}
                moment={moment}
                before={endOf(moments[index - 1], history)}
                listedAt={history.listedAt}
              />
            ),
        )}
      </ol>
      {hidden.size > 0 && <p class="quiet">{timeline.more(hidden.size)}</p>}
    </section>
  );
}

function summaryOf(ui: Ui, { attempts, listedAt }: History): string {
  const { timeline } = ui.text;
  const last = attempts.at(-1);
  if (last === undefined) return timeline.none;
  const span = ui.format.duration(Math.max(0, Date.parse(last.at) + last.durationMs - Date.parse(listedAt)));
  return timeline.summary(attempts.length, span);
}

/** When the moment before ended: waiting counts from there. */
function endOf(moment: Moment | undefined, { listedAt }: History): number {
  if (moment === undefined) return Date.parse(listedAt);
  return Date.parse(moment.at) + (moment.kind === 'attempt' ? moment.attempt.durationMs : 0);
}

interface EventProps {
  readonly ui: Ui;
  readonly moment: Moment;
  /** When the moment before ended, in milliseconds since 1970. */
  readonly before: number;
  readonly listedAt: string;
}

function Event({ ui, moment, before, listedAt }: EventProps) {
  const { timeline } = ui.text;
  const at = Date.parse(moment.at);
  return (
    <li class={`event ${moment.kind}`}>
      <Glyph {...lookOf(moment)} />
      <div class="event-text">
        <p class="event-title">
          <strong>{titleOf(ui, moment)}</strong>
          {moment.kind === 'attempt' && <Result ui={ui} attempt={moment.attempt} />}
          {moment.kind === 'request' && moment.request.by !== undefined && (
            <code class="quiet">{moment.request.by}</code>
          )}
        </p>
        <p class="event-times">
          <Time ui={ui} at={moment.at} />
          <span>{timeline.after(ui.format.duration(Math.max(0, at - Date.parse(listedAt))))}</span>
          {moment.kind !== 'planned' && at - before >= 1000 && (
            <span>{timeline.waited(ui.format.duration(at - before))}</span>
          )}
          {moment.kind === 'attempt' && (
            <span>{timeline.took(ui.format.duration(moment.attempt.durationMs))}</span>
          )}
        </p>
        {moment.kind === 'attempt' && moment.attempt.responseSnippet !== undefined && (
          <Answer ui={ui} text={moment.attempt.responseSnippet} />
        )}
      </div>
    </li>
  );
}

function titleOf({ text: { timeline } }: Ui, moment: Moment): string {
  if (moment.kind === 'attempt') return timeline.attempt(moment.attempt.number);
  return moment.kind === 'planned' ? timeline.planned(moment.number) : timeline[moment.request.action];
}

interface ResultProps {
  readonly ui: Ui;
  readonly attempt: ShownAttempt;
}

function Result({ ui, attempt }: ResultProps) {
  const failure = failureOf(attempt);
  if (failure === undefined) return <code class="quiet">HTTP {attempt.statusCode}</code>;
  return <Reason ui={ui} codes={[failure, attempt.detail]} statusCode={attempt.statusCode} />;
}

interface AnswerProps {
  readonly ui: Ui;
  readonly text: string;
}

function Answer({ ui, text }: AnswerProps) {
  const { timeline } = ui.text;
  if (text === '') return <p class="hint">{timeline.emptyAnswer}</p>;
  return (
    <details class="answer">
      <summary>{timeline.answer}</summary>
      <CodeBlock ui={ui} code={text} title={timeline.answer} isTitleHidden />
    </details>
  );
}
