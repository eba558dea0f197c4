import type { Child } from 'hono/jsx';
import { hrefOf } from '../../site/paths.ts';
import type { PageText } from '../../texts/texts.ts';
import { Table } from '../../view/data/table.tsx';
import { Time } from '../../view/data/time.tsx';
import type { Ui } from '../../view/ui.ts';
import { type Job, JobState, NotSentCount, ProgressBar } from './job-parts.tsx';

export const JOB = '/merchants/{merchantId}/jobs/{jobId}';

interface JobTableProps {
  readonly ui: Ui;
  readonly text: PageText;
  readonly merchantId: string;
  readonly jobs: readonly Job[];
  readonly empty: Child;
}

/** Jobs of a merchant, each with its progress and a link to its page. */
export function JobTable({ ui, text, merchantId, jobs, empty }: JobTableProps) {
  const { jobs: words } = text;
  return (
    <Table
      caption={words.title}
      rows={jobs}
      hrefOf={({ jobId }) => hrefOf(JOB, { merchantId, jobId })}
      columns={[
        { header: words.include, cell: ({ include }) => words.includes[include] },
        { header: words.state, cell: ({ state }) => <JobState ui={ui} state={state} /> },
        { header: words.progress, cell: (job) => <ProgressBar ui={ui} text={text} job={job} /> },
        { header: words.sent, cell: ({ sent }) => ui.format.number(sent), align: 'end' },
        { header: words.notSent, cell: (job) => <NotSentCount ui={ui} job={job} />, align: 'end' },
        { header: words.created, cell: ({ createdAt }) => <Time ui={ui} at={createdAt} /> },
      ]}
      empty={empty}
    />
  );
}
