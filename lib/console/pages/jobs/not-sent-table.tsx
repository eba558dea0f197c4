import { hrefOf } from '../../site/paths.ts';
import type { PageText } from '../../texts/texts.ts';
import { Foreign } from '../../view/data/foreign.tsx';
import { Reason } from '../../view/data/reason.tsx';
import { Table } from '../../view/data/table.tsx';
import { Section } from '../../view/page/page-header.tsx';
import type { Ui } from '../../view/ui.ts';
import type { Job } from './job-parts.tsx';

interface NotSentTableProps {
  readonly ui: Ui;
  readonly text: PageText;
  readonly merchantId: string;
  readonly job: Job;
}

/** Why notifications were not sent, with a few of each. */
export function NotSentTable({ ui, text, merchantId, job }: NotSentTableProps) {
  const { jobs: words } = text;
  const { notSent, found, endedAt } = job;
  if (notSent.length === 0) {
    const all = endedAt === undefined ? undefined : words.allSent;
    const note = found === 0 ? words.nothingFoundYet : all;
    return note === undefined ? null : <p class="quiet">{note}</p>;
  }
  return (
    <Section id="not-sent" title={words.whyNotSent} isBare>
      <Table
        caption={words.whyNotSent}
        rows={notSent}
        columns={[
          { header: words.reason, cell: ({ reason }) => <Reason ui={ui} codes={[reason]} /> },
          { header: words.notSent, cell: ({ count }) => ui.format.number(count), align: 'end' },
          {
            header: words.examples,
            cell: ({ examples }) => (
              <span>
                {examples.map((notificationId) => (
                  <Example merchantId={merchantId} notificationId={notificationId} />
                ))}
              </span>
            ),
          },
        ]}
        empty={undefined}
      />
    </Section>
  );
}

interface ExampleProps {
  readonly merchantId: string;
  readonly notificationId: string;
}

/** Ids of notifications are `transaction.version.endpoint`; no part has a dot. */
const TRANSACTION = /^([^.]+)\.\d+\.[^.]+$/;

function Example({ merchantId, notificationId }: ExampleProps) {
  const transactionId = TRANSACTION.exec(notificationId)?.[1];
  const name = <Foreign text={transactionId ?? notificationId} />;
  if (transactionId === undefined) return <code>{name} </code>;
  const to = hrefOf('/merchants/{merchantId}/transactions/{transactionId}', { merchantId, transactionId });
  return (
    <>
      <a href={to}>
        <code>{name}</code>
      </a>{' '}
    </>
  );
}
