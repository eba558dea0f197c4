/** Why a ledger cannot be compared, by a stable code: no answer is better than one about a part. */
export class ReconcileFailure extends Error {
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.name = 'ReconcileFailure';
    this.code = code;
  }
}

type FailureCode =
  // What was asked for.
  | 'missing_setting'
  | 'invalid_option'
  | 'unaligned_time'
  | 'not_closed'
  | 'nothing_to_compare'
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
  | 'wrong_answer';
