import { listDeliveries } from '../../api/deliveries/deliveries-contract.ts';
import { listTransactions } from '../../api/transactions/ask-contract.ts';
import { type NotificationState, notificationStates } from '../../core/model.ts';
import { MAX_REFERENCE_PAGE } from '../../core/query/transaction-view.ts';
import { eventTypeOf } from '../../protocol/event-names.ts';
import type { AnswerOf } from '../asking/console-api.ts';
import { type Frame, page } from '../site/page.ts';
import { hrefOf } from '../site/paths.ts';
import { LinkButton } from '../view/controls/button.tsx';
import { FilterTabs, SearchForm } from '../view/controls/filters.tsx';
import { EmptyState } from '../view/data/empty-state.tsx';
import { Foreign } from '../view/data/foreign.tsx';
import { StateBadge } from '../view/data/state-badge.tsx';
import { Pagination, Table } from '../view/data/table.tsx';
import { Time } from '../view/data/time.tsx';
import { PageHeader } from '../view/page/page-header.tsx';

type Found = AnswerOf<typeof listDeliveries>;
type Row = Omit<Found['items'][number], 'notifications'> &
  Partial<Pick<Found['items'][number], 'notifications'>>;

interface Props {
  readonly merchantId: string;
  readonly rows: readonly Row[];
  readonly nextCursor: string | undefined;
  readonly isFirst: boolean;
  readonly state: NotificationState | undefined;
  readonly search: string | undefined;
  readonly endpointId: string | undefined;
}

const PATH = '/merchants/{merchantId}/deliveries';
const PAGE_SIZE = '50';

export const deliveriesPage = page({
  path: PATH,
  who: 'merchant',
  async load({ api, params: { merchantId }, query }): Promise<Props> {
    const search = query('q');
    const cursor = query('cursor');
    const state = notificationStates.find((name) => name === query('state'));
    const endpointId = query('endpointId');
    const common = { merchantId, search, state, endpointId, isFirst: cursor === undefined };
    const paging = { limit: PAGE_SIZE, ...(cursor !== undefined && { cursor }) };
    if (search !== undefined) {
      const { items, nextCursor } = await api.ask(listTransactions, {
        merchantId,
        query: { ...paging, reference: search, limit: String(MAX_REFERENCE_PAGE) },
      });
      return { ...common, rows: items, nextCursor };
    }
    const { items, nextCursor } = await api.ask(listDeliveries, {
      merchantId,
      query: { ...paging, ...(state !== undefined && { state }), ...(endpointId && { endpointId }) },
    });
    return { ...common, rows: items, nextCursor };
  },
  title: (text) => text.deliveries.title,
  place: ({ merchantId }) => ({ current: 'deliveries', merchant: { id: merchantId } }),
  view: Deliveries,
});

function Deliveries(props: Props, { ui, text }: Frame) {
  const { merchantId, rows, search, state, endpointId, nextCursor, isFirst } = props;
  const { deliveries: words } = text;
  const here = (query: Readonly<Record<string, string | undefined>>) => hrefOf(PATH, { merchantId }, query);
  return (
    <>
      <PageHeader title={words.title} lead={words.lead} />
      <SearchForm action={here({})} label={words.search} value={search} />
      <FilterTabs
        label={words.state}
        tabs={[undefined, ...notificationStates].map((name) => ({
          label: name === undefined ? ui.text.table.all : ui.text.states[name],
          href: here({ state: name, endpointId }),
          isCurrent: name === state && search === undefined,
        }))}
      />
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
          {
            header: words.state,
            cell: ({ notifications = [] }) =>
              notifications.map(({ state: one }) => <StateBadge ui={ui} state={one} />),
          },
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
        empty={
          <EmptyState
            icon="deliveries"
            title={search === undefined && state === undefined ? words.empty : words.nothingFound}
            actions={<LinkButton href={here({})}>{words.showAll}</LinkButton>}
          >
            <p>{search === undefined && state === undefined ? words.emptyText : words.nothingFoundText}</p>
          </EmptyState>
        }
      />
      <Pagination
        ui={ui}
        newerHref={isFirst ? undefined : here({ q: search, state, endpointId })}
        olderHref={
          nextCursor === undefined ? undefined : here({ q: search, state, endpointId, cursor: nextCursor })
        }
      />
    </>
  );
}
