import type { Session } from '../../../core/merchants/sessions/session.ts';
import type { Frame } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { Foreign } from '../../view/data/foreign.tsx';
import type { Transaction } from './transaction-page.tsx';
import { ACKNOWLEDGE, TRANSACTION } from './transaction-paths.ts';

const SETTLED = ['delivered', 'acknowledged'];

/** Only the merchant knows that it has an outcome: an operator never says so for it. */
export function mayAcknowledge(
  session: Pick<Session, 'scope'>,
  { state }: { readonly state: string },
): boolean {
  return session.scope !== 'admin' && !SETTLED.includes(state);
}

export interface Acknowledging {
  readonly merchantId: string;
  readonly transaction: Transaction;
  /** One endpoint. Undefined: all. */
  readonly endpointId: string | undefined;
}

/** The question before retries stop. */
export function acknowledging({ merchantId, transaction, endpointId }: Acknowledging, frame: Frame) {
  const { ui, text, csrf } = frame;
  const { transaction: words } = text;
  const { transactionId, reference, version } = transaction;
  return {
    ui,
    csrf,
    title: words.acknowledgeTitle,
    children: (
      <>
        <p>
          <code>
            <Foreign text={reference ?? transactionId} />
          </code>
        </p>
        <p>{words.acknowledgeText}</p>
      </>
    ),
    action: hrefOf(ACKNOWLEDGE, { merchantId, transactionId }),
    values: { version: String(version), ...(endpointId !== undefined && { endpointId }) },
    confirm: words.acknowledge,
    back: hrefOf(TRANSACTION, { merchantId, transactionId }),
  };
}
