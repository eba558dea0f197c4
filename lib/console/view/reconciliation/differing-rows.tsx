import { ActionForm, Button, LinkButton } from '../controls/button.tsx';
import { EmptyState } from '../data/empty-state.tsx';
import { Foreign } from '../data/foreign.tsx';
import { Glyph, type GlyphProps } from '../data/glyph.tsx';
import { Table } from '../data/table.tsx';
import { Time } from '../data/time.tsx';
import type { Ui } from '../ui.ts';

/** One side of a row. */
export interface LedgerRow {
  readonly status: string;
  /** In the minor unit. */
  readonly amount: number | string;
  readonly currency: string;
}

/** A row that is not the same on both sides. */
export interface DifferingRow {
  readonly kind: 'missing_here' | 'missing_there' | 'different';
  readonly transactionId: string;
  readonly reference?: string;
  readonly listedAt?: string;
  readonly ours?: LedgerRow;
  readonly theirs?: LedgerRow;
  readonly href?: string;
}

export interface DifferingRowsProps {
  readonly ui: Ui;
  readonly rows: readonly DifferingRow[];
  /** Takes each chosen `transactionId`. */
  readonly sendAgainAction: string;
  readonly csrf: string;
  readonly downloadHref?: string;
}

const GLYPHS: Readonly<Record<DifferingRow['kind'], GlyphProps>> = {
  missing_here: { shape: 'lost', tone: 'bad' },
  missing_there: { shape: 'dashed', tone: 'off' },
  different: { shape: 'unequal', tone: 'warn' },
};

/** The rows that differ, to look at, to send again, or to download. */
export function DifferingRows({ ui, rows, sendAgainAction, csrf, downloadHref }: DifferingRowsProps) {
  const { missing } = ui.text;
  return (
    <ActionForm action={sendAgainAction} csrf={csrf} layout="stack">
      <Table
        caption={missing.title}
        rows={rows}
        empty={
          <EmptyState icon="reconciliation" title={missing.none}>
            {missing.noneText}
          </EmptyState>
        }
        columns={[
          { header: missing.transaction, cell: (row) => <Chosen ui={ui} row={row} /> },
          { header: missing.kind, cell: ({ kind }) => <Kind ui={ui} kind={kind} /> },
          {
            header: missing.status,
            cell: ({ ours, theirs }) => <Both ours={ours?.status} theirs={theirs?.status} />,
          },
          {
            header: missing.amount,
            align: 'end',
            cell: ({ ours, theirs }) => <Both ours={amountOf(ui, ours)} theirs={amountOf(ui, theirs)} />,
          },
          { header: missing.listed, cell: ({ listedAt }) => listedAt && <Time ui={ui} at={listedAt} /> },
        ]}
      />
      {rows.length > 0 && (
        <div class="buttons">
          <Button kind="main" icon="replay">
            {missing.sendAgain}
          </Button>
          {downloadHref && (
            <LinkButton href={downloadHref} icon="download">
              {missing.download}
            </LinkButton>
          )}
        </div>
      )}
    </ActionForm>
  );
}

interface RowProps {
  readonly ui: Ui;
  readonly row: DifferingRow;
}

function Chosen({ ui, row: { transactionId, reference, href, kind } }: RowProps) {
  const name = (
    <code>
      <Foreign text={transactionId} />
    </code>
  );
  return (
    <span class="chosen">
      <input
        type="checkbox"
        name="transactionId"
        value={transactionId}
        checked={kind === 'missing_here'}
        disabled={kind === 'missing_there'}
        aria-label={ui.text.missing.select(transactionId)}
      />
      <span>
        {href === undefined ? name : <a href={href}>{name}</a>}
        {reference !== undefined && (
          <span class="below">
            <Foreign text={reference} />
          </span>
        )}
      </span>
    </span>
  );
}

interface KindProps {
  readonly ui: Ui;
  readonly kind: DifferingRow['kind'];
}

function Kind({ ui, kind }: KindProps) {
  return (
    <span class="state">
      <Glyph {...GLYPHS[kind]} />
      {ui.text.missing.kinds[kind]}
    </span>
  );
}

interface BothProps {
  readonly ours: string | undefined;
  readonly theirs: string | undefined;
}

/** The value, or both where they differ: ours first. */
function Both({ ours, theirs }: BothProps) {
  if (ours === undefined || theirs === undefined || ours === theirs) return <>{ours ?? theirs ?? '–'}</>;
  return (
    <span class="both">
      <span>{ours}</span> ≠ <span>{theirs}</span>
    </span>
  );
}

const amountOf = (ui: Ui, row: LedgerRow | undefined) => row && ui.format.money(row.amount, row.currency);
