import { instantOf } from '../../protocol/instants.ts';
import { ReconcileFailure } from './failure.ts';
import type { Head } from './ledger-rows.ts';

/** What a statement says of itself before its rows: checked, because a file that was cut off looks whole. */
export interface StatementHead {
  readonly merchantId: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly rows: number;
  /** As `type,status,currency,count,amount,hash`, in their order. */
  readonly totals: readonly string[];
}

const FORM = '1';

/**
 * @returns undefined where it is no statement
 * @throws ReconcileFailure `incomplete_statement`
 */
export function statementHead(head: Head): StatementHead | undefined {
  if (head.length === 0) return undefined;
  const fields = new Map(head.map(([name = '', value = '']) => [name, value]));
  if (fields.get('#tidings-statement') !== FORM) {
    throw new ReconcileFailure(
      'not_csv',
      'Line 1: the lines before the column names begin with #, but are not those of a statement of version 1. Remove them.',
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

/** @throws ReconcileFailure `incomplete_statement` where the rows are not those that the head says */
export function assertWhole(
  head: StatementHead,
  found: { readonly rows: number; readonly totals: readonly string[] },
): void {
  if (found.rows !== head.rows) {
    throw new ReconcileFailure(
      'incomplete_statement',
      `The statement says that it has ${head.rows} rows, and has ${found.rows}. Fetch it again, and compare its SHA-256.`,
    );
  }
  if (found.totals.join('\n') === head.totals.join('\n')) return;
  throw new ReconcileFailure(
    'incomplete_statement',
    'The rows of the statement do not add up to its totals: it was changed. Fetch it again, and compare its SHA-256.',
  );
}
