import { listEndpoints } from '../../../api/endpoints/endpoints-contract.ts';
import { readMerchant } from '../../../api/merchants/merchants-contract.ts';
import { listRedeliveries } from '../../../api/redeliveries/redeliveries-contract.ts';
import { whoAmI } from '../../../api/whoami/whoami-contract.ts';
import { INCLUDES } from '../../../core/deliver/redelivery/redelivery-job.ts';
import { DAY_MS, HOUR_MS, isoTime, msOf } from '../../../core/time.ts';
import type { AnswerOf } from '../../asking/console-api.ts';
import { type Frame, page, type Visit } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { ActionForm, Button } from '../../view/controls/button.tsx';
import { SelectField, TextField } from '../../view/controls/fields.tsx';
import { EmptyState } from '../../view/data/empty-state.tsx';
import { Pagination, Table } from '../../view/data/table.tsx';
import { Time } from '../../view/data/time.tsx';
import { PageHeader, Section } from '../../view/page/page-header.tsx';
import { REPLAY, REPLAYS, ReplayState } from './replay-parts.tsx';
import { fieldTime, minuteAfter, timeOf } from './times.ts';

/** What the form holds; texts as they were entered, if it is shown again. */
export interface ReplayFields {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly endpointId: string | undefined;
  readonly include: string;
}

export interface ReplaysProps {
  readonly merchantId: string;
  readonly jobs: AnswerOf<typeof listRedeliveries>['items'];
  readonly nextCursor: string | undefined;
  readonly isFirst: boolean;
  readonly endpoints: AnswerOf<typeof listEndpoints>['items'];
  readonly fields: ReplayFields;
  /** Why nothing was started: the code of the API. */
  readonly problem?: string;
}

export const replaysPage = page({
  path: REPLAYS,
  who: 'merchant',
  async load(visit): Promise<ReplaysProps> {
    const { query, ui } = visit;
    const from = timeOf(query('from')) ?? (await oldestOf(visit));
    const to = timeOf(query('to')) ?? minuteAfter(ui.now);
    const endpointId = query('endpointId');
    return loadReplays(visit, {
      from: fieldTime(from),
      to: fieldTime(to),
      endpointId,
      include: 'undelivered',
    });
  },
  title: (text) => text.replays.title,
  place: ({ merchantId }) => ({ current: 'replays', merchant: { id: merchantId } }),
  view: Replays,
});

/** The page's data, with what the form holds. */
export async function loadReplays(
  { api, params, query }: Visit<typeof REPLAYS>,
  fields: ReplayFields,
): Promise<ReplaysProps> {
  const { merchantId } = params;
  const cursor = query('cursor');
  const [{ items: jobs, nextCursor, hasMore }, { items: endpoints }] = await Promise.all([
    api.ask(listRedeliveries, { merchantId, query: cursor === undefined ? {} : { cursor } }),
    api.ask(listEndpoints, { merchantId }),
  ]);
  return {
    merchantId,
    jobs,
    nextCursor: hasMore ? nextCursor : undefined,
    isFirst: cursor === undefined,
    endpoints,
    fields,
  };
}

/** The time from which everything is kept: the merchant's beginning, or the retention. */
async function oldestOf({ api, params: { merchantId }, ui }: Visit<typeof REPLAYS>): Promise<string> {
  const [{ createdAt }, { service }] = await Promise.all([
    api.ask(readMerchant, { merchantId }),
    api.ask(whoAmI),
  ]);
  const keptMs = msOf(ui.now) - service.retentionDays * DAY_MS + HOUR_MS;
  return isoTime(Math.max(keptMs, msOf(createdAt)));
}

export function Replays(props: ReplaysProps, frame: Frame) {
  const { merchantId, jobs, nextCursor, isFirst } = props;
  const { ui, text } = frame;
  const { replays: words } = text;
  return (
    <>
      <PageHeader title={words.title} lead={words.lead} />
      <Section id="start" title={words.start}>
        <StartForm {...props} frame={frame} />
      </Section>
      <Table
        caption={words.title}
        rows={jobs}
        hrefOf={({ jobId }) => hrefOf(REPLAY, { merchantId, jobId })}
        columns={[
          { header: words.started, cell: ({ createdAt }) => <Time ui={ui} at={createdAt} /> },
          { header: words.state, cell: ({ state }) => <ReplayState ui={ui} state={state} /> },
          { header: words.include, cell: ({ include }) => words.includes[include] },
          { header: words.found, align: 'end', cell: ({ found }) => ui.format.number(found) },
          { header: words.sent, align: 'end', cell: ({ sent }) => ui.format.number(sent) },
        ]}
        empty={
          <EmptyState icon="replay" title={words.empty}>
            <p>{words.emptyText}</p>
          </EmptyState>
        }
      />
      {(nextCursor !== undefined || !isFirst) && (
        <Pagination
          ui={ui}
          newerHref={isFirst ? undefined : hrefOf(REPLAYS, { merchantId })}
          olderHref={nextCursor && hrefOf(REPLAYS, { merchantId }, { cursor: nextCursor })}
        />
      )}
    </>
  );
}

interface StartFormProps extends ReplaysProps {
  readonly frame: Frame;
}

function StartForm({ merchantId, endpoints, fields, problem, frame }: StartFormProps) {
  const { ui, text, csrf } = frame;
  const { replays: words, problems } = text;
  const { from = '', to = '', endpointId = '', include } = fields;
  const known: Readonly<Record<string, string>> = problems;
  return (
    <ActionForm action={hrefOf(REPLAYS, { merchantId })} csrf={csrf} layout="stack">
      {problem !== undefined && (
        <p class="error" role="alert">
          {known[problem] ?? problem}
        </p>
      )}
      <SelectField
        ui={ui}
        name="include"
        label={words.include}
        hint={words.includeText}
        isRequired
        value={include}
        choices={INCLUDES.map((value) => ({ value, label: words.includes[value] }))}
      />
      <div class="columns">
        <TextField ui={ui} name="from" label={words.from} type="datetime-local" value={from} isRequired />
        <TextField ui={ui} name="to" label={words.to} type="datetime-local" value={to} isRequired />
      </div>
      <SelectField
        ui={ui}
        name="endpointId"
        label={words.endpoint}
        value={endpointId}
        choices={[
          { value: '', label: ui.text.table.all },
          ...endpoints.map(({ endpointId: value, description, url }) => ({
            value,
            label: description ?? url,
          })),
        ]}
      />
      <div class="buttons">
        <Button kind="main" icon="replay">
          {words.startButton}
        </Button>
      </div>
    </ActionForm>
  );
}
