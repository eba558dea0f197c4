import { InitiatorFault } from '../fault.ts';

/** Reasons why a request is not a check of the service, with their HTTP status. Stable; same codes as the receiver kit. */
const REFUSALS = {
  method_not_allowed: 405,
  body_too_large: 413,
  body_incomplete: 400,
  missing_header: 400,
  malformed_header: 400,
  timestamp_too_old: 400,
  timestamp_too_new: 400,
  signature_mismatch: 401,
  malformed_body: 400,
  foreign_merchant: 403,
  body_already_read: 500,
} as const;

export type RefusalCode = keyof typeof REFUSALS;

/** Thrown before `lookUp` runs. It becomes the answer and is reported to `onError`. */
export class Refusal extends InitiatorFault {
  /** HTTP status of the answer. */
  readonly status: number;

  constructor(code: RefusalCode, message: string) {
    super({ code, message });
    this.status = REFUSALS[code];
  }
}
