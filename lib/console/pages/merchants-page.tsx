import { type Frame, page, type Visit } from '../site/page.ts';
import { hrefOf } from '../site/paths.ts';
import { LinkButton } from '../view/controls/button.tsx';
import { FilterTabs, SearchForm } from '../view/controls/filters.tsx';
import { EmptyState } from '../view/data/empty-state.tsx';
import { Foreign } from '../view/data/foreign.tsx';
import { Pagination, Table } from '../view/data/table.tsx';
import { Time } from '../view/data/time.tsx';
import { PageHeader, Section } from '../view/page/page-header.tsx';
import { affected, TROUBLES, type Trouble } from './parts/affected-merchants.ts';
import { deliveriesOf } from './parts/balance-bar.tsx';
import { NO_PROBLEMS } from './parts/form-problems.ts';
import { type MerchantForm, NewMerchantForm } from './parts/merchant-form.tsx';
import { type FoundMerchants, findMerchants } from './parts/merchant-search.ts';

interface Props extends FoundMerchants {
  /** Only merchants that have a notification in this state. */
  readonly state: Trouble | undefined;
  readonly shown: readonly FoundMerchants['found']['items'][number][];
  readonly form: MerchantForm;
}

export const MERCHANTS = '/merchants';
const PAGE_SIZE = '50';

export const merchantsPage = page({
  path: MERCHANTS,
  who: 'operator',
  async load(visit): Promise<Props> {
    return { ...(await merchantsOf(visit)), form: { merchantId: '', name: '', problems: NO_PROBLEMS } };
  },
  title: (text) => text.merchants.title,
  place: () => ({ current: 'merchants' }),
  view: Merchants,
});

/** The merchants that the query asks for. */
export async function merchantsOf(visit: Visit): Promise<Omit<Props, 'form'>> {
  const found = await findMerchants(visit, PAGE_SIZE);
  const state = TROUBLES.find((name) => name === visit.query('state'));
  const { items } = found.found;
  return { ...found, state, shown: state === undefined ? items : await affected(visit.api, items, state) };
}

export function Merchants({ found, shown, state, search, isFirst, form }: Props, frame: Frame) {
  const {
    ui,
    text: { merchants },
  } = frame;
  const none = state !== undefined && found.items.length > 0;
  return (
    <>
      <PageHeader title={merchants.title} lead={merchants.lead} />
      <SearchForm action={hrefOf(MERCHANTS)} label={merchants.search} value={search} />
      <div class="toolbar">
        <FilterTabs
          label={merchants.having}
          tabs={[undefined, ...TROUBLES].map((name) => ({
            label: name === undefined ? ui.text.table.all : ui.text.states[name],
            href: hrefOf(MERCHANTS, {}, { q: search, state: name }),
            isCurrent: name === state,
          }))}
        />
      </div>
      <Table
        caption={merchants.title}
        rows={shown}
        hrefOf={({ merchantId }) =>
          state === undefined
            ? hrefOf('/merchants/{merchantId}', { merchantId })
            : deliveriesOf(merchantId, state)
        }
        columns={[
          { header: merchants.id, cell: ({ merchantId }) => <code>{merchantId}</code> },
          { header: merchants.name, cell: ({ name }) => <Foreign text={name} /> },
          { header: merchants.timeZone, cell: ({ timeZone }) => timeZone, isWideOnly: true },
          { header: merchants.created, cell: ({ createdAt }) => <Time ui={ui} at={createdAt} /> },
        ]}
        empty={
          none ? (
            <EmptyState icon="merchants" title={merchants.noneAffected}>
              <p>{merchants.noneAffectedText}</p>
            </EmptyState>
          ) : search === undefined ? (
            <EmptyState icon="merchants" title={merchants.empty}>
              <p>{merchants.emptyText}</p>
            </EmptyState>
          ) : (
            <EmptyState
              icon="search"
              title={merchants.nothingFound}
              actions={<LinkButton href={hrefOf(MERCHANTS)}>{merchants.showAll}</LinkButton>}
            >
              <p>{merchants.nothingFoundText}</p>
            </EmptyState>
          )
        }
      />
      <Pagination
        ui={ui}
        shown={state !== undefined && merchants.examined(ui.format.number(found.items.length))}
        newerHref={isFirst ? undefined : hrefOf(MERCHANTS, {}, { q: search, state })}
        olderHref={
          found.nextCursor === undefined
            ? undefined
            : hrefOf(MERCHANTS, {}, { q: search, state, cursor: found.nextCursor })
        }
      />
      <Section id="create" title={merchants.create}>
        <NewMerchantForm form={form} action={hrefOf(MERCHANTS)} frame={frame} />
      </Section>
    </>
  );
}
