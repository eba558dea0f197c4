import { acknowledge, redeliver } from '../../../api/notifications/settle-contract.ts';
import { action, page } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { LinkButton } from '../../view/controls/button.tsx';
import { ConfirmPage } from '../../view/controls/confirm.tsx';
import { EmptyState } from '../../view/data/empty-state.tsx';
import { type Acknowledging, acknowledging } from './acknowledging.tsx';
import { readTransaction } from './found-deliveries.ts';
import { ACKNOWLEDGE, SEND_AGAIN, TRANSACTION } from './transaction-paths.ts';

/** What can be done about a transaction's notifications. */

export const sendAgain = action({
  path: SEND_AGAIN,
  who: 'merchant',
  async perform({ api, params: { merchantId, transactionId }, field }) {
    const notificationId = field('notificationId') ?? '';
    await api.ask(redeliver, { merchantId, params: { notificationId } });
    return {
      kind: 'redirect',
      to: hrefOf(TRANSACTION, { merchantId, transactionId }),
      flash: 'sentAgain',
      about: notificationId,
    };
  },
});

/** Asks the same where no script opens the dialog. */
export const acknowledgePage = page({
  path: ACKNOWLEDGE,
  who: 'merchant',
  async load(visit): Promise<Acknowledging> {
    const { merchantId, transactionId } = visit.params;
    const transaction = await readTransaction(visit, transactionId);
    return { merchantId, transaction, endpointId: visit.query('endpointId') };
  },
  title: (text) => text.transaction.acknowledgeTitle,
  place: ({ merchantId }) => ({ current: 'deliveries', merchant: { id: merchantId } }),
  view(props, frame) {
    const question = acknowledging(props, frame);
    if (frame.session.scope !== 'admin') return <ConfirmPage {...question} />;
    return (
      <EmptyState
        icon="deliveries"
        title={frame.text.transaction.onlyMerchant}
        actions={<LinkButton href={question.back}>{frame.ui.text.actions.back}</LinkButton>}
      >
        <p>{frame.text.transaction.onlyMerchantText}</p>
      </EmptyState>
    );
  },
});

export const acknowledgeOutcome = action({
  path: ACKNOWLEDGE,
  who: 'merchant',
  async perform({ api, params: { merchantId, transactionId }, field }) {
    const endpointId = field('endpointId');
    const body = { version: Number(field('version')), ...(endpointId !== undefined && { endpointId }) };
    await api.ask(acknowledge, { params: { transactionId }, body: body as never });
    return {
      kind: 'redirect',
      to: hrefOf(TRANSACTION, { merchantId, transactionId }),
      flash: 'acknowledged',
      about: transactionId,
    };
  },
});
