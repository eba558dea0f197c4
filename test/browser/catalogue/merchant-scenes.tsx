import { ActionForm, Button, LinkButton } from '../../../lib/console/view/controls/button.tsx';
import { ConfirmDialog, ConfirmPage } from '../../../lib/console/view/controls/confirm.tsx';
import {
  CheckField,
  SelectField,
  TextAreaField,
  TextField,
} from '../../../lib/console/view/controls/fields.tsx';
import { FilterForm, FilterTabs } from '../../../lib/console/view/controls/filters.tsx';
import { CodeBlock, CodeTabs } from '../../../lib/console/view/data/code-block.tsx';
import { Id, KeyValues } from '../../../lib/console/view/data/key-values.tsx';
import { StateBadge } from '../../../lib/console/view/data/state-badge.tsx';
import { Pagination, Table } from '../../../lib/console/view/data/table.tsx';
import { Time } from '../../../lib/console/view/data/time.tsx';
import { Timeline } from '../../../lib/console/view/delivery/timeline.tsx';
import { VERIFY_SNIPPETS } from '../../../lib/console/view/delivery/verify-snippets.ts';
import { HealthCard } from '../../../lib/console/view/endpoints/health-card.tsx';
import { PageHeader, Section } from '../../../lib/console/view/page/page-header.tsx';
import { LedgerComparison } from '../../../lib/console/view/reconciliation/ledger-comparison.tsx';
import { WindowCalendar } from '../../../lib/console/view/reconciliation/window-calendar.tsx';
import { MerchantFrame, type Scene } from './frames.tsx';
import {
  ACKNOWLEDGED,
  DAY_HOURS,
  DAYS,
  DELIVERIES,
  ENDPOINTS,
  FIRST_TRY,
  HOSTILE_NAME,
  HOUR_WINDOWS,
  HOURS,
  RETRYING,
} from './made-up.ts';

const NAME = 'Acme Payments';
const CSRF = 'made-up-token';

const BODY = JSON.stringify(
  {
    type: 'payment.succeeded',
    timestamp: '2026-11-28T21:14:02.310Z',
    data: {
      transactionId: 'pay_8f3KtQz1',
      reference: 'ORDER-2026-118204',
      status: 'SUCCEEDED',
      amount: 12_990,
      currency: 'EUR',
    },
  },
  undefined,
  2,
);

export function DeliveriesScene(scene: Scene) {
  const { ui } = scene;
  const { navigation, states, table } = ui.text;
  return (
    <MerchantFrame scene={scene} current="deliveries" title={navigation.deliveries} name={NAME}>
      <PageHeader title={navigation.deliveries} />
      <div class="toolbar">
        <FilterTabs
          label={table.filters}
          tabs={[
            { label: table.all, href: '#', isCurrent: true },
            { label: states.retrying, href: '#', isCurrent: false, count: '204' },
            { label: states.exhausted, href: '#', isCurrent: false, count: '171' },
            { label: states.blocked, href: '#', isCurrent: false, count: '48' },
          ]}
        />
        <FilterForm ui={ui} action="#">
          <TextField ui={ui} name="from" label={ui.text.timeline.time} type="datetime-local" />
          <SelectField
            ui={ui}
            name="endpointId"
            label={navigation.endpoints}
            choices={[
              { value: '', label: table.all },
              { value: 'ep_4fzQ0Yw2', label: 'Order service' },
            ]}
          />
        </FilterForm>
      </div>
      <Table
        caption={navigation.deliveries}
        rows={DELIVERIES}
        hrefOf={({ transactionId }) => `#${transactionId}`}
        empty={undefined}
        columns={[
          { header: ui.text.missing.transaction, cell: ({ reference }) => reference },
          { header: ui.text.missing.status, cell: ({ state }) => <StateBadge ui={ui} state={state} /> },
          {
            header: ui.text.missing.amount,
            align: 'end',
            cell: ({ amount, currency }) => ui.format.money(amount, currency),
          },
          {
            header: ui.text.health.types,
            cell: ({ type }) => <code class="quiet">{type}</code>,
            isWideOnly: true,
          },
          { header: navigation.endpoints, cell: ({ endpoint }) => endpoint },
          {
            header: ui.text.charts.attempts,
            align: 'end',
            cell: ({ attempts }) => ui.format.number(attempts),
          },
          { header: ui.text.missing.listed, cell: ({ listedAt }) => <Time ui={ui} at={listedAt} /> },
        ]}
      />
      <Pagination ui={ui} shown={ui.format.number(DELIVERIES.length)} olderHref="#" />
    </MerchantFrame>
  );
}

