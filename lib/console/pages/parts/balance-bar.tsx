import type { Child } from 'hono/jsx';
import type { readOverviewOperation } from '../../../api/overview/overview-contract.ts';
import type { AnswerOf } from '../../asking/console-api.ts';
import { hrefOf } from '../../site/paths.ts';
import { SumBar } from '../../view/charts/sum-bar.tsx';
import type { Ui } from '../../view/ui.ts';

export type OverviewAnswer = AnswerOf<typeof readOverviewOperation>;
type Balance = OverviewAnswer['balance'];

interface BalanceBarProps {
  readonly ui: Ui;
  readonly balance: Balance;
  /** Whose deliveries the parts lead to. Undefined: several merchants', which no list shows together. */
  readonly merchantId: string | undefined;
  readonly note: Child;
}

/** The balance of the last day. What the audit created again was lost for a time; what is missing is lost now. */
export function BalanceBar({ ui, balance, merchantId, note }: BalanceBarProps) {
  const { missing, lost, ...sums } = balance;
  return (
    <SumBar
      ui={ui}
      note={note}
      sums={{ ...sums, lost: missing, created: lost }}
      hrefOf={(part) =>
        // `open` are two states, and deliveries are listed by one.
        merchantId === undefined || part === 'open' ? undefined : deliveriesOf(merchantId, part)
      }
    />
  );
}

export const deliveriesOf = (merchantId: string, state: string) =>
  hrefOf('/merchants/{merchantId}/deliveries', { merchantId }, { state });
