import type { Child } from 'hono/jsx';
import type { listAuditLog } from '../../../api/audit-log/audit-log-contract.ts';
import type { Action } from '../../../core/merchants/audit-log/actions.ts';
import type { AnswerOf } from '../../asking/console-api.ts';
import { hrefOf } from '../../site/paths.ts';
import type { PageText } from '../../texts/texts.ts';
import { Foreign } from '../../view/data/foreign.tsx';
import { Table } from '../../view/data/table.tsx';
import { Time } from '../../view/data/time.tsx';
import type { Ui } from '../../view/ui.ts';

type Entry = AnswerOf<typeof listAuditLog>['items'][number];

interface AuditTableProps {
  readonly ui: Ui;
  readonly text: PageText;
  readonly entries: readonly Entry[];
  /** Entries of one merchant do not repeat its id. */
  readonly isOfOneMerchant: boolean;
  readonly empty: Child;
}

/** Entries of the audit log: which key did what, to what. */
export function AuditTable({ ui, text, entries, isOfOneMerchant, empty }: AuditTableProps) {
  const { auditLog: words } = text;
  return (
    <Table
      caption={words.title}
      rows={entries}
      columns={[
        { header: words.action, cell: ({ action }) => actionOf(text, action) },
        {
          header: words.about,
          cell: (entry) => <About entry={entry} text={text} isPlain={isOfOneMerchant} />,
        },
        { header: words.details, cell: (entry) => <Details entry={entry} /> },
        { header: words.by, cell: ({ by }) => <code>{by}</code> },
        { header: words.time, cell: ({ at }) => <Time ui={ui} at={at} /> },
      ]}
      empty={empty}
    />
  );
}

/** Every action has a name here. One of a newer version is shown as it is. */
function actionOf({ auditLog }: PageText, action: string): string {
  const names: Readonly<Record<Action, string>> = auditLog.actions;
  return Object.hasOwn(names, action) ? names[action as Action] : action;
}

interface AboutProps {
  readonly entry: Entry;
  readonly text: PageText;
  readonly isPlain: boolean;
}

function About({ entry, text, isPlain }: AboutProps) {
  const { merchantId } = entry;
  const [name, href] = subjectOf(entry, text);
  const subject = (
    <code>
      <Foreign text={name} />
    </code>
  );
  return (
    <span>
      {href === undefined ? subject : <a href={href}>{subject}</a>}{' '}
      {!isPlain && merchantId !== undefined && merchantId !== name && <span class="quiet">{merchantId}</span>}
    </span>
  );
}

/** What was acted on, and its page if it has one. */
function subjectOf(entry: Entry, { auditLog }: PageText): readonly [name: string, href?: string] {
  const { merchantId = '', transactionId, jobId, endpointId, keyId, recordId, queue } = entry;
  if (transactionId !== undefined) {
    const path = '/merchants/{merchantId}/transactions/{transactionId}';
    return [transactionId, hrefOf(path, { merchantId, transactionId })];
  }
  if (jobId !== undefined)
    return [jobId, hrefOf('/merchants/{merchantId}/jobs/{jobId}', { merchantId, jobId })];
  if (endpointId !== undefined) {
    return [endpointId, hrefOf('/merchants/{merchantId}/endpoints', { merchantId })];
  }
  const name = keyId ?? recordId ?? queue;
  if (name !== undefined) return [name];
  if (merchantId === '') return [auditLog.all];
  return [merchantId, hrefOf('/merchants/{merchantId}', { merchantId })];
}

interface DetailsProps {
  readonly entry: Entry;
}

function Details({ entry: { scope, status, fields = [] } }: DetailsProps) {
  const all = [scope, status, ...fields].filter((one) => one !== undefined);
  return <>{all.length === 0 ? '–' : <Foreign text={all.join(', ')} />}</>;
}
