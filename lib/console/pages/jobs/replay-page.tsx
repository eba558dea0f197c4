import { listEndpoints } from '../../../api/endpoints/endpoints-contract.ts';
import { redeliverRange } from '../../../api/redeliveries/redeliveries-contract.ts';
import { ApiProblem } from '../../asking/api-problem.ts';
import type { AnswerOf, ConsoleApi } from '../../asking/console-api.ts';
import { action, type Frame, type Performed, page, type Shown } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { type ChosenRange, type Counted, chosenRange } from './chosen-range.ts';
import { JOB } from './job-table.tsx';
import { REPLAY } from './merchant-jobs-page.tsx';
import { ReplayConfirm } from './replay-confirm.tsx';
import { type ReplayFault, ReplayForm } from './replay-form.tsx';

interface Props {
  readonly merchantId: string;
  readonly endpoints: AnswerOf<typeof listEndpoints>['items'];
  readonly given: (name: string) => string | undefined;
  /** Undefined: the form was not sent yet, or something is wrong with it. */
  readonly range?: ChosenRange;
  readonly counted?: Counted;
  readonly fault?: ReplayFault;
}

/** The form. Its answers lead to this page again, which then names what will be sent, and asks. */
export const replayPage = page({
  path: REPLAY,
  who: 'merchant',
  async load({ api, params: { merchantId }, query }): Promise<Props> {
    const { items: endpoints } = await api.ask(listEndpoints, { merchantId });
    const form = { merchantId, endpoints, given: query };
    if (query('include') === undefined || query('from') === undefined) return form;
    const range = chosenRange(query);
    if (range === undefined) return { ...form, fault: 'badRange' };
    if (range.include !== 'all') return { ...form, range };
    const counted = await count(api, merchantId, range);
    return typeof counted === 'string' ? { ...form, fault: counted } : { ...form, range, counted };
  },
  title: (text) => text.jobs.start,
  place: ({ merchantId }) => placeOf(merchantId),
  view: Replay,
});

const placeOf = (merchantId: string) => ({ current: 'jobs', merchant: { id: merchantId } }) as const;

function Replay(props: Props, frame: Frame) {
  const { range, ...form } = props;
  return range === undefined ? (
    <ReplayForm {...form} frame={frame} />
  ) : (
    <ReplayConfirm {...form} range={range} frame={frame} />
  );
}

/** Asks for the count of a range. Without its confirmation the service starts nothing. */
async function count(
  api: ConsoleApi,
  merchantId: string,
  range: ChosenRange,
): Promise<Counted | ReplayFault> {
  try {
    await api.ask(redeliverRange, { merchantId, body: range });
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    if (error.code === 'confirmation_required') return error.body.confirm as Counted;
    const fault = faultOf(error);
    if (fault !== undefined) return fault;
    throw error;
  }
  throw new Error('A job for everything started without its confirmation.');
}

const PROBLEMS = [
  'in_future',
  'beyond_retention',
  'range_too_large',
  'too_many_jobs',
  'confirmation_required',
] as const;

const faultOf = ({ code }: ApiProblem): ReplayFault | undefined => PROBLEMS.find((one) => one === code);

/** Starts the job that was confirmed. */
export const startReplay = action({
  path: REPLAY,
  who: 'merchant',
  async perform({ api, params: { merchantId }, field, text }): Promise<Performed> {
    const range = chosenRange(field);
    const again = async (fault: ReplayFault): Promise<Performed> => {
      const { items: endpoints } = await api.ask(listEndpoints, { merchantId });
      const shown: Shown = {
        title: text.jobs.start,
        place: placeOf(merchantId),
        body: (frame) => <ReplayForm {...{ merchantId, endpoints, given: field, fault, frame }} />,
      };
      return { kind: 'shown', shown };
    };
    if (range === undefined) return again('badRange');
    const confirm = range.include === 'all' ? confirmed(field) : undefined;
    try {
      const { jobId } = await api.ask(redeliverRange, {
        merchantId,
        body: { ...range, ...(confirm && { confirm }) },
      });
      return { kind: 'redirect', to: hrefOf(JOB, { merchantId, jobId }), flash: 'jobStarted', about: jobId };
    } catch (error) {
      const fault = error instanceof ApiProblem ? faultOf(error) : undefined;
      if (fault === undefined) throw error;
      return again(fault);
    }
  },
});

/** The count that the question named. Without it the service answers with the current one, and starts nothing. */
function confirmed(field: (name: string) => string | undefined): Counted | undefined {
  const [jobId, count, to] = [field('jobId'), field('count'), field('confirmTo')];
  if (jobId === undefined || count === undefined || to === undefined) return undefined;
  return { jobId, count: Number(count), to };
}
