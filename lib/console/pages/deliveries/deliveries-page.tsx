import { listEndpoints } from '../../../api/endpoints/endpoints-contract.ts';
import { NOTIFICATION_STATES } from '../../../protocol/contract-words.ts';
import { eventTypeOf } from '../../../protocol/event-names.ts';
import { ApiProblem } from '../../asking/api-problem.ts';
import type { AnswerOf } from '../../asking/console-api.ts';
import { type Frame, page, type Visit } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { LinkButton } from '../../view/controls/button.tsx';
import { SelectField, TextField } from '../../view/controls/fields.tsx';
import { FilterForm, FilterTabs, SearchForm } from '../../view/controls/filters.tsx';
import { EmptyState } from '../../view/data/empty-state.tsx';
import { Foreign } from '../../view/data/foreign.tsx';
import { StateBadge } from '../../view/data/state-badge.tsx';
import { Pagination, Table } from '../../view/data/table.tsx';
import { Time } from '../../view/data/time.tsx';
import { PageHeader } from '../../view/page/page-header.tsx';
import { fieldOfInstant, timeOfField } from '../parts/instant-field.ts';
import { type Filters, type FoundRows, listPage, type Row, searchRows } from './found-deliveries.ts';
import { latestRows } from './latest-deliveries.ts';

interface Props extends FoundRows {
  readonly merchantId: string;
  readonly endpoints: AnswerOf<typeof listEndpoints>['items'];
  readonly filters: Filters;
  readonly search: string | undefined;
  readonly isFirst: boolean;
  /** The order was chosen: not the newest first. */
  readonly isOrdered: boolean;
  /** The service refused the range of time. */
  readonly isRefused: boolean;
}

const PATH = '/merchants/{merchantId}/deliveries';
const REFUSALS = ['invalid_range', 'beyond_retention', 'in_future', 'invalid_cursor', 'cursor_expired'];

export const deliveriesPage = page({
  path: PATH,
  who: 'merchant',
  async load(visit): Promise<Props> {
    const { api, params, query } = visit;
    const { merchantId } = params;
    const { items: endpoints } = await api.ask(listEndpoints, { merchantId });
    const filters = filtersOf(query);
    const isFirst = !query('cursor');
    const isOrdered = !isFirst || query('order') !== undefined;
    const common = { merchantId, endpoints, filters, search: query('q'), isFirst, isOrdered };
    try {
      return { ...common, ...(await rowsOf(visit, filters)), isRefused: false };
    } catch (error) {
      if (!(error instanceof ApiProblem && REFUSALS.includes(error.code))) throw error;
      return { ...common, rows: [], isRefused: true };
    }
  },
  title: (text) => text.deliveries.title,
  place: ({ merchantId }) => ({ current: 'deliveries', merchant: { id: merchantId } }),
  view: Deliveries,
});

function filtersOf(query: Visit['query']): Filters {
  return {
    state: NOTIFICATION_STATES.find((name) => name === query('state')),
    endpointId: query('endpointId'),
    from: timeOfField(query('from')),
    to: timeOfField(query('to')),
  };
}

async function rowsOf(visit: Visit<typeof PATH>, filters: Filters): Promise<FoundRows> {
  const { query, ui } = visit;
  const [search, cursor] = [query('q'), query('cursor')];
  if (search !== undefined) return searchRows(visit, search, cursor);
  const isPlain = cursor === undefined && query('order') === undefined && !isFiltered(filters);
  const latest = isPlain ? await latestRows(visit, ui.now) : undefined;
  return latest ?? (await listPage(visit, filters, cursor));
}

const isFiltered = (filters: Filters) => Object.values(filters).some((value) => value !== undefined);

function Deliveries(props: Props, frame: Frame) {
  const { merchantId, search, filters } = props;
  const { ui, text } = frame;
  const { deliveries: words } = text;
  const { state, ...others } = filters;
  const replay = { endpointId: filters.endpointId, from: filters.from, to: filters.to };
  return (
    <>
      <PageHeader
        title={words.title}
        lead={words.lead}
        actions={
          <LinkButton
            icon="replay"
            href={hrefOf('/merchants/{merchantId}/replay', { merchantId }, { ...replay })}
          >
            {words.replay}
          </LinkButton>
        }
      />
      <SearchForm action={hrefOf(PATH, { merchantId })} label={words.search} value={search} />
      <div class="toolbar">
        <FilterTabs
          label={words.state}
          tabs={[undefined, ...NOTIFICATION_STATES].map((name) => ({
            label: name === undefined ? ui.text.table.all : ui.text.states[name],
            href: hrefOf(PATH, { merchantId }, { ...others, state: name }),
            isCurrent: name === state && search === undefined,
          }))}
        />
        <MoreFilters {...props} frame={frame} />
      </div>
      <Rows {...props} frame={frame} />
    </>
  );
}

interface PartProps extends Props {
  readonly frame: Frame;
}

