import { listEndpoints } from '../../../api/endpoints/endpoints-contract.ts';
import { readStatsOperation } from '../../../api/stats/stats-contract.ts';
import { type Frame, page } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { LinkButton } from '../../view/controls/button.tsx';
import { EmptyState } from '../../view/data/empty-state.tsx';
import { PageHeader } from '../../view/page/page-header.tsx';
import { type Endpoint, EndpointCards, type Stats } from '../parts/endpoint-cards.tsx';
import { dayBefore } from '../parts/stats-charts.tsx';
import { EDIT_ENDPOINT, ENDPOINTS, NEW_ENDPOINT } from './endpoint-paths.ts';
import { Switch } from './endpoint-questions.tsx';

interface Props {
  readonly merchantId: string;
  readonly endpoints: readonly Endpoint[];
  readonly stats: Stats;
}

export const endpointsPage = page({
  path: ENDPOINTS,
  who: 'merchant',
  async load({ api, session, params: { merchantId }, ui }): Promise<Props> {
    const from = dayBefore(ui.now);
    const [{ items }, stats] = await Promise.all([
      api.ask(listEndpoints, { merchantId }),
      api.ask(readStatsOperation, { query: session.scope === 'admin' ? { from, merchantId } : { from } }),
    ]);
    return { merchantId, endpoints: items, stats };
  },
  title: (text) => text.endpoints.title,
  place: ({ merchantId }) => ({ current: 'endpoints', merchant: { id: merchantId } }),
  view: Endpoints,
});

function Endpoints({ merchantId, endpoints, stats }: Props, frame: Frame) {
  const { ui, text } = frame;
  const { endpoints: words } = text;
  const create = (
    <LinkButton kind="main" href={hrefOf(NEW_ENDPOINT, { merchantId })}>
      {words.create}
    </LinkButton>
  );
  return (
    <>
      <PageHeader title={words.title} lead={words.lead} actions={endpoints.length > 0 && create} />
      {endpoints.length === 0 && (
        <EmptyState icon="endpoints" title={words.empty} actions={create}>
          <p>{words.emptyText}</p>
        </EmptyState>
      )}
      <EndpointCards
        ui={ui}
        merchantId={merchantId}
        endpoints={endpoints}
        stats={stats}
        actionsOf={(endpoint) => (
          <>
            <LinkButton href={hrefOf(EDIT_ENDPOINT, { merchantId, endpointId: endpoint.endpointId })}>
              {words.edit}
            </LinkButton>
            {Switch({ merchantId, endpoint }, frame)}
          </>
        )}
      />
    </>
  );
}
