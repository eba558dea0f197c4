import { listUnresolvedTransactions } from '../../../api/unresolved/unresolved-contract.ts';
import { merchantIdSchema } from '../../../core/model.ts';
import { ApiProblem } from '../../asking/api-problem.ts';
import type { AnswerOf } from '../../asking/console-api.ts';
import { type Frame, page } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { LinkButton } from '../../view/controls/button.tsx';
import { SearchForm } from '../../view/controls/filters.tsx';
import { EmptyState } from '../../view/data/empty-state.tsx';
import { Foreign } from '../../view/data/foreign.tsx';
import { Reason } from '../../view/data/reason.tsx';
import { Pagination, Table } from '../../view/data/table.tsx';
import { Time } from '../../view/data/time.tsx';
import { PageHeader } from '../../view/page/page-header.tsx';
import { UNRESOLVED_ONE } from './unresolved-one-page.tsx';

interface Props {
  readonly found: AnswerOf<typeof listUnresolvedTransactions>;
  readonly search: string | undefined;
  readonly isFirst: boolean;
}

const PATH = '/unresolved';
const PAGE_SIZE = '50';
const NOTHING = { items: [], hasMore: false };

export const unresolvedPage = page({
  path: PATH,
  who: 'operator',
  async load({ api, query }): Promise<Props> {
    const search = query('q');
    const cursor = query('cursor');
    const asked = { limit: PAGE_SIZE, ...(search && { merchantId: search }), ...(cursor && { cursor }) };
    // No merchant has what cannot be an id.
    const isPossible = search === undefined || merchantIdSchema().safeParse(search).success;
    const found = isPossible
      ? await api.ask(listUnresolvedTransactions, { query: asked }).catch(orNothing)
      : NOTHING;
    return { found, search, isFirst: cursor === undefined };
  },
  title: (text) => text.unresolved.title,
  place: () => ({ current: 'unresolved' }),
  view: Unresolved,
});

/** A merchant that does not exist has none. */
function orNothing(error: unknown): typeof NOTHING {
  if (error instanceof ApiProblem && error.code === 'unknown_merchant') return NOTHING;
  throw error;
}

function Unresolved({ found, search, isFirst }: Props, { ui, text: { unresolved: words } }: Frame) {
  const { items, unreadable = [], nextCursor } = found;
  return (
    <>
      <PageHeader title={words.title} lead={words.lead} />
      <SearchForm action={hrefOf(PATH)} label={words.search} value={search} />
      {unreadable.length > 0 && (
        <p class="error">
          {words.unreadable(
            unreadable.map(({ merchantId, transactionId }) => `${merchantId}/${transactionId}`).join(', '),
          )}
        </p>
      )}
      <Table
        caption={words.title}
        rows={items}
        hrefOf={({ merchantId, transactionId }) => hrefOf(UNRESOLVED_ONE, { merchantId, transactionId })}
        columns={[
          {
            header: words.transaction,
            cell: ({ reference, transactionId }) => <Foreign text={reference ?? transactionId} />,
          },
          { header: words.merchant, cell: ({ merchantId }) => <code>{merchantId}</code> },
          {
            header: words.amount,
            cell: ({ amount, currency }) => ui.format.money(amount, currency),
            align: 'end',
          },
          { header: words.pendingSince, cell: ({ recordedAt }) => <Time ui={ui} at={recordedAt} /> },
          {
            header: words.lastAnswer,
            cell: ({ attempts }) => {
              const last = attempts.at(-1);
              return last === undefined ? (
                words.noHistory
              ) : (
                <Reason ui={ui} codes={[last.result, last.detail]} statusCode={last.statusCode} />
              );
            },
          },
        ]}
        empty={
          <EmptyState
            icon="unresolved"
            title={search === undefined ? words.empty : words.nothingFound}
            actions={search !== undefined && <LinkButton href={hrefOf(PATH)}>{words.showAll}</LinkButton>}
          >
            <p>{words.emptyText}</p>
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
