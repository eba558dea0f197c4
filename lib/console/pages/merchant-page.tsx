import { listEndpoints } from '../../api/endpoints/endpoints-contract.ts';
import { readMerchant } from '../../api/merchants/merchants-contract.ts';
import { readOverviewOperation } from '../../api/overview/overview-contract.ts';
import { createPortalLink } from '../../api/portal-links/portal-links-contract.ts';
import { listRedeliveries } from '../../api/redeliveries/redeliveries-contract.ts';
import { readStatsOperation } from '../../api/stats/stats-contract.ts';
import { listTransactions } from '../../api/transactions/ask-contract.ts';
import type { AnswerOf } from '../asking/console-api.ts';
import { action, type Frame, page, type Visit } from '../site/page.ts';
import { hrefOf } from '../site/paths.ts';
import { ActionForm, Button, LinkButton } from '../view/controls/button.tsx';
import { Foreign } from '../view/data/foreign.tsx';
import { Id, KeyValues } from '../view/data/key-values.tsx';
import { Time } from '../view/data/time.tsx';
import { PageHeader, Section } from '../view/page/page-header.tsx';
import type { Job } from './jobs/job-parts.tsx';
import { JobTable } from './jobs/job-table.tsx';
import { MERCHANT_JOBS } from './jobs/merchant-jobs-page.tsx';
import { BalanceBar, type OverviewAnswer } from './parts/balance-bar.tsx';
import { EndpointCards } from './parts/endpoint-cards.tsx';
import { ErasedMerchant, type ErasureAnswer, erasureBehind } from './parts/erased-merchant.tsx';
import { FirstSteps } from './parts/first-steps.tsx';
import { dayBefore, StatsCharts } from './parts/stats-charts.tsx';

interface Living {
  readonly merchant: AnswerOf<typeof readMerchant>;
  readonly endpoints: AnswerOf<typeof listEndpoints>['items'];
  readonly stats: AnswerOf<typeof readStatsOperation>;
  readonly overview: OverviewAnswer;
  /** That have not ended. */
  readonly jobs: readonly Job[];
  /** Nothing was recorded yet, as far as the service keeps it. */
  readonly isNew: boolean;
}

type Props = Living | { readonly erasure: ErasureAnswer };

const PATH = '/merchants/{merchantId}';
/** The newest jobs. Three of them run at most. */
const JOBS_READ = '10';
const PORTAL_LINK = '/merchants/{merchantId}/portal-link';

export const merchantPage = page({
  path: PATH,
  who: 'merchant',
  async load(visit): Promise<Props> {
    try {
      return await loadLiving(visit);
    } catch (error) {
      const erasure = await erasureBehind(error, visit);
      if (erasure === undefined) throw error;
      return { erasure };
    }
  },
  title: (_text, props) => ('erasure' in props ? props.erasure.merchantId : props.merchant.name),
  // An erased merchant has no pages to go to.
  place: (props) =>
    'erasure' in props
      ? { current: 'merchants' }
      : { merchant: { id: props.merchant.merchantId, name: props.merchant.name } },
  view: (props, frame) =>
    'erasure' in props ? ErasedMerchant(props.erasure, frame) : Merchant(props, frame),
});

async function loadLiving({ api, session, params: { merchantId }, ui }: Visit<typeof PATH>): Promise<Living> {
  const from = dayBefore(ui.now);
  const whose = session.scope === 'admin' ? { merchantId } : {};
  const [merchant, { items: endpoints }, stats, overview, jobs, { items: outcomes }] = await Promise.all([
    api.ask(readMerchant, { merchantId }),
    api.ask(listEndpoints, { merchantId }),
    api.ask(readStatsOperation, { query: { from, ...whose } }),
    api.ask(readOverviewOperation, { query: whose }),
    api.ask(listRedeliveries, { merchantId, query: { limit: JOBS_READ } }),
    api.ask(listTransactions, { merchantId, query: { limit: '1' } }),
  ]);
  const open = jobs.items.filter(({ endedAt }) => endedAt === undefined);
  const isNew = endpoints.length === 0 || outcomes.length === 0;
  return { merchant, endpoints, stats, overview, jobs: open, isNew };
}

function Merchant(props: Living, frame: Frame) {
  const { merchant, endpoints, stats, overview, jobs, isNew } = props;
  const { ui, text, session, csrf } = frame;
  const { merchantId, schedule, createdAt } = merchant;
  const { merchant: words } = text;
  const { unresolved } = overview.attention;
  const to = (path: string) => hrefOf(`${PATH}/${path}`, { merchantId });
  return (
    <>
      <PageHeader
        title={<Foreign text={merchant.name} />}
        actions={
          <>
            {session.scope === 'admin' && unresolved.count > 0 && (
              <LinkButton icon="unresolved" href={hrefOf('/unresolved', {}, { q: merchantId })}>
                {words.unresolved(ui.format.number(unresolved.count))}
              </LinkButton>
            )}
            <LinkButton href={to('deliveries')}>{words.deliveries}</LinkButton>
            <LinkButton href={to('endpoints')}>{words.endpoints}</LinkButton>
            <LinkButton href={hrefOf(MERCHANT_JOBS, { merchantId })}>{words.jobs}</LinkButton>
          </>
        }
      />
      {isNew && <FirstSteps merchantId={merchantId} endpoints={endpoints} frame={frame} />}
      <BalanceBar
        ui={ui}
        balance={overview.balance}
        merchantId={merchantId}
        note={text.overview.balanceTime}
      />
      {jobs.length > 0 && (
        <Section id="open-jobs" title={words.openJobs} isBare>
          <JobTable ui={ui} text={text} merchantId={merchantId} jobs={jobs} empty={undefined} />
        </Section>
      )}
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
