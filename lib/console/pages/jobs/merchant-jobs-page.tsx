import { listRedeliveries } from '../../../api/redeliveries/redeliveries-contract.ts';
import type { AnswerOf } from '../../asking/console-api.ts';
import { type Frame, page } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { LinkButton } from '../../view/controls/button.tsx';
import { EmptyState } from '../../view/data/empty-state.tsx';
import { Pagination } from '../../view/data/table.tsx';
import { PageHeader } from '../../view/page/page-header.tsx';
import { JobTable } from './job-table.tsx';

interface Props {
  readonly merchantId: string;
  readonly found: AnswerOf<typeof listRedeliveries>;
  readonly isFirst: boolean;
}

export const MERCHANT_JOBS = '/merchants/{merchantId}/jobs';
export const REPLAY = '/merchants/{merchantId}/replay';

export const merchantJobsPage = page({
  path: MERCHANT_JOBS,
  who: 'merchant',
  async load({ api, params: { merchantId }, query }): Promise<Props> {
    const cursor = query('cursor');
    const found = await api.ask(listRedeliveries, { merchantId, query: { ...(cursor && { cursor }) } });
    return { merchantId, found, isFirst: cursor === undefined };
  },
  title: (text) => text.jobs.title,
  place: ({ merchantId }) => ({ current: 'jobs', merchant: { id: merchantId } }),
  view: MerchantJobs,
});

function MerchantJobs({ merchantId, found, isFirst }: Props, { ui, text }: Frame) {
  const { jobs: words } = text;
  const { items, nextCursor } = found;
  const start = (
    <LinkButton kind="main" icon="replay" href={hrefOf(REPLAY, { merchantId })}>
      {words.start}
    </LinkButton>
  );
  return (
    <>
      <PageHeader title={words.title} lead={words.lead} actions={items.length > 0 && start} />
      <JobTable
        ui={ui}
        text={text}
        merchantId={merchantId}
        jobs={items}
        empty={
          <EmptyState icon="jobs" title={words.empty} actions={start}>
            <p>{words.emptyText}</p>
          </EmptyState>
        }
      />
      <Pagination
        ui={ui}
        newerHref={isFirst ? undefined : hrefOf(MERCHANT_JOBS, { merchantId })}
        olderHref={
          nextCursor === undefined ? undefined : hrefOf(MERCHANT_JOBS, { merchantId }, { cursor: nextCursor })
        }
      />
    </>
  );
}
