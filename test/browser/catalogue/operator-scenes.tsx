import { DelayChart } from '../../../lib/console/view/charts/delay-chart.tsx';
import { FailureChart } from '../../../lib/console/view/charts/failure-chart.tsx';
import { RateChart } from '../../../lib/console/view/charts/rate-chart.tsx';
import { SumBar } from '../../../lib/console/view/charts/sum-bar.tsx';
import { LinkButton } from '../../../lib/console/view/controls/button.tsx';
import { EmptyState } from '../../../lib/console/view/data/empty-state.tsx';
import { Foreign } from '../../../lib/console/view/data/foreign.tsx';
import { Skeleton } from '../../../lib/console/view/data/skeleton.tsx';
import { StateBadge } from '../../../lib/console/view/data/state-badge.tsx';
import { Table } from '../../../lib/console/view/data/table.tsx';
import { Time } from '../../../lib/console/view/data/time.tsx';
import { PageHeader, Section } from '../../../lib/console/view/page/page-header.tsx';
import { OperatorFrame, type Scene } from './frames.tsx';
import { DELAYS, FAILURES, HOSTILE_NAME, HOURS, NOW, SUMS } from './made-up.ts';

const ATTENTION = [
  { what: 'Ledger', merchant: 'acme-pay', state: 'paused', since: '2026-11-29T05:34:12.000Z' },
  { what: 'pay_8f3KtQz1', merchant: 'shop-42', state: 'unresolved', since: '2026-11-29T07:02:51.000Z' },
  { what: 'callbacks.example', merchant: HOSTILE_NAME, state: 'disabled', since: '2026-11-27T07:46:12.000Z' },
] as const;

export function OverviewScene(scene: Scene) {
  const { ui } = scene;
  const { navigation } = ui.text;
  return (
    <OperatorFrame
      scene={scene}
      current="overview"
      title={navigation.overview}
      flashes={[{ kind: 'success', text: 'pay_8f3KtQz1' }]}
    >
      <PageHeader title={navigation.overview} />
      <SumBar ui={ui} sums={SUMS} hrefOf={(part) => `#${part}`} note={<Time ui={ui} at={NOW} />} />
      <div class="columns">
        <RateChart ui={ui} hours={HOURS} />
        <DelayChart ui={ui} classes={DELAYS} />
        <FailureChart ui={ui} failures={FAILURES} />
      </div>
      <Section id="attention" title={navigation.attention} isBare>
        <Table
          caption={navigation.attention}
          rows={ATTENTION}
          hrefOf={({ what }) => `#${what}`}
          empty={undefined}
          columns={[
            { header: navigation.endpoints, cell: ({ what }) => what },
            { header: navigation.merchants, cell: ({ merchant }) => <Foreign text={merchant} /> },
            { header: ui.text.timeline.result, cell: ({ state }) => <StateBadge ui={ui} state={state} /> },
            { header: ui.text.timeline.time, cell: ({ since }) => <Time ui={ui} at={since} /> },
          ]}
        />
      </Section>
    </OperatorFrame>
  );
}

export function NothingYetScene(scene: Scene) {
  const { ui } = scene;
  const { navigation } = ui.text;
  const none = { expected: 0, delivered: 0, acknowledged: 0, open: 0, exhausted: 0, blocked: 0, lost: 0 };
  return (
    <OperatorFrame scene={scene} current="merchants" title={navigation.merchants}>
      <PageHeader title={navigation.merchants} lead={ui.text.logIn.where} />
      <SumBar ui={ui} sums={none} />
      <SumBar ui={ui} id="unsound" sums={{ ...SUMS, expected: SUMS.expected + 4, lost: 1 }} />
      <div class="columns">
        <RateChart ui={ui} hours={HOURS.map(({ start }) => ({ start, delivered: 0, failed: 0 }))} />
        <FailureChart ui={ui} failures={[]} />
      </div>
      <EmptyState
        icon="merchants"
        title={navigation.merchants}
        actions={<LinkButton href="#">{navigation.keys}</LinkButton>}
      >
        <p>{ui.text.logIn.where}</p>
      </EmptyState>
      <Skeleton ui={ui} />
    </OperatorFrame>
  );
}
