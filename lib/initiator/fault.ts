/** One field that is wrong: where (RFC 6901, into what was given), and how (a stable code). */
export interface FieldError {
  readonly pointer: string;
  readonly code: string;
}

/**
 * What went wrong outside of the expected: an outage, a wrong setting, a field that is refused. What may well
 * happen to a good call (another outcome stands, a condition of yours did not hold) is a value, never a fault.
 *
 * `code` is stable: a code of the API (`invalid_amount`, `unknown_merchant`, `insufficient_scope`, …), or one of
 * - `connection_failed`, `timeout`, `throttled`, `unavailable`: nobody knows whether it worked; repeat the same call.
 * - `unexpected_answer`: what answered does not speak the API (a proxy, a wrong `baseUrl`), or answers something else.
 * Nobody knows whether the call took effect: repeat it.
 * - `invalid_option`: a setting that cannot work; the message names it.
 * - `clock_skew`: this machine's clock is over 2 s off the table's; nothing was written.
 * - `result_unknown`: a transaction may or may not have been committed; repeat with the fault's `commitId`.
 * - `too_many_items`, `transaction_too_large`: more than one DynamoDB transaction can hold.
 * - `not_sent`, `refused_by_aws`: the SDK or DynamoDB would not take the request; the message says why.
 */
export class InitiatorFault extends Error {
  readonly code: string;
  /** Whether the same call may succeed later, unchanged. */
  readonly retryable: boolean;
  /** Of the answer, where there was one. */
  readonly statusCode?: number;
  /** The fields that are wrong. */
  readonly errors?: readonly FieldError[];
  /** Of a `commitWithOutcome` whose result is not known: the same id makes the repetition safe. */
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

/** Fields that are wrong; the code is that of the first, so that the common case of one needs no look inside. */
export function invalidFields(what: string, errors: readonly FieldError[]): InitiatorFault {
  const list = errors.map(({ pointer, code }) => `${pointer || '/'} ${code}`).join(', ');
  return new InitiatorFault({
    code: errors[0]?.code ?? 'invalid_request',
    message: `${what}: ${list}.`,
    errors,
  });
}

/** @throws InitiatorFault `invalid_option` with the first problem that a rule has found */
export function assertOptions(problems: readonly (string | undefined)[]): void {
  const problem = problems.find((one) => one !== undefined);
  if (problem !== undefined) throw invalidOption(problem);
}

export function invalidOption(message: string): InitiatorFault {
  return new InitiatorFault({ code: 'invalid_option', message });
}
