import { whoAmI } from '../../../api/whoami/whoami-contract.ts';
import { listWindows } from '../../../api/windows/windows-contract.ts';
import { DAY_MS, HOUR_MS, isoTime, msOf, SECOND_MS } from '../../../core/time.ts';
import { ApiProblem } from '../../asking/api-problem.ts';
import type { ConsoleApi } from '../../asking/console-api.ts';
import { type Frame, page } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { EmptyState } from '../../view/data/empty-state.tsx';
import { PageHeader } from '../../view/page/page-header.tsx';
import { LedgerComparison } from '../../view/reconciliation/ledger-comparison.tsx';
import { type CalendarLevel, WindowCalendar } from '../../view/reconciliation/window-calendar.tsx';
import { cellsOf, chosenStart, dayOf, windowLevel } from './calendar-cells.ts';
import { SEND_ROWS_AGAIN } from './send-rows-again.ts';
import { countsOf, daysShown } from './window-sums.ts';

const RECONCILIATION = '/merchants/{merchantId}/reconciliation';

/** What the calendar shows. */
interface Calendar {
  readonly closedThroughMs: number;
  readonly days: ReturnType<typeof cellsOf>;
  readonly hours?: CalendarLevel;
  readonly windows?: CalendarLevel;
}

interface Props {
  readonly merchantId: string;
  readonly windowSeconds: number;
  readonly keptSinceMs: number;
  /** Undefined while no window is closed. */
  readonly calendar: Calendar | undefined;
}

export const reconciliationPage = page({
  path: RECONCILIATION,
  who: 'merchant',
  async load({ api, params: { merchantId }, query, ui }): Promise<Props> {
    const { service } = await api.ask(whoAmI);
    const { windowSeconds, retentionDays } = service;
    const nowMs = msOf(ui.now);
    // A day within, because the oldest rows expire while somebody looks.
    const keptSinceMs = dayOf(nowMs - (retentionDays - 1) * DAY_MS);
    const closedThroughMs = await closedThrough(api, { merchantId, nowMs });
    if (closedThroughMs === undefined) return { merchantId, windowSeconds, keptSinceMs, calendar: undefined };
    const chosen = { day: chosenStart(query('day'), DAY_MS), hour: chosenStart(query('hour'), HOUR_MS) };
    const calendar = await calendarOf(api, { merchantId, nowMs, closedThroughMs, windowSeconds, chosen });
    return { merchantId, windowSeconds, keptSinceMs, calendar };
  },
  title: (text) => text.reconciliation.title,
  place: ({ merchantId }) => ({ current: 'reconciliation', merchant: { id: merchantId } }),
  view: Reconciliation,
});

interface Moment {
  readonly merchantId: string;
  readonly nowMs: number;
}

/** The end of the last closed window, as the service says it with the digests of the current hour. */
async function closedThrough(api: ConsoleApi, { merchantId, nowMs }: Moment): Promise<number | undefined> {
  const from = isoTime(Math.floor(nowMs / HOUR_MS - 1) * HOUR_MS);
  const { closedThrough: end } = await api
    .ask(listWindows, { merchantId, query: { from, resolution: 'day' } })
    .catch((error: unknown) => {
      if (error instanceof ApiProblem && error.code === 'window_not_closed') {
        const { closedThrough: known } = error.body;
        return { closedThrough: typeof known === 'string' ? known : undefined };
      }
      throw error;
    });
  return end === undefined ? undefined : msOf(end);
}

interface CalendarQuestion extends Moment {
  readonly closedThroughMs: number;
  readonly windowSeconds: number;
  readonly chosen: { readonly day: number | undefined; readonly hour: number | undefined };
}

async function calendarOf(api: ConsoleApi, question: CalendarQuestion): Promise<Calendar> {
  const { merchantId, nowMs, closedThroughMs, windowSeconds, chosen } = question;
  const toMs = dayOf(nowMs) + DAY_MS;
  const fromMs = toMs - daysShown(windowSeconds) * DAY_MS;
  const day = chosen.day ?? (chosen.hour === undefined ? undefined : dayOf(chosen.hour));
  const counts = (
    range: { readonly fromMs: number; readonly toMs: number },
    resolution: 'day' | 'hour' | 'window',
  ) =>
    range.fromMs < Math.min(range.toMs, closedThroughMs)
      ? countsOf(api, {
          merchantId,
          fromMs: range.fromMs,
          toMs: Math.min(range.toMs, closedThroughMs),
          resolution,
          windowSeconds,
        })
      : new Map<number, number>();
  const linkTo = (name: 'day' | 'hour') => (startMs: number) =>
    hrefOf(RECONCILIATION, { merchantId }, { [name]: isoTime(startMs) });
  const days = await counts({ fromMs, toMs }, 'day');
  const hours = day === undefined ? undefined : await counts({ fromMs: day, toMs: day + DAY_MS }, 'hour');
  const windows =
    chosen.hour === undefined
      ? undefined
      : await counts({ fromMs: chosen.hour, toMs: chosen.hour + HOUR_MS }, 'window');
  return {
    closedThroughMs,
    days: cellsOf({
      fromMs,
      toMs,
      lengthMs: DAY_MS,
      counts: days,
      closedThroughMs,
      hrefOf: linkTo('day'),
      currentMs: day,
    }),
    ...(day !== undefined &&
      hours !== undefined && {
        hours: {
          of: isoTime(day),
          cells: cellsOf({
            fromMs: day,
            toMs: day + DAY_MS,
            lengthMs: HOUR_MS,
            counts: hours,
            closedThroughMs,
            hrefOf: linkTo('hour'),
            currentMs: chosen.hour,
          }),
        },
      }),
    ...(chosen.hour !== undefined &&
      windows !== undefined && {
        windows: windowLevel(
          {
            fromMs: chosen.hour,
            counts: windows,
            closedThroughMs,
            hrefOf: (startMs) =>
              hrefOf(
                '/merchants/{merchantId}/deliveries',
                { merchantId },
                { from: isoTime(startMs), to: isoTime(startMs + windowSeconds * SECOND_MS) },
              ),
          },
          windowSeconds,
        ),
      }),
  };
}

function Reconciliation({ merchantId, windowSeconds, keptSinceMs, calendar }: Props, frame: Frame) {
  const { ui, text, scripts, csrf } = frame;
  const { reconciliation: words } = text;
  if (calendar === undefined) {
    return (
      <>
        <PageHeader title={words.title} lead={words.lead} />
        <EmptyState icon="reconciliation" title={words.nothingClosed}>
          <p>{words.nothingClosedText}</p>
        </EmptyState>
      </>
    );
  }
  const { closedThroughMs, days, hours, windows } = calendar;
  return (
    <>
      <PageHeader title={words.title} lead={words.lead} />
      <LedgerComparison
        ui={ui}
        merchantId={merchantId}
        scriptHref={scripts.reconciliation}
        workerHref={scripts.ledgerWorker}
        baseHref={hrefOf(RECONCILIATION, { merchantId })}
        sendAgainHref={hrefOf(SEND_ROWS_AGAIN, { merchantId })}
        csrf={csrf}
        windowSeconds={windowSeconds}
        closedThrough={isoTime(closedThroughMs)}
        keptSince={isoTime(keptSinceMs)}
      />
      <WindowCalendar ui={ui} days={days} {...(hours && { hours })} {...(windows && { windows })} />
    </>
  );
}
