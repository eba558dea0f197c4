import { cancelRedelivery, readRedelivery } from '../../../api/redeliveries/redeliveries-contract.ts';
import { action, type Frame, page } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { LinkButton } from '../../view/controls/button.tsx';
import { ConfirmDialog, ConfirmPage } from '../../view/controls/confirm.tsx';
import { Id, KeyValues } from '../../view/data/key-values.tsx';
import { Time } from '../../view/data/time.tsx';
import { PageHeader } from '../../view/page/page-header.tsx';
import { isRunning, type Job, JobState, NotSentCount, ProgressBar, Range } from './job-parts.tsx';
import { JOB } from './job-table.tsx';
import { MERCHANT_JOBS } from './merchant-jobs-page.tsx';
import { NotSentTable } from './not-sent-table.tsx';

interface Props {
  readonly merchantId: string;
  readonly job: Job;
}

/** How often the page of a job that runs is loaded again, where scripts run. */
const RELOAD_SECONDS = '3';
const CANCEL = '/merchants/{merchantId}/jobs/{jobId}/cancel';

export const jobPage = page({
  path: JOB,
  who: 'merchant',
  async load({ api, params: { merchantId, jobId } }): Promise<Props> {
    return { merchantId, job: await api.ask(readRedelivery, { merchantId, params: { jobId } }) };
  },
  title: (text, { job }) => `${text.jobs.job} ${job.jobId}`,
  place: ({ merchantId }) => ({ current: 'jobs', merchant: { id: merchantId } }),
  view: OneJob,
});

function OneJob({ merchantId, job }: Props, frame: Frame) {
  const { ui, text, here } = frame;
  const { jobs: words } = text;
  const { state, include } = job;
  return (
    <>
      <PageHeader
        title={words.includes[include]}
        crumbs={[{ label: words.title, href: hrefOf(MERCHANT_JOBS, { merchantId }) }]}
        state={<JobState ui={ui} state={state} isPill />}
        lead={state === 'cancelling' ? words.cancelling : words.includeHelp[include]}
        actions={
          job.endedAt === undefined && (
            <>
              <LinkButton href={here}>{words.reload}</LinkButton>
              {isRunning(job) && <Cancel merchantId={merchantId} job={job} frame={frame} />}
            </>
          )
        }
      />
      <section class="card job" data-reload={job.endedAt === undefined ? RELOAD_SECONDS : undefined}>
        <ProgressBar ui={ui} text={text} job={job} />
        <Counts ui={ui} text={text} job={job} />
      </section>
      <NotSentTable ui={ui} text={text} merchantId={merchantId} job={job} />
      <section class="card">
        <Facts ui={ui} text={text} job={job} />
      </section>
    </>
  );
}

type PartProps = Pick<Frame, 'ui' | 'text'> & Pick<Props, 'job'>;

/** In the end, found = sent + not sent. */
function Counts({ ui, text: { jobs: words }, job }: PartProps) {
  const { number } = ui.format;
  const { found, sent, examined, total } = job;
  return (
    <KeyValues
      isWide
      items={[
        { key: words.found, value: number(found) },
        { key: words.sent, value: number(sent) },
        { key: words.notSent, value: <NotSentCount ui={ui} job={job} /> },
        { key: words.examined, value: examined === undefined ? undefined : number(examined) },
        { key: words.total, value: total === undefined ? undefined : number(total) },
      ]}
    />
  );
}

function Facts({ ui, text, job }: PartProps) {
  const { jobs: words } = text;
  const { jobId, from, to, endpointId, createdAt, by, endedAt, cancelled, failure, position } = job;
  return (
    <KeyValues
      items={[
        { key: words.job, value: <Id ui={ui} value={jobId} of={words.job} /> },
        { key: words.range, value: <Range ui={ui} from={from} to={to} /> },
        { key: words.endpoint, value: endpointId ? <code>{endpointId}</code> : words.allEndpoints },
        { key: words.created, value: <Time ui={ui} at={createdAt} /> },
        { key: words.by, value: by && <code>{by}</code> },
        { key: words.position, value: position && <Time ui={ui} at={position} isExact /> },
        { key: words.ended, value: endedAt && <Time ui={ui} at={endedAt} /> },
        {
          key: words.cancelledBy,
          value: cancelled && (
            <>
              <code>{cancelled.by}</code> <Time ui={ui} at={cancelled.at} />
            </>
          ),
        },
        { key: words.failure, value: failure && words.failures[failure] },
      ]}
    />
  );
}

interface CancelProps extends Props {
  readonly frame: Frame;
}

function Cancel({ merchantId, job, frame }: CancelProps) {
  const { jobId } = job;
  return (
    <>
      <LinkButton href={hrefOf(CANCEL, { merchantId, jobId })} opens="cancel">
        {frame.text.jobs.cancel}
      </LinkButton>
      <ConfirmDialog id="cancel" {...cancelling({ merchantId, job, frame })} />
    </>
  );
}

/** The question before a job is cancelled. */
function cancelling({ merchantId, job: { jobId, include, sent }, frame: { ui, text, csrf } }: CancelProps) {
  const { jobs: words } = text;
  return {
    ui,
    csrf,
    title: words.cancelTitle,
    children: (
      <>
        <p>
          {words.includes[include]}. {words.sent}: {ui.format.number(sent)}
        </p>
        <p>{words.cancelText}</p>
      </>
    ),
    action: hrefOf(CANCEL, { merchantId, jobId }),
    confirm: words.cancel,
    isDangerous: true,
    back: hrefOf(JOB, { merchantId, jobId }),
  };
}

/** Asks the same where no script opens the dialog. */
export const cancelJobPage = page({
  path: CANCEL,
  who: 'merchant',
  async load({ api, params: { merchantId, jobId } }): Promise<Props> {
    return { merchantId, job: await api.ask(readRedelivery, { merchantId, params: { jobId } }) };
  },
  title: (text) => text.jobs.cancelTitle,
  place: ({ merchantId }) => ({ current: 'jobs', merchant: { id: merchantId } }),
  view: (props, frame) => <ConfirmPage {...cancelling({ ...props, frame })} />,
});

/** One that had ended meanwhile stays as it is, and its page says so. */
export const cancelJob = action({
  path: CANCEL,
  who: 'merchant',
  async perform({ api, params: { merchantId, jobId } }) {
    const { cancelled } = await api.ask(cancelRedelivery, { merchantId, params: { jobId } });
    const to = hrefOf(JOB, { merchantId, jobId });
    return { kind: 'redirect', to, ...(cancelled && ({ flash: 'jobCancelled', about: jobId } as const)) };
  },
});
