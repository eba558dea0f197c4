import { listEndpoints } from '../../api/endpoints/endpoints-contract.ts';
import { readMerchant } from '../../api/merchants/merchants-contract.ts';
import { createPortalLink } from '../../api/portal-links/portal-links-contract.ts';
import { readStatsOperation } from '../../api/stats/stats-contract.ts';
import { listTransactions } from '../../api/transactions/ask-contract.ts';
import type { AnswerOf } from '../asking/console-api.ts';
import { action, type Frame, page } from '../site/page.ts';
import { hrefOf } from '../site/paths.ts';
import { ActionForm, Button, LinkButton } from '../view/controls/button.tsx';
import { Foreign } from '../view/data/foreign.tsx';
import { Id, KeyValues } from '../view/data/key-values.tsx';
import { Time } from '../view/data/time.tsx';
import { PageHeader, Section } from '../view/page/page-header.tsx';
import { EndpointCards } from './parts/endpoint-cards.tsx';
import { FirstSteps } from './parts/first-steps.tsx';
import { dayBefore, StatsCharts } from './parts/stats-charts.tsx';

interface Props {
  readonly merchant: AnswerOf<typeof readMerchant>;
  readonly endpoints: AnswerOf<typeof listEndpoints>['items'];
  readonly stats: AnswerOf<typeof readStatsOperation>;
  /** Nothing was recorded yet, as far as the service keeps it. */
  readonly isNew: boolean;
}

const PATH = '/merchants/{merchantId}';
const PORTAL_LINK = '/merchants/{merchantId}/portal-link';

export const merchantPage = page({
  path: PATH,
  who: 'merchant',
  async load({ api, session, params: { merchantId }, ui }): Promise<Props> {
    const from = dayBefore(ui.now);
    const [merchant, { items: endpoints }, stats, { items: outcomes }] = await Promise.all([
      api.ask(readMerchant, { merchantId }),
      api.ask(listEndpoints, { merchantId }),
      api.ask(readStatsOperation, { query: session.scope === 'admin' ? { from, merchantId } : { from } }),
      api.ask(listTransactions, { merchantId, query: { limit: '1' } }),
    ]);
    return { merchant, endpoints, stats, isNew: endpoints.length === 0 || outcomes.length === 0 };
  },
  title: (_text, { merchant }) => merchant.name,
  place: ({ merchant: { merchantId, name } }) => ({ merchant: { id: merchantId, name } }),
  view: Merchant,
});

function Merchant({ merchant, endpoints, stats, isNew }: Props, frame: Frame) {
  const { ui, text, csrf } = frame;
  const { merchantId, schedule, createdAt } = merchant;
  const { merchant: words } = text;
  const to = (path: string) => hrefOf(`${PATH}/${path}`, { merchantId });
  return (
    <>
      <PageHeader
        title={<Foreign text={merchant.name} />}
        actions={
          <>
            <LinkButton href={to('deliveries')}>{words.deliveries}</LinkButton>
            <LinkButton href={to('endpoints')}>{words.endpoints}</LinkButton>
          </>
        }
      />
      {isNew && <FirstSteps merchantId={merchantId} endpoints={endpoints} frame={frame} />}
      {!isNew && <StatsCharts ui={ui} hours={stats.items} />}
      <EndpointCards ui={ui} merchantId={merchantId} endpoints={endpoints} stats={stats} />
      <section class="card">
        <KeyValues
          isWide
          items={[
            { key: words.id, value: <Id ui={ui} value={merchantId} of={words.id} /> },
            { key: words.timeZone, value: `${merchant.timeZone} ${merchant.utcOffset ?? ''}` },
            { key: words.schedule, value: typeof schedule === 'string' ? schedule : schedule.join(', ') },
            { key: words.feedShards, value: ui.format.number(merchant.feedShards) },
            { key: words.created, value: <Time ui={ui} at={createdAt} /> },
          ]}
        />
      </section>
      <Section id="portal" title={words.portal}>
        <p>{words.portalText}</p>
        <ActionForm action={hrefOf(PORTAL_LINK, { merchantId })} csrf={csrf}>
          <Button icon="external">{words.portalMake}</Button>
        </ActionForm>
      </Section>
    </>
  );
}

/** Shows the link on the page that answers the form: neither address nor cookie may hold it. */
export const makePortalLink = action({
  path: PORTAL_LINK,
  who: 'merchant',
  async perform({ api, params: { merchantId }, text }) {
    const link = await api.ask(createPortalLink, { merchantId, body: {} });
    return {
      kind: 'shown',
      shown: {
        title: text.merchant.portal,
        place: { merchant: { id: merchantId } },
        body: (frame) => MadeLink({ ...link, merchantId }, frame),
      },
    };
  },
});

interface MadeLinkProps extends AnswerOf<typeof createPortalLink> {
  readonly merchantId: string;
}

function MadeLink({ url, expiresAt, merchantId }: MadeLinkProps, { ui, text }: Frame) {
  const { merchant: words } = text;
  return (
    <>
      <PageHeader
        title={words.portal}
        lead={words.portalMade}
        crumbs={[{ label: merchantId, href: hrefOf(PATH, { merchantId }) }]}
      />
      <section class="card">
        <KeyValues
          items={[
            { key: words.portal, value: <Id ui={ui} value={url} of={words.portal} /> },
            { key: words.portalUntil, value: <Time ui={ui} at={expiresAt} isExact /> },
          ]}
        />
      </section>
    </>
  );
}
