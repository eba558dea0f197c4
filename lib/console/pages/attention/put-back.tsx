import {
  MAX_PARKED_PAGE,
  putBackParkedRecord,
  putBackParkedRecords,
} from '../../../api/parked/parked-contract.ts';
import { ApiProblem } from '../../asking/api-problem.ts';
import { action, type Frame, type Performed, page, type Shown } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { LinkButton } from '../../view/controls/button.tsx';
import { ConfirmPage } from '../../view/controls/confirm.tsx';
import { EmptyState } from '../../view/data/empty-state.tsx';
import { Foreign } from '../../view/data/foreign.tsx';

/** The ways back for parked records: one, or all from a place of the list on. */

export const PARKED = '/parked';
export const PUT_ONE_BACK = '/parked/{recordId}/put-back';
export const PUT_ALL_BACK = '/parked/put-back';

/** As far back as the API looks. */
export const PARKED_DAYS = '90';

/** Pages of the list that one form puts back, within the time of one request. */
const MAX_PAGES = 4;

/** The question before one record goes back. */
export function puttingOneBack(recordId: string, { ui, text, csrf }: Frame) {
  const { parked: words } = text;
  return {
    ui,
    csrf,
    title: words.confirmTitle,
    children: (
      <>
        <p>
          {words.record}{' '}
          <code>
            <Foreign text={recordId} />
          </code>
        </p>
        <p>{words.confirmText}</p>
      </>
    ),
    action: hrefOf(PUT_ONE_BACK, { recordId }),
    confirm: words.putBack,
    back: hrefOf(PARKED),
  };
}

/** The question before all go back, from the page that is shown on. */
export function puttingAllBack(cursor: string | undefined, { ui, text, csrf }: Frame) {
  const { parked: words } = text;
  return {
    ui,
    csrf,
    title: words.confirmAllTitle,
    children: <p>{words.confirmAllText}</p>,
    action: hrefOf(PUT_ALL_BACK),
    ...(cursor !== undefined && { values: { cursor } }),
    confirm: words.putAllBack,
    back: hrefOf(PARKED, {}, { cursor }),
  };
}

/** Both ask the same where no script opens their dialog. */
export const putOneBackPage = page({
  path: PUT_ONE_BACK,
  who: 'operator',
  load: async ({ params: { recordId } }) => ({ recordId }),
  title: (text) => text.parked.confirmTitle,
  place: () => ({ current: 'parked' }),
  view: ({ recordId }, frame) => <ConfirmPage {...puttingOneBack(recordId, frame)} />,
});

export const putAllBackPage = page({
  path: PUT_ALL_BACK,
  who: 'operator',
  load: async ({ query }) => ({ cursor: query('cursor') }),
  title: (text) => text.parked.confirmAllTitle,
  place: () => ({ current: 'parked' }),
  view: ({ cursor }, frame) => <ConfirmPage {...puttingAllBack(cursor, frame)} />,
});

export const putOneBack = action({
  path: PUT_ONE_BACK,
  who: 'operator',
  async perform({ api, params: { recordId }, text }): Promise<Performed> {
    const query = { days: PARKED_DAYS };
    const answer = await api.ask(putBackParkedRecord, { params: { recordId }, query }).catch(orNothing);
    if (answer?.result === 'left') {
      const reason = answer.reason ?? '';
      return { kind: 'shown', shown: stays(reason, text.parked.left) };
    }
    const done = { flash: 'recordBack', about: recordId } as const;
    return { kind: 'redirect', to: hrefOf(PARKED), ...done };
  },
});

/** Somebody else put it back meanwhile: nothing is left to do. */
function orNothing(error: unknown): undefined {
  if (!(error instanceof ApiProblem) || error.code !== 'unknown_record') throw error;
}

function stays(reason: string, title: string): Shown {
  return {
    title,
    place: { current: 'parked' },
    body: ({ text }) => (
      <EmptyState
        icon="parked"
        title={title}
        actions={<LinkButton href={hrefOf(PARKED)}>{text.parked.title}</LinkButton>}
      >
        <p>
          <Foreign text={reason} />
        </p>
      </EmptyState>
    ),
  };
}

/** Goes on behind what was tried, so that records which stay do not hold up those behind them. */
export const putAllBack = action({
  path: PUT_ALL_BACK,
  who: 'operator',
  async perform({ api, field, ui }): Promise<Performed> {
    let cursor = field('cursor');
    let relayed = 0;
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      const query = { days: PARKED_DAYS, limit: String(MAX_PARKED_PAGE), ...(cursor && { cursor }) };
      const answer = await api.ask(putBackParkedRecords, { query });
      relayed += answer.items.filter(({ result }) => result === 'relayed').length;
      cursor = answer.nextCursor;
      if (cursor === undefined) break;
    }
    const flash = cursor === undefined ? 'recordsBack' : 'recordsBackMore';
    return {
      kind: 'redirect',
      to: hrefOf(PARKED, {}, { cursor }),
      flash,
      about: ui.format.number(relayed),
    };
  },
});
