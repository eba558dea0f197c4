import { readTransactionBack } from '../../../api/transactions/ask-contract.ts';
import { resolveTransaction } from '../../../api/unresolved/unresolved-contract.ts';
import { ApiProblem } from '../../asking/api-problem.ts';
import type { AnswerOf } from '../../asking/console-api.ts';
import { action, type Frame, type Performed, page } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { LinkButton } from '../../view/controls/button.tsx';
import { ConfirmPage } from '../../view/controls/confirm.tsx';
import { EmptyState } from '../../view/data/empty-state.tsx';
import { Foreign } from '../../view/data/foreign.tsx';
import { Id, KeyValues } from '../../view/data/key-values.tsx';
import { StateBadge } from '../../view/data/state-badge.tsx';
import { Time } from '../../view/data/time.tsx';
import { PageHeader } from '../../view/page/page-header.tsx';
import { CheckHistory } from './check-history.tsx';
import { type ChosenEnd, type ChosenEndResult, chosenEnd } from './chosen-end.ts';
import { EndForm } from './end-form.tsx';

interface Key {
  readonly merchantId: string;
  readonly transactionId: string;
}

interface Props extends Key {
  readonly transaction: AnswerOf<typeof readTransactionBack>;
  /** What the form was filled in with. Undefined: it was not sent yet. */
  readonly chosen: ChosenEndResult | undefined;
  readonly given: (name: string) => string | undefined;
}

export const UNRESOLVED_ONE = '/unresolved/{merchantId}/{transactionId}';

/** One unresolved transaction. Its form leads to this page again, which then asks for confirmation. */
export const unresolvedOnePage = page({
  path: UNRESOLVED_ONE,
  who: 'operator',
  async load({ api, params, query, ui }): Promise<Props> {
    const { merchantId, transactionId } = params;
    const transaction = await api.ask(readTransactionBack, { params: { merchantId, transactionId } });
    const chosen = query('status') === undefined ? undefined : chosenEnd(query, ui.now);
    return { merchantId, transactionId, transaction, chosen, given: query };
  },
  title: (_text, { transactionId }) => transactionId,
  place: () => ({ current: 'unresolved' }),
  view: UnresolvedOne,
});

function UnresolvedOne(props: Props, frame: Frame) {
  const { merchantId, transactionId, transaction, chosen, given } = props;
  const { ui, text } = frame;
  const { unresolved: words } = text;
  const isUnresolved = transaction.checkBack?.state === 'unresolved';
  if (isUnresolved && chosen?.kind === 'end') return <Confirm {...props} end={chosen.end} frame={frame} />;
  const { amount, currency, reference, transactionType } = transaction;
  return (
    <>
      <PageHeader
        title={<Foreign text={reference ?? transactionId} />}
        crumbs={[{ label: words.title, href: hrefOf('/unresolved') }]}
        state={isUnresolved && <StateBadge ui={ui} state="unresolved" isPill />}
      />
      {!isUnresolved && <Ended merchantId={merchantId} transactionId={transactionId} frame={frame} />}
      <section class="card">
        <KeyValues
          isWide
          items={[
            {
              key: text.transaction.id,
              value: <Id ui={ui} value={transactionId} of={text.transaction.id} />,
            },
            {
              key: words.merchant,
              value: <a href={hrefOf('/merchants/{merchantId}', { merchantId })}>{merchantId}</a>,
            },
            { key: words.amount, value: ui.format.money(amount, currency) },
            { key: text.transaction.type, value: <Foreign text={transactionType} /> },
            { key: words.pendingSince, value: <Time ui={ui} at={transaction.recordedAt} isExact /> },
          ]}
        />
      </section>
      <CheckHistory ui={ui} text={text} questions={transaction.checkBack?.attempts ?? []} />
      {isUnresolved && (
        <EndForm
          ui={ui}
          text={text}
          action={hrefOf(UNRESOLVED_ONE, { merchantId, transactionId })}
          given={given}
          wrong={chosen?.kind === 'wrong' ? chosen.field : undefined}
        />
      )}
    </>
  );
}

interface EndedProps extends Key {
  readonly frame: Frame;
}

function Ended({ merchantId, transactionId, frame: { text } }: EndedProps) {
  const { unresolved: words } = text;
  return (
    <EmptyState
      icon="done"
      title={words.ended}
      actions={
        <LinkButton
          href={hrefOf('/merchants/{merchantId}/transactions/{transactionId}', { merchantId, transactionId })}
        >
          {words.seeTransaction}
        </LinkButton>
      }
    >
      <p>{words.endedText}</p>
    </EmptyState>
  );
}

interface ConfirmProps extends Props {
  readonly end: ChosenEnd;
  readonly frame: Frame;
}

/** Names all that will be recorded: it cannot be changed afterwards. */
function Confirm({ merchantId, transactionId, transaction, end, frame }: ConfirmProps) {
  const { ui, text, csrf } = frame;
  const { unresolved: words } = text;
  const { status, occurredAt, reason } = end;
  return (
    <ConfirmPage
      ui={ui}
      csrf={csrf}
      title={words.confirmTitle}
      action={hrefOf(UNRESOLVED_ONE, { merchantId, transactionId })}
      values={{
        status,
        occurredAt,
        ...(reason && { reasonCode: reason.code, reasonMessage: reason.message }),
      }}
      confirm={words.confirm(words.statuses[status])}
      isDangerous
      back={hrefOf(UNRESOLVED_ONE, { merchantId, transactionId })}
    >
      <KeyValues
        items={[
          { key: words.transaction, value: <code>{transactionId}</code> },
          {
            key: text.transaction.reference,
            value: transaction.reference && <Foreign text={transaction.reference} />,
          },
          { key: words.merchant, value: <code>{merchantId}</code> },
          { key: words.amount, value: ui.format.money(transaction.amount, transaction.currency) },
          { key: words.status, value: <strong>{words.statuses[status]}</strong> },
          { key: words.occurredAt, value: <Time ui={ui} at={occurredAt} isExact /> },
          {
            key: words.reason,
            value: reason && (
              <>
                <code>{reason.code}</code> <Foreign text={reason.message} />
              </>
            ),
          },
        ]}
      />
      <p>{words.confirmText}</p>
    </ConfirmPage>
  );
}

/** Records the end that was confirmed. */
export const resolveOne = action({
  path: UNRESOLVED_ONE,
  who: 'operator',
  async perform({ api, params: { merchantId, transactionId }, field, ui }): Promise<Performed> {
    const chosen = chosenEnd(field, ui.now);
    const one = hrefOf(UNRESOLVED_ONE, { merchantId, transactionId });
    if (chosen.kind === 'wrong') return { kind: 'redirect', to: one };
    try {
      await api.ask(resolveTransaction, { params: { merchantId, transactionId }, body: chosen.end });
    } catch (error) {
      // Its page says that it has ended meanwhile.
      if (isEnded(error)) return { kind: 'redirect', to: one };
      throw error;
    }
    return { kind: 'redirect', to: hrefOf('/unresolved'), flash: 'resolved', about: transactionId };
  },
});

const isEnded = (error: unknown) =>
  error instanceof ApiProblem && (error.code === 'not_unresolved' || error.code === 'outcome_conflict');
