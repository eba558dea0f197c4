import type { readRedelivery } from '../../../api/redeliveries/redeliveries-contract.ts';
import type { AnswerOf } from '../../asking/console-api.ts';
import type { PageText } from '../../texts/texts.ts';
import { StateBadge } from '../../view/data/state-badge.tsx';
import { Time } from '../../view/data/time.tsx';
import type { Ui } from '../../view/ui.ts';

export type Job = AnswerOf<typeof readRedelivery>;

/** Whether a job can still be cancelled. */
export const isRunning = ({ state }: Job) => state === 'running';

interface JobStateProps {
  readonly ui: Ui;
  readonly state: Job['state'];
  readonly isPill?: boolean;
}

export function JobState(props: JobStateProps) {
  return <StateBadge {...props} />;
}

interface RangeProps {
  readonly ui: Ui;
  readonly from: string;
  readonly to: string;
}

export function Range({ ui, from, to }: RangeProps) {
  return (
    <>
      <Time ui={ui} at={from} isExact /> – <Time ui={ui} at={to} isExact />
    </>
  );
}

interface NotSentCountProps {
  readonly ui: Ui;
  readonly job: Job;
}

/** Notifications that the job did not send, for one of several reasons. */
export function NotSentCount({ ui, job: { notSent } }: NotSentCountProps) {
  return <>{ui.format.number(notSent.reduce((sum, { count }) => sum + count, 0))}</>;
}

interface ProgressBarProps {
  readonly ui: Ui;
  readonly text: PageText;
  readonly job: Job;
}

export function ProgressBar({ ui, text, job: { progress } }: ProgressBarProps) {
  return (
    <span class="job-progress">
      <progress max="1" value={String(progress)} aria-label={text.jobs.progress} />
      <span>{ui.format.share(progress, 1)}</span>
    </span>
  );
}
