import { isoTime, msOf } from '../../../core/time.ts';
import {
  MAX_REASON_LENGTH,
  REASON_CODE,
  TERMINAL_STATUSES,
} from '../../../protocol/content/content-rules.ts';
import { instantOfField } from '../parts/instant-field.ts';

/** How a transaction ended, as an operator says. */
export interface ChosenEnd {
  readonly status: (typeof TERMINAL_STATUSES)[number];
  readonly occurredAt: string;
  readonly reason?: { readonly code: string; readonly message: string };
}

export type ChosenEndResult =
  | { readonly kind: 'end'; readonly end: ChosenEnd }
  | { readonly kind: 'wrong'; readonly field: 'status' | 'occurredAt' | 'reason' };

type Given = (name: 'status' | 'occurredAt' | 'reasonCode' | 'reasonMessage') => string | undefined;

/** Reads the fields of the form. The service checks them again; here people get to know which one is wrong. */
export function chosenEnd(given: Given, now: string): ChosenEndResult {
  const status = TERMINAL_STATUSES.find((one) => one === given('status'));
  if (status === undefined) return { kind: 'wrong', field: 'status' };
  const occurredMs = instantOfField(given('occurredAt'));
  if (occurredMs === undefined || occurredMs > msOf(now)) return { kind: 'wrong', field: 'occurredAt' };
  const [code = '', message = ''] = [given('reasonCode'), given('reasonMessage')];
  const occurredAt = isoTime(occurredMs);
  if (code === '' && message === '') return { kind: 'end', end: { status, occurredAt } };
  if (!REASON_CODE.test(code) || message === '' || [...message].length > MAX_REASON_LENGTH) {
    return { kind: 'wrong', field: 'reason' };
  }
  return { kind: 'end', end: { status, occurredAt, reason: { code, message } } };
}
