import type { listDeadLetters } from '../../../api/dead-letters/dead-letters-contract.ts';
import type { AnswerOf } from '../../asking/console-api.ts';
import { hrefOf } from '../../site/paths.ts';
import type { PageText } from '../../texts/texts.ts';
import { Foreign } from '../../view/data/foreign.tsx';
import { Table } from '../../view/data/table.tsx';
import { Time } from '../../view/data/time.tsx';
import type { Ui } from '../../view/ui.ts';

type Letter = AnswerOf<typeof listDeadLetters>['queues'][number]['items'][number];

interface LetterTableProps {
  readonly ui: Ui;
  readonly text: PageText;
  readonly caption: string;
  readonly letters: readonly Letter[];
}

/** Dead letters with what they are about, why they are here, and their body. */
export function LetterTable({ ui, text, caption, letters }: LetterTableProps) {
  const { deadLetters: words } = text;
  return (
    <Table
      caption={caption}
      rows={letters}
      columns={[
        { header: words.about, cell: (letter) => <About letter={letter} text={text} /> },
        { header: words.reason, cell: ({ reason }) => <Why reason={reason} text={text} /> },
        {
          header: words.sent,
          cell: ({ sentAt }) => (sentAt === undefined ? '–' : <Time ui={ui} at={sentAt} />),
        },
        { header: words.way, cell: ({ canGoBack }) => (canGoBack ? words.yes : words.no) },
        { header: words.body, cell: ({ body }) => <Body body={body} text={text} /> },
      ]}
      empty={<p class="quiet">{words.busy}</p>}
    />
  );
}

interface AboutProps {
  readonly letter: Letter;
  readonly text: PageText;
}

/** The transaction, if the letter can be read that far. Its ids are what somebody sent: they need not exist. */
function About({ letter, text: { deadLetters: words } }: AboutProps) {
  const { merchantId, transactionId, endpointId } = letter;
  if (merchantId === undefined || transactionId === undefined) {
    return <span class="quiet">{words.unknown}</span>;
  }
  return (
    <span>
      <a href={hrefOf('/merchants/{merchantId}/transactions/{transactionId}', { merchantId, transactionId })}>
        <code>
          <Foreign text={transactionId} />
        </code>
      </a>{' '}
      <span class="quiet">
        <Foreign text={`${merchantId} · ${endpointId ?? words.check}`} />
      </span>
    </span>
  );
}

/** As the API says it for a letter that the queue itself set aside. */
const TOO_OFTEN = 'received too often';

interface WhyProps {
  readonly reason: string;
  readonly text: PageText;
}

function Why({ reason, text: { deadLetters: words } }: WhyProps) {
  return reason === TOO_OFTEN ? words.tooOften : <Foreign text={reason} />;
}

interface BodyProps {
  readonly body: string;
  readonly text: PageText;
}

function Body({ body, text: { deadLetters: words } }: BodyProps) {
  return (
    <details class="letter">
      <summary>{words.show}</summary>
      <pre tabindex={0}>
        <code>
          <Foreign text={body} isLines />
        </code>
      </pre>
    </details>
  );
}
