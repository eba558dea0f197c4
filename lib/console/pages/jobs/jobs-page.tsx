import { type Frame, page } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { LinkButton } from '../../view/controls/button.tsx';
import { SearchForm } from '../../view/controls/filters.tsx';
import { EmptyState } from '../../view/data/empty-state.tsx';
import { Foreign } from '../../view/data/foreign.tsx';
import { Pagination, Table } from '../../view/data/table.tsx';
import { PageHeader } from '../../view/page/page-header.tsx';
import { type FoundMerchants, findMerchants } from '../parts/merchant-search.ts';
import { MERCHANT_JOBS } from './merchant-jobs-page.tsx';

const PATH = '/jobs';
const PAGE_SIZE = '25';

/** Leads to the jobs of a merchant. The service lists jobs by merchant, so that a list costs what it shows. */
export const jobsPage = page({
  path: PATH,
  who: 'operator',
  load: (visit) => findMerchants(visit, PAGE_SIZE),
  title: (text) => text.jobs.title,
  place: () => ({ current: 'jobs' }),
  view: Jobs,
});

function Jobs({ found, search, isFirst }: FoundMerchants, { ui, text }: Frame) {
  const { jobs: words, merchants } = text;
  const { items, nextCursor } = found;
  return (
    <>
      <PageHeader title={words.title} lead={`${words.lead} ${words.chooseLead}`} />
      <SearchForm action={hrefOf(PATH)} label={merchants.search} value={search} />
      <Table
        caption={words.chooseLead}
        rows={items}
        hrefOf={({ merchantId }) => hrefOf(MERCHANT_JOBS, { merchantId })}
        columns={[
          { header: merchants.id, cell: ({ merchantId }) => <code>{merchantId}</code> },
          { header: merchants.name, cell: ({ name }) => <Foreign text={name} /> },
        ]}
        empty={
          <EmptyState
            icon="jobs"
            title={search === undefined ? merchants.empty : merchants.nothingFound}
            actions={search !== undefined && <LinkButton href={hrefOf(PATH)}>{merchants.showAll}</LinkButton>}
          >
            <p>{search === undefined ? words.emptyText : merchants.nothingFoundText}</p>
          </EmptyState>
        }
      />
      <Pagination
        ui={ui}
        newerHref={isFirst ? undefined : hrefOf(PATH, {}, { q: search })}
        olderHref={nextCursor === undefined ? undefined : hrefOf(PATH, {}, { q: search, cursor: nextCursor })}
      />
    </>
  );
}
