/** One invalid field: its JSON pointer (RFC 6901) into the input, and a stable code. */
export interface FieldError {
  readonly pointer: string;
  readonly code: string;
  /** What the field takes, for people: `Use at most 16384 bytes of JSON.` Absent where the code says it. Not stable. */
  readonly detail?: string | undefined;
}

/**
 * An unexpected failure: an outage, a wrong setting, a refused field. Results that a correct call may have (another
 * outcome was recorded, one of your conditions did not hold) are values, never faults.
 *
 * `code` is stable: a code of the API (`invalid_amount`, `unknown_merchant`, `insufficient_scope`, …), or one of
 * - `connection_failed`, `timeout`, `throttled`, `unavailable`: it is unknown whether the call took effect; repeat it.
 * - `unexpected_answer`: the answer is not one of the API (a proxy, a wrong `baseUrl`), or answers another request.
 * It is unknown whether the call took effect; repeat it.
 * - `invalid_option`: an invalid setting; the message names it.
 * - `clock_skew`: this machine's clock differs from the table's by more than 2 s; nothing was written.
 * - `result_unknown`: a transaction may or may not have been committed; repeat with the fault's `commitId`.
 * - `too_many_items`, `transaction_too_large`: more than one DynamoDB transaction can hold.
 * - `not_sent`, `refused_by_aws`: the SDK or DynamoDB rejected the request; the message says why.
 */
export class InitiatorFault extends Error {
  readonly code: string;
  /** Whether the same call may succeed later, unchanged. */
  readonly retryable: boolean;
  /** HTTP status of the answer, if there was one. */
  readonly statusCode?: number;
  /** The invalid fields. */
  readonly errors?: readonly FieldError[];
  /** Set if the result of a `commitWithOutcome` is unknown. Repeating the call with this id is safe. */
  readonly commitId?: string;

  constructor(options: {
    readonly code: string;
    readonly message: string;
    readonly retryable?: boolean;
    readonly statusCode?: number;
    readonly errors?: readonly FieldError[];
    readonly commitId?: string;
    readonly cause?: unknown;
  }) {
    super(options.message, { cause: options.cause });
    this.name = 'InitiatorFault';
    this.code = options.code;
    this.retryable = options.retryable ?? false;
    if (options.statusCode !== undefined) this.statusCode = options.statusCode;
    if (options.errors !== undefined) this.errors = options.errors;
    if (options.commitId !== undefined) this.commitId = options.commitId;
  }
}

/** A fault for invalid fields. Its `code` is that of the first field, so that callers need not read `errors` for one. */
export function invalidFields(what: string, errors: readonly FieldError[]): InitiatorFault {
  const list = errors.map(({ pointer, code }) => `${pointer || '/'} ${code}`).join(', ');
  const [first] = errors;
  return new InitiatorFault({
    code: first?.code ?? 'invalid_request',
    message: [`${what}: ${list}.`, ...(first?.detail === undefined ? [] : [first.detail])].join(' '),
    errors,
  });
}

/** @throws InitiatorFault `invalid_option` with the first problem in the list that is defined */
export function assertOptions(problems: readonly (string | undefined)[]): void {
  const problem = problems.find((one) => one !== undefined);
  if (problem !== undefined) throw invalidOption(problem);
}

export function invalidOption(message: string): InitiatorFault {
  return new InitiatorFault({ code: 'invalid_option', message });
}
