import { readMerchant } from '../../../api/merchants/merchants-contract.ts';
import { askStatement } from '../../../api/statements/statements-contract.ts';
import { DAY_MS, isoTime, MINUTE_MS, msOf } from '../../../core/time.ts';
import { boundedMap } from '../../../protocol/runtime/bounded-map.ts';
import { ApiProblem } from '../../asking/api-problem.ts';
import type { AnswerOf, ConsoleApi } from '../../asking/console-api.ts';
import { type Frame, page } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { LinkButton } from '../../view/controls/button.tsx';
import { CopyButton } from '../../view/controls/copy-button.tsx';
import { StateBadge } from '../../view/data/state-badge.tsx';
import { Table } from '../../view/data/table.tsx';
import { Time } from '../../view/data/time.tsx';
import { PageHeader, Section } from '../../view/page/page-header.tsx';
import type { Ui } from '../../view/ui.ts';

type Statement = AnswerOf<typeof askStatement>;

type Day =
  | { readonly date: string; readonly kind: 'ready'; readonly statement: Statement }
  | { readonly date: string; readonly kind: 'not_ready'; readonly readyAfter: string | undefined }
  | { readonly date: string; readonly kind: 'none' };

interface Props {
  readonly merchantId: string;
  readonly timeZone: string;
  readonly days: readonly Day[];
  readonly earlier: string;
  /** Undefined: the last day is shown. */
  readonly later: string | undefined;
}

const PATH = '/merchants/{merchantId}/statements';
/** Days of one page. Each is a request to the API. */
const DAYS = 7;
const AT_ONCE = 4;

export const statementsPage = page({
  path: PATH,
  who: 'merchant',
  async load({ api, params: { merchantId }, query, ui }): Promise<Props> {
    const { timeZone, utcOffset } = await api.ask(readMerchant, { merchantId });
    const todayMs = dayStart(msOf(ui.now) + offsetMs(utcOffset));
    const lastMs = Math.min(dayStart(Date.parse(`${query('until')}T00:00:00Z`)) || todayMs, todayMs);
    const dates = Array.from({ length: DAYS }, (_, index) => dateOf(lastMs - index * DAY_MS));
    const days = await boundedMap(dates, AT_ONCE, (date) => dayOf(api, { merchantId, date }));
    const later = lastMs < todayMs ? dateOf(lastMs + DAYS * DAY_MS) : undefined;
    return { merchantId, timeZone, days, earlier: dateOf(lastMs - DAYS * DAY_MS), later };
  },
  title: (text) => text.statements.title,
  place: ({ merchantId }) => ({ current: 'statements', merchant: { id: merchantId } }),
  view: Statements,
});

const dayStart = (ms: number) => Math.floor(ms / DAY_MS) * DAY_MS;
const dateOf = (ms: number) => isoTime(ms).slice(0, 10);

/** @example offsetMs('+08:00') // 28_800_000 */
function offsetMs(offset = '+00:00'): number {
  const [, sign = '+', hours = '0', minutes = '0'] = /^([+-])(\d\d):(\d\d)/.exec(offset) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
}

interface AskedDay {
  readonly merchantId: string;
  readonly date: string;
}

async function dayOf(api: ConsoleApi, { merchantId, date }: AskedDay): Promise<Day> {
  try {
    const statement = await api.ask(askStatement, { merchantId, params: { date } });
    return { date, kind: 'ready', statement };
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    const { code, body } = error;
    if (code === 'statement_not_ready') {
      const { readyAfter } = body;
      return { date, kind: 'not_ready', readyAfter: typeof readyAfter === 'string' ? readyAfter : undefined };
    }
    if (code === 'unknown_statement' || code === 'beyond_retention') return { date, kind: 'none' };
    throw error;
  }
}

function Statements({ merchantId, timeZone, days, earlier, later }: Props, frame: Frame) {
  const { ui, text } = frame;
  const { statements: words } = text;
  const statementOf = (day: Day) => (day.kind === 'ready' ? day.statement : undefined);
  return (
    <>
      <PageHeader
        title={words.title}
        lead={`${words.lead} ${words.timeZone(timeZone)}`}
        actions={
          <LinkButton href={hrefOf('/merchants/{merchantId}/reconciliation', { merchantId })}>
            {words.compare}
          </LinkButton>
        }
      />
      <Table
        caption={words.title}
        rows={days}
        empty={undefined}
        columns={[
          { header: words.day, cell: ({ date }) => date },
          { header: words.state, cell: (day) => <DayState day={day} frame={frame} /> },
          {
            header: words.rows,
            align: 'end',
            cell: (day) => day.kind === 'ready' && ui.format.number(day.statement.rows),
          },
          {
            header: words.size,
            align: 'end',
            cell: (day) => sizeOf(statementOf(day)?.bytes),
            isWideOnly: true,
          },
          {
            header: words.sha256,
            cell: (day) => {
              const hash = statementOf(day)?.sha256;
              return hash && <ShortHash ui={ui} hash={hash} of={words.sha256} />;
            },
            isWideOnly: true,
          },
          {
            header: words.download,
            align: 'end',
            cell: (day) => {
              const url = statementOf(day)?.url;
              return (
                url && (
                  <LinkButton icon="download" href={url}>
                    {words.download} <span class="unseen">{day.date}</span>
                  </LinkButton>
                )
              );
            },
          },
        ]}
      />
      <nav class="pagination" aria-label={ui.text.table.pages}>
        <p class="quiet">{words.links}</p>
        {later !== undefined && (
          <LinkButton href={hrefOf(PATH, { merchantId }, { until: later })}>{words.later}</LinkButton>
        )}
        <LinkButton href={hrefOf(PATH, { merchantId }, { until: earlier })}>{words.earlier}</LinkButton>
      </nav>
      <Section id="not-ready" title={words.notReadyTitle}>
        <p>{words.notReadyText}</p>
      </Section>
    </>
  );
}

interface DayStateProps {
  readonly day: Day;
  readonly frame: Frame;
}

function DayState({ day, frame: { ui, text } }: DayStateProps) {
  const { statements: words } = text;
  if (day.kind === 'none') return <span class="quiet">{words.none}</span>;
  if (day.kind === 'ready') return <StateBadge ui={ui} state="done" />;
  return (
    <>
      {words.notReady}
      {day.readyAfter !== undefined && (
        <span class="quiet">
          , {words.readyAfter} <Time ui={ui} at={day.readyAfter} isExact />
        </span>
      )}
    </>
  );
}

interface ShortHashProps {
  readonly ui: Ui;
  readonly hash: string;
  readonly of: string;
}

/** The beginning of a checksum; the copy button has all of it. */
function ShortHash({ ui, hash, of }: ShortHashProps) {
  return (
    <span class="id">
      <code title={hash}>{hash.slice(0, 12)}…</code>
      <CopyButton ui={ui} value={hash} of={of} />
    </span>
  );
}

const sizeOf = (bytes: number | undefined) =>
  bytes === undefined ? '' : bytes < 1024 ? `${bytes} B` : `${Math.ceil(bytes / 1024)} KiB`;
