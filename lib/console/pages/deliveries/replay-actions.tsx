import { cancelRedelivery, redeliverRange } from '../../../api/redeliveries/redeliveries-contract.ts';
import { INCLUDES, type Include } from '../../../core/deliver/redelivery/redelivery-job.ts';
import { ApiProblem } from '../../asking/api-problem.ts';
import { action, type Performed, type Submission } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { ConfirmPage } from '../../view/controls/confirm.tsx';
import { CANCEL_REPLAY, REPLAY, REPLAYS } from './replay-parts.tsx';
import { loadReplays, type ReplayFields, Replays } from './replays-page.tsx';
import { timeOf } from './times.ts';

/** Starts and cancels replays. */

type Sent = Submission<typeof REPLAYS>;

export const startReplay = action({
  path: REPLAYS,
  who: 'merchant',
  async perform(submission): Promise<Performed> {
    const { api, params, field } = submission;
    const { merchantId } = params;
    const fields: ReplayFields = {
      from: field('from'),
      to: field('to'),
      endpointId: field('endpointId'),
      include: includeOf(field('include')),
    };
    try {
      const { jobId } = await api.ask(redeliverRange, {
        merchantId,
        body: bodyOf(submission, fields) as never,
      });
      return { kind: 'redirect', to: hrefOf(REPLAY, { merchantId, jobId }) };
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status >= 500 || error.status === 401) throw error;
      const confirm = confirmIn(error);
      if (confirm !== undefined) return confirmation(merchantId, { fields, confirm });
      return refused(submission, { fields, code: error.code });
    }
  },
});

const includeOf = (text: string | undefined): Include =>
  INCLUDES.find((one) => one === text) ?? 'undelivered';

function bodyOf({ field }: Sent, { from, to, endpointId, include }: ReplayFields) {
  const jobId = field('jobId');
  return {
    from: timeOf(from) ?? '',
    to: timeOf(to) ?? '',
    include,
    ...(endpointId !== undefined && { endpointId }),
    ...(jobId !== undefined && {
      confirm: { jobId, count: Number(field('count')), to: field('confirmedTo') },
    }),
  };
}

/** What the API wants to have confirmed, because delivered notifications would be sent once more. */
interface Confirm {
  readonly jobId: string;
  readonly count: number;
  readonly to: string;
}

function confirmIn({ code, body }: ApiProblem): Confirm | undefined {
  return code === 'confirmation_required' ? (body.confirm as Confirm) : undefined;
}

interface Unconfirmed {
  readonly fields: ReplayFields;
  readonly confirm: Confirm;
}

function confirmation(merchantId: string, { fields, confirm }: Unconfirmed): Performed {
  const { from = '', to = '', endpointId, include } = fields;
  const { jobId, count, to: confirmedTo } = confirm;
  return {
    kind: 'shown',
    shown: {
      title: 'Replay',
      place: { current: 'replays', merchant: { id: merchantId } },
      body: ({ ui, text: { replays: words }, csrf }) => (
        <ConfirmPage
          ui={ui}
          csrf={csrf}
          title={words.confirmTitle}
          action={hrefOf(REPLAYS, { merchantId })}
          values={{
            ...{ from, to, include, jobId, confirmedTo, count: String(count) },
            ...(endpointId !== undefined && { endpointId }),
          }}
          confirm={words.startButton}
          back={hrefOf(REPLAYS, { merchantId })}
          isDangerous
        >
          <p>{words.confirmText(ui.format.number(count))}</p>
        </ConfirmPage>
      ),
    },
  };
}

interface Refusal {
  readonly fields: ReplayFields;
  readonly code: string;
}

/** The form again, with what was entered and why nothing was started. */
async function refused(submission: Sent, { fields, code }: Refusal): Promise<Performed> {
  const props = { ...(await loadReplays(submission, fields)), problem: code };
  return {
    kind: 'shown',
    shown: {
      title: submission.text.replays.title,
      place: { current: 'replays', merchant: { id: submission.params.merchantId } },
      status: 400,
      body: (frame) => Replays(props, frame),
    },
  };
}

export const cancelReplay = action({
  path: CANCEL_REPLAY,
  who: 'merchant',
  async perform({ api, params: { merchantId, jobId } }) {
    await api.ask(cancelRedelivery, { merchantId, params: { jobId } });
    return {
      kind: 'redirect',
      to: hrefOf(REPLAY, { merchantId, jobId }),
      flash: 'replayCancelled',
      about: jobId,
    };
  },
});
