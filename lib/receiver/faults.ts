/** Each way in which the kit can fail, by its stable code. */
const CODES = {
  // What a stranger may send. The handlers answer with the status.
  method_not_allowed: { status: 405, retryable: false },
  missing_header: { status: 400, retryable: false },
  malformed_header: { status: 400, retryable: false },
  timestamp_too_old: { status: 400, retryable: false },
  timestamp_too_new: { status: 400, retryable: false },
  signature_mismatch: { status: 401, retryable: false },
  body_too_large: { status: 413, retryable: false },
  body_incomplete: { status: 400, retryable: false },
  malformed_body: { status: 400, retryable: false },
  other_merchant: { status: 403, retryable: false },
  outcome_conflict: { status: 409, retryable: false },
  // What keeps an outcome from being applied: the callback comes again.
  store_unavailable: { status: 503, retryable: true },
  outcome_not_applied: { status: 500, retryable: true },
  effects_refused: { status: 500, retryable: true },
  effects_not_synchronous: { status: 500, retryable: false },
  too_many_effects: { status: 500, retryable: false },
  // Answers that are not believed: nobody knows, so the same may be asked again.
  wrong_question: { status: 502, retryable: true },
  answer_too_old: { status: 502, retryable: true },
  answer_too_large: { status: 502, retryable: true },
  // What keeps a question from being answered.
  service_unavailable: { status: 503, retryable: true },
  key_refused: { status: 502, retryable: false },
  request_refused: { status: 502, retryable: false },
  // What was asked of the kit, and cannot be.
  service_missing: { status: 500, retryable: false },
  since_missing: { status: 500, retryable: false },
  invalid_time: { status: 500, retryable: false },
  invalid_id: { status: 500, retryable: false },
  invalid_types: { status: 500, retryable: false },
  // What was set up wrong here.
  invalid_option: { status: 500, retryable: false },
  malformed_secret: { status: 500, retryable: false },
  body_already_read: { status: 500, retryable: false },
  internal: { status: 500, retryable: false },
} as const satisfies Record<string, { readonly status: number; readonly retryable: boolean }>;

export type ReceiverFaultCode = keyof typeof CODES;

/**
 * What went wrong, with a code that stays the same between versions; messages are for people and may change.
 *
 * @example if (error instanceof ReceiverFault && error.code === 'signature_mismatch') metrics.count('forged');
 */
export class ReceiverFault extends Error {
  readonly code: ReceiverFaultCode;
  /** Whether the same may succeed later, unchanged. */
  readonly retryable: boolean;
  /** What the handlers answer with. */
  readonly status: number;

  /** @param options `retryable` where it is another than that of the code: of an answer that is not believed, nobody knows */
  constructor(
    code: ReceiverFaultCode,
    message: string,
    options: { readonly cause?: unknown; readonly retryable?: boolean } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'ReceiverFault';
    this.code = code;
    this.retryable = options.retryable ?? CODES[code].retryable;
    this.status = CODES[code].status;
  }
}

/** @throws ReceiverFault `invalid_option` with the first problem that a rule has found */
export function assertOptions(problems: readonly (string | undefined)[]): void {
  const problem = problems.find((one) => one !== undefined);
  if (problem !== undefined) throw new ReceiverFault('invalid_option', problem);
}
