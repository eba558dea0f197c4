import { type Frame, page } from '../site/page.ts';
import { hrefOf } from '../site/paths.ts';
import { LinkButton } from '../view/controls/button.tsx';
import { SearchForm } from '../view/controls/filters.tsx';
import { EmptyState } from '../view/data/empty-state.tsx';
import { Foreign } from '../view/data/foreign.tsx';
import { Pagination, Table } from '../view/data/table.tsx';
import { Time } from '../view/data/time.tsx';
import { PageHeader } from '../view/page/page-header.tsx';
import { type FoundMerchants, findMerchants } from './parts/merchant-search.ts';

const PATH = '/merchants';
const PAGE_SIZE = '50';

export const merchantsPage = page({
  path: PATH,
  who: 'operator',
  load: (visit) => findMerchants(visit, PAGE_SIZE),
  title: (text) => text.merchants.title,
  place: () => ({ current: 'merchants' }),
  view: Merchants,
});

function Merchants({ found, search, isFirst }: FoundMerchants, { ui, text: { merchants } }: Frame) {
  return (
    <>
      <PageHeader title={merchants.title} lead={merchants.lead} />
      <SearchForm action={hrefOf(PATH)} label={merchants.search} value={search} />
      <Table
        caption={merchants.title}
        rows={found.items}
        hrefOf={({ merchantId }) => hrefOf('/merchants/{merchantId}', { merchantId })}
        columns={[
          { header: merchants.id, cell: ({ merchantId }) => <code>{merchantId}</code> },
          { header: merchants.name, cell: ({ name }) => <Foreign text={name} /> },
          { header: merchants.timeZone, cell: ({ timeZone }) => timeZone, isWideOnly: true },
          { header: merchants.created, cell: ({ createdAt }) => <Time ui={ui} at={createdAt} /> },
        ]}
        empty={
          search === undefined ? (
            <EmptyState icon="merchants" title={merchants.empty}>
              <p>{merchants.emptyText}</p>
            </EmptyState>
          ) : (
            <EmptyState
              icon="search"
              title={merchants.nothingFound}
              actions={<LinkButton href={hrefOf(PATH)}>{merchants.showAll}</LinkButton>}
            >
              <p>{merchants.nothingFoundText}</p>
            </EmptyState>
          )
        }
      />
      <Pagination
        ui={ui}
        newerHref={isFirst ? undefined : hrefOf(PATH, {}, { q: search })}
        olderHref={
          found.nextCursor === undefined
            ? undefined
            : hrefOf(PATH, {}, { q: search, cursor: found.nextCursor })
        }
      />
    </>
  );
}
