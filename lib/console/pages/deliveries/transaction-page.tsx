import { listEndpoints } from '../../../api/endpoints/endpoints-contract.ts';
import { readMerchant } from '../../../api/merchants/merchants-contract.ts';
import type { readTransactionBack } from '../../../api/transactions/ask-contract.ts';
import type { Schedule } from '../../../core/schedule.ts';
import type { AnswerOf } from '../../asking/console-api.ts';
import { type Frame, page } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { ActionForm, Button, LinkButton } from '../../view/controls/button.tsx';
import { ConfirmDialog } from '../../view/controls/confirm.tsx';
import { EmptyState } from '../../view/data/empty-state.tsx';
import { Foreign } from '../../view/data/foreign.tsx';
import { Id, KeyValues } from '../../view/data/key-values.tsx';
import { Reason } from '../../view/data/reason.tsx';
import { StateBadge } from '../../view/data/state-badge.tsx';
import { Time } from '../../view/data/time.tsx';
import { Timeline } from '../../view/delivery/timeline.tsx';
import { PageHeader } from '../../view/page/page-header.tsx';
import { acknowledging, mayAcknowledge } from './acknowledging.tsx';
import { CallbackSection } from './callback-section.tsx';
import { readTransaction } from './found-deliveries.ts';
import { OutcomeBadge } from './outcome-badge.tsx';
import { attemptsAhead } from './schedule-ahead.ts';
import { ACKNOWLEDGE, SEND_AGAIN, TRANSACTION } from './transaction-paths.ts';

export type Transaction = AnswerOf<typeof readTransactionBack>;
type Notification = Transaction['notifications'][number];

interface Props {
  readonly merchantId: string;
  readonly transaction: Transaction;
  readonly merchant: AnswerOf<typeof readMerchant>;
  readonly endpoints: AnswerOf<typeof listEndpoints>['items'];
}

export const transactionPage = page({
  path: TRANSACTION,
  who: 'merchant',
  async load(visit): Promise<Props> {
    const { api, params } = visit;
    const { merchantId, transactionId } = params;
    const [transaction, merchant, { items: endpoints }] = await Promise.all([
      readTransaction(visit, transactionId),
      api.ask(readMerchant, { merchantId }),
      api.ask(listEndpoints, { merchantId }),
    ]);
    return { merchantId, transaction, merchant, endpoints };
  },
  title: (_text, { transaction }) => transaction.transactionId,
  place: ({ merchant: { merchantId, name } }) => ({
    current: 'deliveries',
    merchant: { id: merchantId, name },
  }),
  view: TransactionView,
});

function TransactionView(props: Props, frame: Frame) {
  const { merchantId, transaction, endpoints } = props;
  const { ui, text } = frame;
  const { transaction: words } = text;
  const { transactionId, reference, notifications } = transaction;
  return (
    <>
      <PageHeader
        title={<Foreign text={reference ?? transactionId} />}
        state={<OutcomeBadge ui={ui} status={transaction.status} isPill />}
        crumbs={[
          {
            label: text.deliveries.title,
            href: hrefOf('/merchants/{merchantId}/deliveries', { merchantId }),
          },
        ]}
      />
      <Facts transaction={transaction} frame={frame} />
      {notifications.length === 0 && (
        <EmptyState icon="deliveries" title={words.noNotifications}>
          <p>{transaction.status === 'PENDING' ? words.stillPending : words.noEndpoint}</p>
        </EmptyState>
      )}
      {notifications.map((notification) => NotificationView({ props, notification }, frame))}
      {transaction.status !== 'PENDING' && (
        <CallbackSection transaction={transaction} endpoints={endpoints} frame={frame} />
      )}
    </>
  );
}

interface FactsProps {
  readonly transaction: Transaction;
  readonly frame: Frame;
}

function Facts({ transaction, frame: { ui, text } }: FactsProps) {
  const { transaction: words } = text;
  const { transactionId, reference, amount, currency, reason, relatedTransactionId, checkBack } = transaction;
  return (
    <section class="card">
      <KeyValues
        isWide
        items={[
          { key: words.id, value: <Id ui={ui} value={transactionId} of={words.id} /> },
          { key: words.reference, value: reference && <Id ui={ui} value={reference} of={words.reference} /> },
          { key: words.type, value: transaction.transactionType },
          { key: words.amount, value: ui.format.money(amount, currency) },
          {
            key: words.reason,
            value: reason && (
              <>
                <Foreign text={reason.message} />{' '}
                <code class="quiet">
                  <Foreign text={reason.code} />
                </code>
              </>
            ),
          },
          { key: words.related, value: relatedTransactionId && <Id ui={ui} value={relatedTransactionId} /> },
          { key: words.occurred, value: <Time ui={ui} at={transaction.occurredAt} /> },
          { key: words.recorded, value: <Time ui={ui} at={transaction.recordedAt} /> },
          { key: words.checkBack, value: checkBack && ui.text.states[checkBack.state] },
        ]}
      />
    </section>
  );
}

interface NotificationProps {
  readonly props: Props;
  readonly notification: Notification;
}

/** The course of one notification. */
function NotificationView({ props, notification }: NotificationProps, frame: Frame) {
  const { transaction, merchant, endpoints } = props;
  const { ui } = frame;
  const { listedAt, recordedAt } = transaction;
  const { notificationId, endpointId, state, attempts, lastRequest, blockedReason } = notification;
  const endpoint = endpoints.find((one) => one.endpointId === endpointId);
  const schedule = (endpoint?.schedule ?? merchant.schedule) as Schedule;
  return (
    <Timeline
      ui={ui}
      id={`n-${notificationId}`}
      title={<Foreign text={endpoint?.description ?? endpoint?.url ?? endpointId} />}
      state={
        <>
          <StateBadge ui={ui} state={state} isPill />
          {blockedReason !== undefined && <Reason ui={ui} codes={[blockedReason]} />}
        </>
      }
      actions={<NotificationActions {...{ props, notification }} frame={frame} />}
      history={{
        listedAt: listedAt ?? recordedAt,
        attempts,
        planned: attemptsAhead(notification, schedule),
        ...(lastRequest && { request: lastRequest }),
      }}
    />
  );
}

/** Sending again is possible in every state. Only a merchant knows that it has an outcome. */
function NotificationActions({ props, notification, frame }: NotificationProps & { readonly frame: Frame }) {
  const { merchantId, transaction } = props;
  const { session, text, csrf } = frame;
  const { transactionId } = transaction;
  const { notificationId, endpointId } = notification;
  const id = `acknowledge-${notificationId}`;
  const question = { merchantId, transaction, endpointId };
  return (
    <>
      {mayAcknowledge(session, notification) && (
        <>
          <LinkButton href={hrefOf(ACKNOWLEDGE, { merchantId, transactionId }, { endpointId })} opens={id}>
            {text.transaction.acknowledge}
          </LinkButton>
          <ConfirmDialog id={id} {...acknowledging(question, frame)} />
        </>
      )}
      <ActionForm
        action={hrefOf(SEND_AGAIN, { merchantId, transactionId })}
        csrf={csrf}
        values={{ notificationId }}
      >
        <Button icon="replay">{text.transaction.sendAgain}</Button>
      </ActionForm>
    </>
  );
}
