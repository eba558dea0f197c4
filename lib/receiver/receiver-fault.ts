/** Every fault of the kit by its stable code, with its HTTP status and whether a retry may succeed. */
const CODES = {
  // Bad requests from anyone. The handlers answer with the status.
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
  // The outcome could not be applied. The service sends the callback again.
  store_unavailable: { status: 503, retryable: true },
  outcome_not_applied: { status: 500, retryable: true },
  alert_not_taken: { status: 500, retryable: true },
  effects_refused: { status: 500, retryable: true },
  effects_not_synchronous: { status: 500, retryable: false },
  too_many_effects: { status: 500, retryable: false },
  // The answer cannot be trusted. The result is unknown, so the same question may be asked again.
  wrong_question: { status: 502, retryable: true },
  answer_too_old: { status: 502, retryable: true },
  answer_too_large: { status: 502, retryable: true },
  // The question could not be answered.
  service_unavailable: { status: 503, retryable: true },
  key_refused: { status: 502, retryable: false },
  request_refused: { status: 502, retryable: false },
  // The caller passed an invalid argument, or called a function that needs more configuration.
  service_missing: { status: 500, retryable: false },
  since_missing: { status: 500, retryable: false },
  invalid_time: { status: 500, retryable: false },
  invalid_id: { status: 500, retryable: false },
  invalid_types: { status: 500, retryable: false },
  // Wrong configuration on the receiver's side.
  invalid_option: { status: 500, retryable: false },
  malformed_secret: { status: 500, retryable: false },
  body_already_read: { status: 500, retryable: false },
  internal: { status: 500, retryable: false },
} as const satisfies Record<string, { readonly status: number; readonly retryable: boolean }>;

export type ReceiverFaultCode = keyof typeof CODES;

/**
 * An error of the kit. `code` is stable between versions. Messages are for people and may change.
 *
 * @example if (error instanceof ReceiverFault && error.code === 'signature_mismatch') metrics.count('forged');
 */
export class ReceiverFault extends Error {
  readonly code: ReceiverFaultCode;
  /** Whether the same request may succeed later, unchanged. */
  readonly retryable: boolean;
  /** The HTTP status that the handlers answer with. */
  readonly status: number;

  /** @param options `retryable` overrides the default of the code, for example for an answer that cannot be trusted */
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

/** @throws ReceiverFault `invalid_option` with the first problem in the list that is defined */
export function assertOptions(problems: readonly (string | undefined)[]): void {
  const problem = problems.find((one) => one !== undefined);
  if (problem !== undefined) throw new ReceiverFault('invalid_option', problem);
}
