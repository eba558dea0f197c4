import { redeliver } from '../../../api/notifications/settle-contract.ts';
import { askTransaction, readTransactionBack } from '../../../api/transactions/ask-contract.ts';
import { boundedMap } from '../../../protocol/runtime/bounded-map.ts';
import { ApiProblem } from '../../asking/api-problem.ts';
import { action, type Submission } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';

export const SEND_ROWS_AGAIN = '/merchants/{merchantId}/reconciliation/send-again';

/** Transactions of one form. Each takes a few requests to the API, within the time of one request to the console. */
const MAX_ROWS = 50;
const AT_ONCE = 5;

/** Sends the callbacks of the chosen transactions again. What cannot be sent any more is left out of the count. */
export const sendRowsAgain = action({
  path: SEND_ROWS_AGAIN,
  who: 'merchant',
  async perform(submission) {
    const { params, fields } = submission;
    const chosen = [...new Set(fields('transactionId'))].slice(0, MAX_ROWS);
    const sent = await boundedMap(chosen, AT_ONCE, (transactionId) => sendOne(submission, transactionId));
    return {
      kind: 'redirect',
      to: hrefOf('/merchants/{merchantId}/reconciliation', params),
      flash: 'manySentAgain',
      about: String(sent.filter(Boolean).length),
    };
  },
});

type Sending = Submission<typeof SEND_ROWS_AGAIN>;

async function sendOne({ api, session, params }: Sending, transactionId: string): Promise<boolean> {
  const { merchantId } = params;
  try {
    const { notifications } =
      session.scope === 'admin'
        ? await api.ask(readTransactionBack, { params: { merchantId, transactionId } })
        : await api.ask(askTransaction, { params: { transactionId } });
    for (const { notificationId } of notifications) {
      await api.ask(redeliver, { merchantId, params: { notificationId } });
    }
    return notifications.length > 0;
  } catch (error) {
    // A transaction that only the ledger knows.
    if (error instanceof ApiProblem && error.status < 500 && error.status !== 401) return false;
    throw error;
  }
}
