import { changeEndpoint, listEndpoints, readEndpoint } from '../../api/endpoints/endpoints-contract.ts';
import { readStatsOperation } from '../../api/stats/stats-contract.ts';
import { action, type Frame, page } from '../site/page.ts';
import { hrefOf } from '../site/paths.ts';
import { ActionForm, Button, LinkButton } from '../view/controls/button.tsx';
import { ConfirmDialog, ConfirmPage } from '../view/controls/confirm.tsx';
import { EmptyState } from '../view/data/empty-state.tsx';
import { Foreign } from '../view/data/foreign.tsx';
import { PageHeader } from '../view/page/page-header.tsx';
import { type Endpoint, EndpointCards, type Stats } from './parts/endpoint-cards.tsx';
import { dayBefore } from './parts/stats-charts.tsx';

interface Props {
  readonly merchantId: string;
  readonly endpoints: readonly Endpoint[];
  readonly stats: Stats;
}

const PATH = '/merchants/{merchantId}/endpoints';
const DISABLE = '/merchants/{merchantId}/endpoints/{endpointId}/disable';
const SWITCH = '/merchants/{merchantId}/endpoints/{endpointId}/switch';

export const endpointsPage = page({
  path: PATH,
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
  return (
    <>
      <PageHeader title={words.title} lead={words.lead} />
      {endpoints.length === 0 && (
        <EmptyState icon="endpoints" title={words.empty}>
          <p>{words.emptyText}</p>
        </EmptyState>
      )}
      <EndpointCards
        ui={ui}
        merchantId={merchantId}
        endpoints={endpoints}
        stats={stats}
        actionsOf={(endpoint) => Switch({ merchantId, endpoint }, frame)}
      />
    </>
  );
}

interface SwitchProps {
  readonly merchantId: string;
  readonly endpoint: Endpoint;
}

/** Enabling happens at once; disabling is asked for again, because callbacks stop. */
function Switch({ merchantId, endpoint }: SwitchProps, frame: Frame) {
  const { text, csrf } = frame;
  const { endpointId, enabled } = endpoint;
  const { endpoints: words } = text;
  if (!enabled) {
    return (
      <ActionForm
        action={hrefOf(SWITCH, { merchantId, endpointId })}
        csrf={csrf}
        values={{ enabled: 'true' }}
      >
        <Button>{words.enable}</Button>
      </ActionForm>
    );
  }
  const id = `disable-${endpointId}`;
  return (
    <>
      <LinkButton href={hrefOf(DISABLE, { merchantId, endpointId })} opens={id}>
        {words.disable}
      </LinkButton>
      <ConfirmDialog id={id} {...disabling({ merchantId, endpoint }, frame)} />
    </>
  );
}

/** The question before an endpoint is disabled. */
function disabling({ merchantId, endpoint }: SwitchProps, { ui, text, csrf }: Frame) {
  const { endpointId, url } = endpoint;
  const { endpoints: words } = text;
  return {
    ui,
    csrf,
    title: words.disableTitle,
    children: (
      <>
        <p>
          <code>
            <Foreign text={url} />
          </code>
        </p>
        <p>{words.disableText}</p>
      </>
    ),
    action: hrefOf(SWITCH, { merchantId, endpointId }),
    values: { enabled: 'false' },
    confirm: words.disable,
    isDangerous: true,
    back: hrefOf(PATH, { merchantId }),
  };
}

/** Asks the same where no script opens the dialog. */
export const disableEndpointPage = page({
  path: DISABLE,
  who: 'merchant',
  async load({ api, params: { merchantId, endpointId } }): Promise<SwitchProps> {
    return { merchantId, endpoint: await api.ask(readEndpoint, { params: { merchantId, endpointId } }) };
  },
  title: (text) => text.endpoints.disableTitle,
  place: ({ merchantId }) => ({ current: 'endpoints', merchant: { id: merchantId } }),
  view: (props, frame) => <ConfirmPage {...disabling(props, frame)} />,
});

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
