import { readRedelivery } from '../../../api/redeliveries/redeliveries-contract.ts';
import type { AnswerOf } from '../../asking/console-api.ts';
import { type Frame, page } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { ActionForm, Button, LinkButton } from '../../view/controls/button.tsx';
import { Foreign } from '../../view/data/foreign.tsx';
import { Id, KeyValues } from '../../view/data/key-values.tsx';
import { Reason } from '../../view/data/reason.tsx';
import { Table } from '../../view/data/table.tsx';
import { Time } from '../../view/data/time.tsx';
import { PageHeader, Section } from '../../view/page/page-header.tsx';
import { CANCEL_REPLAY, isUnderway, REPLAY, REPLAYS, ReplayState } from './replay-parts.tsx';

interface Props {
  readonly merchantId: string;
  readonly job: AnswerOf<typeof readRedelivery>;
}

/** How often the page of a running job is loaded again, where scripts run. */
const RELOAD_SECONDS = '3';

export const replayPage = page({
  path: REPLAY,
  who: 'merchant',
  async load({ api, params: { merchantId, jobId } }): Promise<Props> {
    return { merchantId, job: await api.ask(readRedelivery, { merchantId, params: { jobId } }) };
  },
  title: (text) => text.replays.job,
  place: ({ merchantId }) => ({ current: 'replays', merchant: { id: merchantId } }),
  view: Replay,
});

function Replay({ merchantId, job }: Props, frame: Frame) {
  const { ui, text, csrf } = frame;
  const { replays: words } = text;
  const { jobId, state, progress, notSent } = job;
  const isOpen = isUnderway(state);
  return (
    <>
      <PageHeader
        title={words.job}
        state={<ReplayState ui={ui} state={state} isPill />}
        crumbs={[{ label: words.title, href: hrefOf(REPLAYS, { merchantId }) }]}
        actions={
          <>
            {isOpen && <LinkButton href={hrefOf(REPLAY, { merchantId, jobId })}>{words.refresh}</LinkButton>}
            {state === 'running' && (
              <ActionForm action={hrefOf(CANCEL_REPLAY, { merchantId, jobId })} csrf={csrf}>
                <Button kind="danger">{words.cancel}</Button>
              </ActionForm>
            )}
          </>
        }
      />
      <section class="card" data-reload={isOpen ? RELOAD_SECONDS : undefined}>
        <progress class="wide" max="1" value={String(progress)} aria-label={words.progress} />
        <p class="quiet">
          {words.progressText(ui.format.share(Math.round(progress * 1000), 1000))}
          {state === 'cancelling' && ` ${words.cancelling}`}
        </p>
        <Facts job={job} frame={frame} />
      </section>
      {notSent.length > 0 && (
        <Section id="not-sent" title={words.notSent} isBare>
          <Table
            caption={words.notSent}
            rows={notSent}
            empty={undefined}
            columns={[
              { header: words.reason, cell: ({ reason }) => <WhyNot reason={reason} frame={frame} /> },
              { header: words.count, align: 'end', cell: ({ count }) => ui.format.number(count) },
              {
                header: words.examples,
                cell: ({ examples }) => <Foreign text={examples.slice(0, 3).join(', ')} />,
                isWideOnly: true,
              },
            ]}
          />
        </Section>
      )}
    </>
  );
}

interface FactsProps {
  readonly job: Props['job'];
  readonly frame: Frame;
}

function Facts({ job, frame: { ui, text } }: FactsProps) {
  const { replays: words } = text;
  return (
    <KeyValues
      isWide
      items={[
        { key: words.found, value: ui.format.number(job.found) },
        { key: words.sent, value: ui.format.number(job.sent) },
        {
          key: words.examined,
          value: job.examined === undefined ? undefined : ui.format.number(job.examined),
        },
        { key: words.include, value: words.includes[job.include] },
        { key: words.from, value: <Time ui={ui} at={job.from} isExact /> },
        { key: words.to, value: <Time ui={ui} at={job.to} isExact /> },
        { key: words.endpoint, value: job.endpointId && <Id ui={ui} value={job.endpointId} /> },
        { key: words.started, value: <Time ui={ui} at={job.createdAt} /> },
        { key: words.by, value: job.by && <code>{job.by}</code> },
        { key: words.ended, value: job.endedAt && <Time ui={ui} at={job.endedAt} /> },
        { key: words.failure, value: job.failure && <Reason ui={ui} codes={[job.failure]} /> },
        {
          key: words.cancelledBy,
          value: job.cancelled && (
            <>
              <code>{job.cancelled.by}</code> <Time ui={ui} at={job.cancelled.at} />
            </>
          ),
        },
      ]}
    />
  );
}

function WhyNot({ reason, frame: { ui, text } }: { readonly reason: string; readonly frame: Frame }) {
  const sentences: Readonly<Record<string, string>> = text.replays.reasons;
  return <>{sentences[reason] ?? <Reason ui={ui} codes={[reason]} />}</>;
}
