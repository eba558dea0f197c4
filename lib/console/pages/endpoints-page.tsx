import { changeEndpoint, listEndpoints } from '../../api/endpoints/endpoints-contract.ts';
import type { AnswerOf } from '../asking/console-api.ts';
import { action, type Frame, page } from '../site/page.ts';
import { hrefOf } from '../site/paths.ts';
import { ActionForm, Button } from '../view/controls/button.tsx';
import { EmptyState } from '../view/data/empty-state.tsx';
import { Foreign } from '../view/data/foreign.tsx';
import { StateBadge } from '../view/data/state-badge.tsx';
import { Table } from '../view/data/table.tsx';
import { Time } from '../view/data/time.tsx';
import { PageHeader } from '../view/page/page-header.tsx';

type Endpoint = AnswerOf<typeof listEndpoints>['items'][number];

interface Props {
  readonly merchantId: string;
  readonly endpoints: readonly Endpoint[];
}

const PATH = '/merchants/{merchantId}/endpoints';
const SWITCH = '/merchants/{merchantId}/endpoints/{endpointId}/switch';

export const endpointsPage = page({
  path: PATH,
  who: 'merchant',
  async load({ api, params: { merchantId } }): Promise<Props> {
    const { items } = await api.ask(listEndpoints, { merchantId });
    return { merchantId, endpoints: items };
  },
  title: (text) => text.endpoints.title,
  place: ({ merchantId }) => ({ current: 'endpoints', merchant: { id: merchantId } }),
  view: Endpoints,
});

function Endpoints({ merchantId, endpoints }: Props, { ui, text, csrf }: Frame) {
  const { endpoints: words } = text;
  return (
    <>
      <PageHeader title={words.title} lead={words.lead} />
      <Table
        caption={words.title}
        rows={endpoints}
        columns={[
          { header: words.id, cell: ({ endpointId }) => <code>{endpointId}</code> },
          { header: words.url, cell: ({ url }) => <Foreign text={url} /> },
          { header: words.state, cell: (endpoint) => <StateBadge ui={ui} state={stateOf(endpoint)} /> },
          {
            header: words.created,
            cell: ({ createdAt }) => <Time ui={ui} at={createdAt} />,
            isWideOnly: true,
          },
          {
            header: words.switch,
            cell: ({ endpointId, enabled }) => (
              <ActionForm
                action={hrefOf(SWITCH, { merchantId, endpointId })}
                csrf={csrf}
                values={{ enabled: String(!enabled) }}
              >
                <Button kind="quiet">{enabled ? words.disable : words.enable}</Button>
              </ActionForm>
            ),
          },
        ]}
        empty={
          <EmptyState icon="endpoints" title={words.empty}>
            <p>{words.emptyText}</p>
          </EmptyState>
        }
      />
    </>
  );
}

const stateOf = ({ enabled, health }: Endpoint) => (enabled ? (health?.state ?? 'unknown') : 'disabled');

export const switchEndpoint = action({
  path: SWITCH,
  who: 'merchant',
  async perform({ api, params: { merchantId, endpointId }, field }) {
    const enabled = field('enabled') === 'true';
    await api.ask(changeEndpoint, { params: { merchantId, endpointId }, body: { enabled } });
    return {
      kind: 'redirect',
      to: hrefOf(PATH, { merchantId }),
      flash: enabled ? 'endpointEnabled' : 'endpointDisabled',
      about: endpointId,
    };
  },
});
