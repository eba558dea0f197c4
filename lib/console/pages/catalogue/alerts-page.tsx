import { listAlerts } from '../../../api/alerts/alerts-contract.ts';
import type { AnswerOf } from '../../asking/console-api.ts';
import { type Frame, page } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { LinkButton } from '../../view/controls/button.tsx';
import { EmptyState } from '../../view/data/empty-state.tsx';
import { Foreign } from '../../view/data/foreign.tsx';
import { StateBadge } from '../../view/data/state-badge.tsx';
import { Pagination, Table } from '../../view/data/table.tsx';
import { Time } from '../../view/data/time.tsx';
import { PageHeader } from '../../view/page/page-header.tsx';

type Alert = AnswerOf<typeof listAlerts>['items'][number];

interface Props {
  readonly merchantId: string;
  readonly alerts: readonly Alert[];
  readonly nextCursor: string | undefined;
  readonly isFirst: boolean;
}

const PATH = '/merchants/{merchantId}/alerts';

export const alertsPage = page({
  path: PATH,
  who: 'merchant',
  async load({ api, params: { merchantId }, query }): Promise<Props> {
    const cursor = query('cursor');
    const { items, nextCursor, hasMore } = await api.ask(listAlerts, {
      merchantId,
      query: cursor === undefined ? {} : { cursor },
    });
    const isFirst = cursor === undefined;
    return { merchantId, alerts: items, nextCursor: hasMore ? nextCursor : undefined, isFirst };
  },
  title: (text) => text.alerts.title,
  place: ({ merchantId }) => ({ current: 'alerts', merchant: { id: merchantId } }),
  view: Alerts,
});

function Alerts({ merchantId, alerts, nextCursor, isFirst }: Props, { ui, text }: Frame) {
  const { alerts: words } = text;
  return (
    <>
      <PageHeader title={words.title} lead={words.lead} />
      <Table
        caption={words.title}
        rows={alerts}
        columns={[
          { header: words.type, cell: ({ type }) => <code>{type}</code> },
          { header: words.time, cell: ({ timestamp }) => <Time ui={ui} at={timestamp} /> },
          { header: words.about, cell: (alert) => <About alert={alert} merchantId={merchantId} /> },
          {
            header: words.state,
            cell: ({ deliveries }) => deliveries.map(({ state }) => <StateBadge ui={ui} state={state} />),
          },
        ]}
        empty={
          <EmptyState
            icon="alerts"
            title={words.empty}
            actions={
              <LinkButton href={hrefOf('/merchants/{merchantId}/endpoints', { merchantId })}>
                {words.endpoints}
              </LinkButton>
            }
          >
            <p>{words.emptyText}</p>
          </EmptyState>
        }
      />
      {(nextCursor !== undefined || !isFirst) && (
        <Pagination
          ui={ui}
          newerHref={isFirst ? undefined : hrefOf(PATH, { merchantId })}
          olderHref={nextCursor && hrefOf(PATH, { merchantId }, { cursor: nextCursor })}
        />
      )}
    </>
  );
}

interface AboutProps {
  readonly alert: Alert;
  readonly merchantId: string;
}

/** What an alert is about, as a link where the console has a page of it. */
function About({ alert: { data }, merchantId }: AboutProps) {
  const { transactionId, endpointId, date } = data as Readonly<Record<string, string | undefined>>;
  if (transactionId !== undefined) {
    const href = hrefOf('/merchants/{merchantId}/transactions/{transactionId}', {
      merchantId,
      transactionId,
    });
    return <Linked href={href} text={transactionId} />;
  }
  if (date !== undefined) {
    return (
      <Linked
        href={hrefOf('/merchants/{merchantId}/statements', { merchantId }, { until: date })}
        text={date}
      />
    );
  }
  if (endpointId === undefined) return undefined;
  const href = hrefOf('/merchants/{merchantId}/endpoints/{endpointId}', { merchantId, endpointId });
  return <Linked href={href} text={endpointId} />;
}

interface LinkedProps {
  readonly href: string;
  readonly text: string;
}

function Linked({ href, text }: LinkedProps) {
  return (
    <a href={href}>
      <code>
        <Foreign text={text} />
      </code>
    </a>
  );
}
