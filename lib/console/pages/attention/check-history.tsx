import type { readTransactionBack } from '../../../api/transactions/ask-contract.ts';
import type { AnswerOf } from '../../asking/console-api.ts';
import type { PageText } from '../../texts/texts.ts';
import { Reason } from '../../view/data/reason.tsx';
import { Table } from '../../view/data/table.tsx';
import { Time } from '../../view/data/time.tsx';
import { Section } from '../../view/page/page-header.tsx';
import type { Ui } from '../../view/ui.ts';

type CheckBack = NonNullable<AnswerOf<typeof readTransactionBack>['checkBack']>;

interface CheckHistoryProps {
  readonly ui: Ui;
  readonly text: PageText;
  /** Oldest first. */
  readonly questions: CheckBack['attempts'];
}

/** The requests to the initiator that brought no end. */
export function CheckHistory({ ui, text: { unresolved: words }, questions }: CheckHistoryProps) {
  return (
    <Section id="check-history" title={words.history} isBare>
      <Table
        caption={words.history}
        rows={questions}
        columns={[
          { header: words.number, cell: ({ number }) => ui.format.number(number) },
          { header: words.at, cell: ({ at }) => <Time ui={ui} at={at} /> },
          {
            header: words.result,
            cell: ({ result, detail, statusCode }) => (
              <Reason ui={ui} codes={[result, detail]} statusCode={statusCode} />
            ),
          },
          { header: words.took, cell: ({ durationMs }) => ui.format.duration(durationMs), align: 'end' },
        ]}
        empty={<p class="quiet">{words.noHistory}</p>}
      />
    </Section>
  );
}
