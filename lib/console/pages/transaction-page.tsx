import { redeliver } from '../../api/notifications/settle-contract.ts';
import { askTransaction, readTransactionBack } from '../../api/transactions/ask-contract.ts';
import type { AnswerOf } from '../asking/console-api.ts';
import { action, type Frame, page } from '../site/page.ts';
import { hrefOf } from '../site/paths.ts';
import { ActionForm, Button } from '../view/controls/button.tsx';
import { Foreign } from '../view/data/foreign.tsx';
import { Id, KeyValues } from '../view/data/key-values.tsx';
import { StateBadge } from '../view/data/state-badge.tsx';
import { Table } from '../view/data/table.tsx';
import { Time } from '../view/data/time.tsx';
import { PageHeader, Section } from '../view/page/page-header.tsx';

type Transaction = AnswerOf<typeof readTransactionBack>;
type Notification = Transaction['notifications'][number];

interface Props {
  readonly merchantId: string;
  readonly transaction: Transaction;
}

const PATH = '/merchants/{merchantId}/transactions/{transactionId}';
const SEND_AGAIN = '/merchants/{merchantId}/transactions/{transactionId}/send-again';

export const transactionPage = page({
  path: PATH,
  who: 'merchant',
  async load({ api, session, params }): Promise<Props> {
    const { merchantId, transactionId } = params;
    const transaction =
      session.scope === 'admin'
        ? await api.ask(readTransactionBack, { params: { merchantId, transactionId } })
        : await api.ask(askTransaction, { params: { transactionId } });
    return { merchantId, transaction };
  },
  title: (_text, { transaction }) => transaction.transactionId,
  place: ({ merchantId }) => ({ current: 'deliveries', merchant: { id: merchantId } }),
  view: TransactionView,
});

function TransactionView({ merchantId, transaction }: Props, frame: Frame) {
  const { ui, text } = frame;
  const { transaction: words } = text;
  const { transactionId, reference, amount, currency } = transaction;
  return (
    <>
      <PageHeader
        title={<code>{transactionId}</code>}
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
            { key: words.outcome, value: `${transaction.transactionType} ${transaction.status}` },
            { key: words.amount, value: ui.format.money(amount, currency) },
            { key: words.occurred, value: <Time ui={ui} at={transaction.occurredAt} /> },
            { key: words.recorded, value: <Time ui={ui} at={transaction.recordedAt} /> },
          ]}
        />
      </section>
      {transaction.notifications.map((notification) =>
        NotificationView({ merchantId, transactionId, notification }, frame),
      )}
    </>
  );
}

interface NotificationProps {
  readonly merchantId: string;
  readonly transactionId: string;
  readonly notification: Notification;
}

function NotificationView({ merchantId, transactionId, notification }: NotificationProps, frame: Frame) {
  const { ui, text, csrf } = frame;
  const { transaction: words } = text;
  const { notificationId, endpointId, state, attempts, nextAttemptAt } = notification;
  return (
    <Section
      id={notificationId}
      title={
        <>
          <code>{endpointId}</code> <StateBadge ui={ui} state={state} isPill />
        </>
      }
      actions={
        <ActionForm
          action={hrefOf(SEND_AGAIN, { merchantId, transactionId })}
          csrf={csrf}
          values={{ notificationId }}
        >
          <Button icon="replay">{words.sendAgain}</Button>
        </ActionForm>
      }
    >
      {nextAttemptAt !== undefined && (
        <p>
          {words.next} <Time ui={ui} at={nextAttemptAt} />
        </p>
      )}
      <Table
        caption={words.attempts}
        rows={attempts}
        columns={[
          { header: words.number, cell: ({ number }) => ui.format.number(number) },
          { header: words.at, cell: ({ at }) => <Time ui={ui} at={at} isExact /> },
          { header: words.took, cell: ({ durationMs }) => ui.format.duration(durationMs) },
          { header: words.status, cell: ({ statusCode }) => statusCode },
          { header: words.error, cell: ({ error, detail }) => [error, detail].filter(Boolean).join(' ') },
          {
            header: words.answer,
            cell: ({ responseSnippet }) => responseSnippet && <Foreign text={responseSnippet} />,
          },
        ]}
        empty={<p class="quiet">{ui.text.timeline.none}</p>}
      />
    </Section>
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
