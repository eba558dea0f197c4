import type { Child } from 'hono/jsx';
import { Icon } from '../data/icon.tsx';
import type { Ui } from '../ui.ts';

interface Column<Row> {
  readonly header: string;
  readonly cell: (row: Row) => Child;
  /** `end` for numbers. */
  readonly align?: 'end';
  /** Left out on a phone, where a row is a card. */
  readonly isWideOnly?: boolean;
}

export interface TableProps<Row> {
  /** What the table lists; read aloud, not shown. */
  readonly caption: string;
  /** The first column names the row. With `hrefOf` it is a link that covers the row. */
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly hrefOf?: (row: Row) => string;
  /** Shown instead of the table when there are no rows: an `EmptyState`. */
  readonly empty: Child;
}

/** Written out, because browsers drop the roles of a table that is laid out as cards. */
const ROLES = {
  table: { role: 'table' },
  rowgroup: { role: 'rowgroup' },
  row: { role: 'row' },
  columnheader: { role: 'columnheader' },
  cell: { role: 'cell' },
} as const;

/** Rows of one kind. On a phone each becomes a card with its columns' names. */
export function Table<Row>({ caption, columns, rows, hrefOf, empty }: TableProps<Row>) {
  if (rows.length === 0) return empty;
  return (
    <div class="table-frame">
      <table class="table" {...ROLES.table}>
        <caption class="unseen">{caption}</caption>
        <thead {...ROLES.rowgroup}>
          <tr {...ROLES.row}>
            {columns.map(({ header, align, isWideOnly }) => (
              <th scope="col" {...ROLES.columnheader} class={classOf(align, isWideOnly)}>
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody {...ROLES.rowgroup}>
          {rows.map((row) => (
            <tr {...ROLES.row} class={hrefOf && 'linked'}>
              {columns.map(({ header, cell, align, isWideOnly }, index) => (
                <td {...ROLES.cell} data-label={header} class={classOf(align, isWideOnly)}>
                  {index === 0 && hrefOf ? (
                    <a class="row-link" href={hrefOf(row)} data-row="">
                      {cell(row)}
                    </a>
                  ) : (
                    cell(row)
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function classOf(align: 'end' | undefined, isWideOnly = false): string | undefined {
  return [align, isWideOnly && 'wide-only'].filter(Boolean).join(' ') || undefined;
}

export interface PaginationProps {
  readonly ui: Ui;
  /** What is shown, such as `50 deliveries` or `up to 08:46`. */
  readonly shown?: Child;
  /** The page of newer rows; undefined on the first page. */
  readonly newerHref?: string | undefined;
  /** The page of older rows; undefined on the last page. */
  readonly olderHref?: string | undefined;
}

/** Steps through pages that are known by a cursor. */
export function Pagination({ ui, shown, newerHref, olderHref }: PaginationProps) {
  return (
    <nav class="pagination" aria-label={ui.text.table.pages}>
      <p class="quiet">{shown}</p>
      <Step href={newerHref} label={ui.text.table.newer} icon="previous" />
      <Step href={olderHref} label={ui.text.table.older} icon="next" />
    </nav>
  );
}

interface StepProps {
  readonly href: string | undefined;
  readonly label: string;
  readonly icon: 'previous' | 'next';
}

function Step({ href, label, icon }: StepProps) {
  const inside = icon === 'previous' ? [<Icon name={icon} />, label] : [label, <Icon name={icon} />];
  if (href === undefined) return <span class="button is-off">{inside}</span>;
  return (
    <a class="button" href={href} rel={icon === 'previous' ? 'prev' : 'next'}>
      {inside}
    </a>
  );
}
