import { InitiatorFault } from '../fault.ts';

/** Why a request is no check of the service, with what is answered. Stable; the words of the receiver kit. */
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

/** Thrown on the way from the request to `lookUp`; becomes an answer, and is told to `onError`. */
export class Refusal extends InitiatorFault {
  /** What is answered. */
  readonly status: number;

  constructor(code: RefusalCode, message: string) {
    super({ code, message });
    this.status = REFUSALS[code];
  }
}
