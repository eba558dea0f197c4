import { ReconcileFailure } from '../../../ledger/ledger-failure.ts';
import { instantOf } from '../../../protocol/instants.ts';
import type { Head } from '../ledger/ledger-rows.ts';

/** The head of a statement. It is checked against the rows, because a truncated file looks complete. */
export interface StatementHead {
  readonly merchantId: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly rows: number;
  /** `type,status,currency,count,amount,hash`, in the order of the file. */
  readonly totals: readonly string[];
}

const FORM = '1';

/**
 * @returns undefined if the ledger is not a statement
 * @throws ReconcileFailure `incomplete_statement`
 */
export function statementHead(head: Head): StatementHead | undefined {
  if (head.length === 0) return undefined;
  const fields = new Map(head.map(([name = '', value = '']) => [name, value]));
  if (fields.get('#tidings-statement') !== FORM) {
    throw new ReconcileFailure(
      'not_csv',
      'Line 1: the lines before the column names start with #, but are not the head of a statement of version 1. Remove them.',
    );
  }
  const rows = fields.get('#rows') ?? '';
  const [fromMs, toMs] = [instantOf(fields.get('#from') ?? ''), instantOf(fields.get('#to') ?? '')];
  if (!/^\d{1,15}$/.test(rows) || Number.isNaN(fromMs) || Number.isNaN(toMs)) {
    throw new ReconcileFailure(
      'incomplete_statement',
      'The head of the statement has no valid #from, #to or #rows. Fetch the statement again.',
    );
  }
  return {
    merchantId: fields.get('#merchantId') ?? '',
    fromMs,
    toMs,
    rows: Number(rows),
    totals: head.filter(([name]) => name === '#total').map(([, ...total]) => total.join()),
  };
}

/** @throws ReconcileFailure `incomplete_statement` if the rows do not match the head */
export function assertWhole(
  head: StatementHead,
  found: { readonly rows: number; readonly totals: readonly string[] },
): void {
  if (found.rows !== head.rows) {
    throw new ReconcileFailure(
      'incomplete_statement',
      `The statement should have ${head.rows} rows, but has ${found.rows}. Fetch it again and compare its SHA-256.`,
    );
  }
  if (found.totals.join('\n') === head.totals.join('\n')) return;
  throw new ReconcileFailure(
    'incomplete_statement',
    'The rows of the statement do not match its totals: the file was changed. Fetch it again and compare its SHA-256.',
  );
}