export function DeliveryScene(scene: Scene) {
  const { ui } = scene;
  const { navigation, missing, timeline } = ui.text;
  return (
    <MerchantFrame scene={scene} current="deliveries" title="ORDER-2026-118204" name={NAME}>
      <PageHeader
        title="ORDER-2026-118204"
        crumbs={[{ label: navigation.deliveries, href: '#' }]}
        state={<StateBadge ui={ui} state="retrying" isPill />}
        actions={
          <>
            <LinkButton href="#confirm" opens="acknowledge">
              {timeline.acknowledge}
            </LinkButton>
            <ActionForm action="#" csrf={CSRF}>
              <Button kind="main" icon="replay">
                {missing.sendAgain}
              </Button>
            </ActionForm>
          </>
        }
      />
      <section class="card">
        <KeyValues
          isWide
          items={[
            { key: missing.transaction, value: <Id ui={ui} value="pay_8f3KtQz1" of={missing.transaction} /> },
            { key: missing.amount, value: ui.format.money(12_990, 'EUR') },
            { key: missing.status, value: <StateBadge ui={ui} state="succeeded" /> },
            { key: missing.listed, value: <Time ui={ui} at={RETRYING.listedAt} /> },
            { key: navigation.endpoints, value: 'Order service' },
          ]}
        />
      </section>
      <Timeline ui={ui} id="timeline" history={RETRYING} />
      <Section id="body" title={timeline.event}>
        <CodeBlock ui={ui} title={timeline.event} isTitleHidden code={BODY} language="json" />
        <CodeTabs ui={ui} id="verify" title={ui.text.snippets.verify} tabs={VERIFY_SNIPPETS} />
      </Section>
      <ConfirmDialog
        id="acknowledge"
        ui={ui}
        title={timeline.acknowledge}
        action="#"
        csrf={CSRF}
        confirm={ui.text.actions.confirm}
        back="#"
      >
        <p>{ui.text.stateHelp.acknowledged}</p>
      </ConfirmDialog>
    </MerchantFrame>
  );
}

export function TimelinesScene(scene: Scene) {
  const { ui } = scene;
  return (
    <MerchantFrame scene={scene} current="deliveries" title={ui.text.timeline.title} name={HOSTILE_NAME}>
      <PageHeader title={ui.text.timeline.title} />
      <div>
        <Timeline ui={ui} id="timeline" history={FIRST_TRY} />
      </div>
    </MerchantFrame>
  );
}

export function AcknowledgedScene(scene: Scene) {
  const { ui } = scene;
  return (
    <MerchantFrame scene={scene} current="deliveries" title={ui.text.timeline.title} name={NAME}>
      <PageHeader title={ui.text.timeline.title} state={<StateBadge ui={ui} state="acknowledged" isPill />} />
      <Timeline ui={ui} id="timeline" history={ACKNOWLEDGED} />
      <ConfirmPage
        ui={ui}
        title={ui.text.states.disabled}
        action="#"
        csrf={CSRF}
        confirm={ui.text.actions.confirm}
        back="#"
        isDangerous
      >
        <p>{ui.text.stateHelp.blocked}</p>
      </ConfirmPage>
    </MerchantFrame>
  );
}

export function EndpointsScene(scene: Scene) {
  const { ui } = scene;
  const { navigation, fields } = ui.text;
  return (
    <MerchantFrame scene={scene} current="endpoints" title={navigation.endpoints} name={NAME}>
      <PageHeader
        title={navigation.endpoints}
        actions={
          <LinkButton href="#new" kind="main">
            {navigation.endpoints}
          </LinkButton>
        }
      />
      <div class="columns wide">
        {ENDPOINTS.map((endpoint, index) => (
          <HealthCard
            ui={ui}
            endpoint={endpoint}
            href="#endpoint"
            counts={{
              attempts: 4_210 - index * 1_400,
              delivered: 4_198 - index * 1_700,
              byHour: HOURS.map(({ delivered }) => delivered),
            }}
          />
        ))}
      </div>
      <section class="card narrow">
        <ActionForm action="#" csrf={CSRF} layout="stack">
          <TextField
            ui={ui}
            name="url"
            label="URL"
            type="url"
            isRequired
            isCode
            value="http://10.0.0.1"
            error={ui.text.reasons.address_refused}
          />
          <TextAreaField ui={ui} name="description" label={ui.text.health.types} hint={fields.optional} />
          <CheckField name="enabled" label={ui.text.states.enabled} isChecked />
          <div class="buttons end">
            <Button kind="main">{ui.text.actions.confirm}</Button>
          </div>
        </ActionForm>
      </section>
    </MerchantFrame>
  );
}

export function ReconciliationScene(scene: Scene) {
  const { ui } = scene;
  return (
    <MerchantFrame
      scene={scene}
      current="reconciliation"
      title={ui.text.navigation.reconciliation}
      name={NAME}
    >
      <PageHeader title={ui.text.navigation.reconciliation} />
      <LedgerComparison
        ui={ui}
        merchantId="acme-pay"
        scriptHref="/reconciliation.js"
        workerHref="/worker.js"
        baseHref="#"
        sendAgainHref="#"
        csrf={CSRF}
        windowSeconds={300}
        closedThrough="2026-11-25T14:00:00.000Z"
        keptSince="2026-08-28T00:00:00.000Z"
      />
      <WindowCalendar
        ui={ui}
        days={DAYS}
        hours={{ of: '2026-11-25T00:00:00.000Z', cells: DAY_HOURS }}
        windows={{ of: '2026-11-25T14:00:00.000Z', cells: HOUR_WINDOWS }}
      />
    </MerchantFrame>
  );
}
