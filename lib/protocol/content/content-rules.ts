import { RESERVED_TRANSACTION_TYPE } from '../alerts.ts';
import { CURRENCIES } from './currencies.ts';

/** Rules for the fields of an outcome. Ids, references and times have files of their own. */

export const TERMINAL_STATUSES = ['SUCCEEDED', 'FAILED', 'CLOSED'] as const;
/** How a transaction ended. */
export type TerminalStatus = (typeof TERMINAL_STATUSES)[number];

export function isTerminalStatus(value: unknown): value is TerminalStatus {
  return TERMINAL_STATUSES.some((status) => status === value);
}

/** Kind of business operation. */
export const TRANSACTION_TYPE = /^[a-z][a-z0-9_-]{0,31}$/;
/** Whether a new outcome may have this transaction type: alerts have the reserved one. */
export function isFreeTransactionType(transactionType: unknown): boolean {
  return transactionType !== RESERVED_TRANSACTION_TYPE;
}

export const REASON_CODE = /^[A-Za-z0-9_.-]{1,64}$/;
/** Maximum length of a reason's message in characters. */
export const MAX_REASON_LENGTH = 512;
/** Maximum size of `metadata` as JSON in bytes. */
const MAX_METADATA_BYTES = 16 * 1024;

/** Whether a value is an amount in the minor unit: a non-negative integer that JSON keeps exactly. */
export function isAmount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0 && !Object.is(value, -0);
}

export function isCurrency(value: unknown): value is string {
  return typeof value === 'string' && CURRENCIES.has(value);
}

/** What {@link isShortMetadata} takes, for people. */
export const METADATA_SENTENCE = `Use at most ${MAX_METADATA_BYTES} bytes of JSON.`;

/** Whether `metadata`, which is JSON, is short enough. */
export function isShortMetadata(metadata: object): boolean {
  return Buffer.byteLength(JSON.stringify(metadata)) <= MAX_METADATA_BYTES;
}
