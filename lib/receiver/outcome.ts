import { TERMINAL_STATUSES, type TerminalStatus } from '../protocol/content/content-rules.ts';
import { MERCHANT_ID, TRANSACTION_ID } from '../protocol/id-forms.ts';
import { instantOf } from '../protocol/instants.ts';
import { isObject, type JsonObject } from '../protocol/json/json-values.ts';
import { formProblem } from '../protocol/runtime/option-rules.ts';
import { ReceiverFault } from './receiver-fault.ts';

export type { TerminalStatus };

/** The final result of a transaction. A transaction has exactly one, and it never changes. */
export interface Outcome {
  readonly merchantId: string;
  readonly transactionId: string;
  /** The merchant's own order number; a payment and its refunds may share it. */
  readonly reference?: string;
  /** 1, or 2 if the transaction was PENDING before. */
  readonly version: number;
  /** For example `payment` or `refund`. It determines the direction of the amount. */
  readonly transactionType: string;
  readonly status: TerminalStatus;
  readonly reason?: { readonly code: string; readonly message: string };
  /** In the currency's minor unit: 1999 is CNY 19.99. */
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
  readonly relatedTransactionId?: string;
  readonly occurredAt: string;
  readonly recordedAt: string;
  /** When the outcome entered the feed. This time decides which window it belongs to. */
  readonly listedAt: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** An outcome as feeds and windows list it: without its metadata, which the service returns by id. */
export type ListedOutcome = Omit<Outcome, 'metadata'>;

export function merchantIdProblem(value: unknown): string | undefined {
  return formProblem('merchantId', value, { pattern: MERCHANT_ID, form: '1 to 64 of A-Z a-z 0-9 _ -' });
}

const ANY_TEXT = /^/;
const SOME_TEXT = /./s;
const MAX_TEXT_LENGTH = 1_024;

/**
 * Reads an outcome from signed content. Unknown fields, which later versions may add, are dropped. One known field
 * with an invalid value rejects the whole outcome.
 *
 * @throws ReceiverFault `malformed_body`
 */
export function parseOutcome(value: unknown): Outcome {
  const listed = parseListedOutcome(value);
  const { metadata = {} } = value as JsonObject;
  if (!isObject(metadata)) throw malformed('metadata');
  return { ...listed, metadata };
}

/**
 * Reads a row of the feed or of a window, in the same way as {@link parseOutcome}.
 *
 * @throws ReceiverFault `malformed_body`
 */
export function parseListedOutcome(value: unknown): ListedOutcome {
  if (!isObject(value)) throw malformed('data');
  const field = fieldsOf(value);
  const { reason } = value;
  return {
    merchantId: field.text('merchantId', TRANSACTION_ID),
    transactionId: field.text('transactionId', TRANSACTION_ID),
    ...(value.reference !== undefined && { reference: field.text('reference') }),
    version: field.integer('version', 1),
    transactionType: field.text('transactionType'),
    status: field.terminalStatus(),
    ...(reason !== undefined && { reason: parseReason(reason) }),
    amount: field.integer('amount', 0),
    currency: field.text('currency', /^[A-Z]{3}$/),
    ...(value.relatedTransactionId !== undefined && {
      relatedTransactionId: field.text('relatedTransactionId', TRANSACTION_ID),
    }),
    occurredAt: field.time('occurredAt'),
    recordedAt: field.time('recordedAt'),
    listedAt: field.time('listedAt'),
  };
}

function parseReason(value: unknown): { readonly code: string; readonly message: string } {
  if (!isObject(value)) throw malformed('reason');
  const field = fieldsOf(value);
  return { code: field.text('code'), message: field.text('message', ANY_TEXT) };
}

function fieldsOf(value: JsonObject) {
  const text = (name: string, form: RegExp = SOME_TEXT): string => {
    const found = value[name];
    if (typeof found !== 'string' || found.length > MAX_TEXT_LENGTH || !form.test(found))
      throw malformed(name);
    return found;
  };
  return {
    text,
    integer(name: string, least: number): number {
      const found = value[name];
      if (typeof found !== 'number' || !Number.isSafeInteger(found) || found < least) throw malformed(name);
      return found;
    },
    time(name: string): string {
      const found = text(name, /T.*Z$/);
      if (Number.isNaN(instantOf(found))) throw malformed(name);
      return found;
    },
    terminalStatus(): TerminalStatus {
      const found = TERMINAL_STATUSES.find((status) => status === value.status);
      if (found === undefined) throw malformed('status');
      return found;
    },
  };
}

function malformed(field: string): ReceiverFault {
  return new ReceiverFault('malformed_body', `The signed content has no valid ${field}.`);
}
