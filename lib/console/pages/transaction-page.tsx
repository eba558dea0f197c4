import { listEndpoints } from '../../api/endpoints/endpoints-contract.ts';
import { readMerchant } from '../../api/merchants/merchants-contract.ts';
import { redeliver } from '../../api/notifications/settle-contract.ts';
import { askTransaction, readTransactionBack } from '../../api/transactions/ask-contract.ts';
import type { Schedule } from '../../core/schedule.ts';
import type { AnswerOf } from '../asking/console-api.ts';
import { action, type Frame, page } from '../site/page.ts';
import { hrefOf } from '../site/paths.ts';
import { ActionForm, Button } from '../view/controls/button.tsx';
import { CodeTabs } from '../view/data/code-block.tsx';
import { EmptyState } from '../view/data/empty-state.tsx';
import { Foreign } from '../view/data/foreign.tsx';
import { Id, KeyValues } from '../view/data/key-values.tsx';
import { StateBadge } from '../view/data/state-badge.tsx';
import { Time } from '../view/data/time.tsx';
import { Timeline } from '../view/delivery/timeline.tsx';
import { VERIFY_SNIPPETS } from '../view/delivery/verify-snippets.ts';
import { PageHeader } from '../view/page/page-header.tsx';
import { OutcomeBadge } from './parts/outcome-badge.tsx';
import { attemptsAhead } from './parts/schedule-ahead.ts';

type Transaction = AnswerOf<typeof readTransactionBack>;
type Notification = Transaction['notifications'][number];

interface Props {
  readonly merchantId: string;
  readonly transaction: Transaction;
  readonly merchant: AnswerOf<typeof readMerchant>;
  readonly endpoints: AnswerOf<typeof listEndpoints>['items'];
}

const PATH = '/merchants/{merchantId}/transactions/{transactionId}';
const SEND_AGAIN = '/merchants/{merchantId}/transactions/{transactionId}/send-again';

export const transactionPage = page({
  path: PATH,
  who: 'merchant',
  async load({ api, session, params }): Promise<Props> {
    const { merchantId, transactionId } = params;
    const [transaction, merchant, { items: endpoints }] = await Promise.all([
      session.scope === 'admin'
        ? api.ask(readTransactionBack, { params: { merchantId, transactionId } })
        : api.ask(askTransaction, { params: { transactionId } }),
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
  const { merchantId, transaction } = props;
  const { ui, text } = frame;
  const { transaction: words } = text;
  const { transactionId, reference, amount, currency } = transaction;
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
      <section class="card">
        <KeyValues
          isWide
          items={[
            { key: words.id, value: <Id ui={ui} value={transactionId} of={words.id} /> },
            {
              key: words.reference,
              value: reference === undefined ? undefined : <Foreign text={reference} />,
            },
            { key: words.type, value: transaction.transactionType },
            { key: words.amount, value: ui.format.money(amount, currency) },
            { key: words.occurred, value: <Time ui={ui} at={transaction.occurredAt} /> },
            { key: words.recorded, value: <Time ui={ui} at={transaction.recordedAt} /> },
          ]}
        />
      </section>
      {transaction.notifications.length === 0 && (
        <EmptyState icon="deliveries" title={words.noNotifications}>
          <p>{transaction.status === 'PENDING' ? words.stillPending : words.noEndpoint}</p>
        </EmptyState>
      )}
      {transaction.notifications.map((notification) => NotificationView({ props, notification }, frame))}
      <section class="card">
        <CodeTabs ui={ui} id="verify" title={ui.text.snippets.verify} tabs={VERIFY_SNIPPETS} />
      </section>
    </>
  );
}

interface NotificationProps {
  readonly props: Props;
  readonly notification: Notification;
}

/** The course of one notification. */
function NotificationView({ props, notification }: NotificationProps, { ui, text, csrf }: Frame) {
  const { merchantId, transaction, merchant, endpoints } = props;
  const { transactionId, listedAt, recordedAt } = transaction;
  const { notificationId, endpointId, state, attempts, lastRequest } = notification;
  const endpoint = endpoints.find((one) => one.endpointId === endpointId);
  const schedule = (endpoint?.schedule ?? merchant.schedule) as Schedule;
  return (
    <Timeline
      ui={ui}
      id={`n-${notificationId}`}
      title={<Foreign text={endpoint?.description ?? endpoint?.url ?? endpointId} />}
      state={<StateBadge ui={ui} state={state} isPill />}
      actions={
        <ActionForm
          action={hrefOf(SEND_AGAIN, { merchantId, transactionId })}
          csrf={csrf}
          values={{ notificationId }}
        >
          <Button icon="replay">{text.transaction.sendAgain}</Button>
        </ActionForm>
      }
      history={{
        listedAt: listedAt ?? recordedAt,
        attempts,
        planned: attemptsAhead(notification, schedule),
        ...(lastRequest && { request: lastRequest }),
      }}
    />
  );
}

export const sendAgain = action({
  path: SEND_AGAIN,
  who: 'merchant',
  async perform({ api, params: { merchantId, transactionId }, field }) {
    const notificationId = field('notificationId') ?? '';
    await api.ask(redeliver, { merchantId, params: { notificationId } });
    return {
      kind: 'redirect',
      to: hrefOf(PATH, { merchantId, transactionId }),
      flash: 'sentAgain',
      about: notificationId,
    };
  },
});