function MoreFilters({ merchantId, endpoints, filters, frame: { ui, text } }: PartProps) {
  const { deliveries: words } = text;
  const { state, endpointId, from, to } = filters;
  const isSet = endpointId !== undefined || from !== undefined || to !== undefined;
  const known = endpoints.map(({ endpointId: value, url, description }) => ({
    value,
    label: description ?? url,
  }));
  const isKnown = endpointId === undefined || known.some(({ value }) => value === endpointId);
  return (
    <FilterForm
      ui={ui}
      action={hrefOf(PATH, { merchantId })}
      {...(isSet && { clearHref: hrefOf(PATH, { merchantId }, { state }) })}
    >
      {state && <input type="hidden" name="state" value={state} />}
      <TextField
        ui={ui}
        name="from"
        label={words.from}
        type="datetime-local"
        {...(from !== undefined && { value: fieldOfInstant(from) })}
      />
      <TextField
        ui={ui}
        name="to"
        label={words.to}
        type="datetime-local"
        {...(to !== undefined && { value: fieldOfInstant(to) })}
      />
      <SelectField
        ui={ui}
        name="endpointId"
        label={words.endpoint}
        value={endpointId ?? ''}
        choices={[
          { value: '', label: ui.text.table.all },
          ...known,
          ...(isKnown ? [] : [{ value: endpointId, label: endpointId }]),
        ]}
      />
    </FilterForm>
  );
}

function Rows(props: PartProps) {
  const { merchantId, rows, endpoints, filters, search, isFirst, nextCursor, latestMs, frame } = props;
  const { ui, text } = frame;
  const { deliveries: words } = text;
  const names = new Map(
    endpoints.map(({ endpointId, url, description }) => [endpointId, description ?? url]),
  );
  const pageHref = (query: Readonly<Record<string, string | undefined>>) =>
    hrefOf(PATH, { merchantId }, { ...filters, q: search, ...query });
  return (
    <>
      <Table
        caption={words.title}
        rows={rows}
        hrefOf={({ transactionId }) =>
          hrefOf('/merchants/{merchantId}/transactions/{transactionId}', { merchantId, transactionId })
        }
        columns={[
          {
            header: words.transaction,
            cell: ({ reference, transactionId }) => <Foreign text={reference ?? transactionId} />,
          },
          { header: words.state, cell: (row) => <States row={row} frame={frame} /> },
          { header: words.endpoint, cell: (row) => namesIn(row, names), isWideOnly: true },
          {
            header: words.type,
            cell: ({ transactionType, status }) => (
              <code class="quiet">{eventTypeOf({ transactionType, status })}</code>
            ),
            isWideOnly: true,
          },
          {
            header: words.amount,
            align: 'end',
            cell: ({ amount, currency }) => ui.format.money(amount, currency),
          },
          { header: words.listed, cell: ({ listedAt }) => listedAt && <Time ui={ui} at={listedAt} /> },
        ]}
        empty={<Nothing {...props} />}
      />
      {props.unreadable !== undefined && props.unreadable.length > 0 && (
        <p class="hint">{words.unreadable(props.unreadable.join(', '))}</p>
      )}
      {latestMs === undefined ? (
        <Pagination
          ui={ui}
          shown={rows.length > 0 && search === undefined && <OldestFirst {...props} />}
          olderHref={isFirst ? undefined : pageHref({ order: 'oldest' })}
          newerHref={nextCursor === undefined ? undefined : pageHref({ cursor: nextCursor })}
        />
      ) : (
        <p class="quiet">
          {words.newestFirst(ui.format.duration(latestMs))}{' '}
          <a href={pageHref({ order: 'oldest' })}>{words.allFromOldest}</a>
        </p>
      )}
    </>
  );
}

function OldestFirst({ merchantId, filters, isOrdered, frame: { text } }: PartProps) {
  const { deliveries: words } = text;
  if (!isOrdered || isFiltered(filters)) return words.oldestFirst;
  return (
    <>
      {words.oldestFirst} <a href={hrefOf(PATH, { merchantId })}>{words.newestOnly}</a>
    </>
  );
}

function States({
  row: { notifications = [] },
  frame: { ui, text },
}: {
  readonly row: Row;
  readonly frame: Frame;
}) {
  if (notifications.length === 0) return <span class="quiet">{text.deliveries.nobody}</span>;
  return (
    <>
      {notifications.map(({ state }) => (
        <StateBadge ui={ui} state={state} />
      ))}
    </>
  );
}

function namesIn({ notifications = [] }: Row, names: ReadonlyMap<string, string>) {
  return notifications.map(({ endpointId }, index) => (
    <>
      {index > 0 && ', '}
      <Foreign text={names.get(endpointId) ?? endpointId} />
    </>
  ));
}

function Nothing({ merchantId, filters, search, isFirst, isRefused, endpoints, frame }: PartProps) {
  const { text } = frame;
  const { deliveries: words } = text;
  const all = <LinkButton href={hrefOf(PATH, { merchantId })}>{words.showAll}</LinkButton>;
  if (isRefused) {
    return (
      <EmptyState icon="deliveries" title={words.refused} actions={all}>
        <p>{words.refusedText}</p>
      </EmptyState>
    );
  }
  if (search !== undefined || isFiltered(filters) || !isFirst) {
    return (
      <EmptyState icon="search" title={words.nothingFound} actions={all}>
        <p>{words.nothingFoundText}</p>
      </EmptyState>
    );
  }
  const to = (path: string) => hrefOf(`/merchants/{merchantId}${path}`, { merchantId });
  return (
    <EmptyState
      icon="deliveries"
      title={words.empty}
      actions={
        endpoints.length === 0 ? (
          <LinkButton kind="main" href={to('/endpoints/new')}>
            {words.createEndpoint}
          </LinkButton>
        ) : (
          <LinkButton kind="main" href={to('/catalogue')}>
            {words.seeEvents}
          </LinkButton>
        )
      }
    >
      <p>{words.emptyText}</p>
    </EmptyState>
  );
}
