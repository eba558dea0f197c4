import { printable } from '../printable.ts';

/** Why a ledger cannot be compared, with a stable code. A partial comparison is never reported as a result. */
export class ReconcileFailure extends Error {
  readonly code: FailureCode;

  /** @param hints further lines below the message that say what to do */
  constructor(
    code: FailureCode,
    message: string,
    { hints = [], ...options }: { readonly cause?: unknown; readonly hints?: readonly string[] } = {},
  ) {
    super([message, ...hints].map(printable).join('\n'), options);
    this.name = 'ReconcileFailure';
    this.code = code;
  }
}

type FailureCode =
  // Options.
  | 'missing_setting'
  | 'invalid_option'
  | 'unaligned_time'
  | 'not_closed'
  | 'nothing_to_compare'
  | 'beyond_retention'
  // The ledger.
  | 'unreadable_ledger'
  | 'not_csv'
  | 'missing_column'
  | 'repeated_column'
  | 'wrong_number_of_fields'
  | 'invalid_field'
  | 'duplicate_row'
  | 'incomplete_statement'
  | 'other_merchant'
  | 'too_long_a_time'
  | 'ledger_changed'
  // The service.
  | 'key_refused'
  | 'window_revised'
  | 'wrong_answer';
