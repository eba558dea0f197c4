import { listParkedRecords, MAX_PARKED_PAGE } from '../../../api/parked/parked-contract.ts';
import type { AnswerOf } from '../../asking/console-api.ts';
import { type Frame, page } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { LinkButton } from '../../view/controls/button.tsx';
import { ConfirmDialog } from '../../view/controls/confirm.tsx';
import { EmptyState } from '../../view/data/empty-state.tsx';
import { Foreign } from '../../view/data/foreign.tsx';
import { Pagination, Table } from '../../view/data/table.tsx';
import { Time } from '../../view/data/time.tsx';
import { PageHeader } from '../../view/page/page-header.tsx';
import {
  PARKED,
  PARKED_DAYS,
  PUT_ALL_BACK,
  PUT_ONE_BACK,
  puttingAllBack,
  puttingOneBack,
} from './put-back.tsx';

type Found = AnswerOf<typeof listParkedRecords>;

interface Props {
  readonly found: Found;
  /** Where the page begins; undefined for the newest. */
  readonly cursor: string | undefined;
}

export const parkedPage = page({
  path: PARKED,
  who: 'operator',
  async load({ api, query }): Promise<Props> {
    const cursor = query('cursor');
    const asked = { days: PARKED_DAYS, limit: String(MAX_PARKED_PAGE), ...(cursor && { cursor }) };
    return { found: await api.ask(listParkedRecords, { query: asked }), cursor };
  },
  title: (text) => text.parked.title,
  place: () => ({ current: 'parked' }),
  view: Parked,
});

function Parked({ found: { items, nextCursor }, cursor }: Props, frame: Frame) {
  const { ui, text } = frame;
  const { parked: words } = text;
  return (
    <>
      <PageHeader
        title={words.title}
        lead={words.lead}
        actions={items.length > 0 && <PutAllBack cursor={cursor} frame={frame} />}
      />
      <Table
        caption={words.title}
        rows={items}
        columns={[
          { header: words.outcome, cell: ({ outcome }) => <OutcomeOf outcome={outcome} frame={frame} /> },
          { header: words.reason, cell: ({ reason }) => <Foreign text={reason} /> },
          { header: words.parkedAt, cell: ({ parkedAt }) => <Time ui={ui} at={parkedAt} /> },
          {
            header: words.putBack,
            cell: ({ recordId, outcome }) =>
              outcome === undefined ? '–' : <PutOneBack recordId={recordId} frame={frame} />,
          },
        ]}
        empty={
          <EmptyState icon="parked" title={words.empty}>
            <p>{words.emptyText}</p>
          </EmptyState>
        }
      />
      <Pagination
        ui={ui}
        newerHref={cursor === undefined ? undefined : hrefOf(PARKED)}
        olderHref={nextCursor === undefined ? undefined : hrefOf(PARKED, {}, { cursor: nextCursor })}
      />
    </>
  );
}

interface OutcomeOfProps {
  readonly outcome: Found['items'][number]['outcome'];
  readonly frame: Frame;
}

function OutcomeOf({ outcome, frame: { text } }: OutcomeOfProps) {
  if (outcome === undefined) return <span class="quiet">{text.parked.noOutcome}</span>;
  const { merchantId, transactionId } = outcome;
  return (
    <span>
      <a href={hrefOf('/merchants/{merchantId}/transactions/{transactionId}', { merchantId, transactionId })}>
        <code>
          <Foreign text={transactionId} />
        </code>
      </a>{' '}
      <span class="quiet">
        <Foreign text={merchantId} />
      </span>
    </span>
  );
}

interface PutOneBackProps {
  readonly recordId: string;
  readonly frame: Frame;
}

function PutOneBack({ recordId, frame }: PutOneBackProps) {
  const id = `put-back-${recordId}`;
  return (
    <>
      <LinkButton href={hrefOf(PUT_ONE_BACK, { recordId })} opens={id}>
        {frame.text.parked.putBack}
      </LinkButton>
      <ConfirmDialog id={id} {...puttingOneBack(recordId, frame)} />
    </>
  );
}

interface PutAllBackProps {
  readonly cursor: string | undefined;
  readonly frame: Frame;
}

function PutAllBack({ cursor, frame }: PutAllBackProps) {
  return (
    <>
      <LinkButton href={hrefOf(PUT_ALL_BACK, {}, { cursor })} icon="replay" opens="put-all-back">
        {frame.text.parked.putAllBack}
      </LinkButton>
      <ConfirmDialog id="put-all-back" {...puttingAllBack(cursor, frame)} />
    </>
  );
}
