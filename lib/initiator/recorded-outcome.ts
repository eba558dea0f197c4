import { isTerminalStatus, type TerminalStatus } from '../protocol/content/content-rules.ts';
import { isObject } from '../protocol/json/json-values.ts';
import { isMerchantId, isTransactionId, type MerchantId, type TransactionId } from './ids.ts';

export type { TerminalStatus };

/** The outcomes that an initiator records, and the outcomes that it reads back. */

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Why the transaction ended with this status. */
export interface Reason {
  /** 1 to 64 of `A-Z a-z 0-9 _ . -`. */
  readonly code: string;
  /** For people; at most 512 characters. */
  readonly message: string;
}

interface Stated {
  /** Kind of business operation: `payment`, `refund`. It determines the direction of the amount. */
  readonly transactionType: string;
  /** In the currency's minor unit: 1999 is 19.99 CNY. A non-negative safe integer. */
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
  /** RFC 3339 with its offset. */
  readonly occurredAt: string;
  /** The merchant's own order number: 1 to 64 printable ASCII. */
  readonly reference?: string;
  readonly reason?: Reason;
  readonly relatedTransactionId?: TransactionId;
  /** Any data for the receiver; at most 16 KiB as JSON. */
  readonly metadata?: JsonObject;
  /** A callback URL for this transaction only, in addition to the merchant's endpoints. */
  readonly notifyUrl?: string;
}

/** How a transaction ended. It cannot be changed afterwards. */
export interface TerminalContent extends Stated {
  readonly status: TerminalStatus;
}

/** Announces a transaction. Recorded at most once, before the transaction runs. */
export interface PendingContent extends Stated {
  readonly status: 'PENDING';
  /** Where the service asks if no terminal outcome arrives. */
  readonly checkBack?: CheckBack;
}

export interface CheckBack {
  /** https URL that answers checks; see `createCheckBackHandler`. */
  readonly url: string;
  /** Seconds until the first check, 1 to 900; default: 60. */
  readonly afterSeconds?: number;
  /** What the service does if you answer `unknown`: ask again (default), or record the transaction as FAILED. */
  readonly onUnknown?: 'ask' | 'FAILED';
}

export type OutcomeContent = TerminalContent | PendingContent;

/** One recorded outcome of a transaction, PENDING included, as the API returns it. */
export interface RecordedOutcome {
  readonly merchantId: MerchantId;
  readonly transactionId: TransactionId;
  /** 1, or 2 if it follows a PENDING. */
  readonly version: 1 | 2;
  readonly transactionType: string;
  readonly status: 'PENDING' | TerminalStatus;
  readonly amount: number;
  readonly currency: string;
  readonly occurredAt: string;
  readonly recordedAt: string;
  /** When the outcome entered the feed; absent for PENDING. */
  readonly listedAt?: string;
  readonly reference?: string;
  readonly reason?: Reason;
  readonly relatedTransactionId?: TransactionId;
  readonly metadata: JsonObject;
}

const TEXTS = ['transactionType', 'currency', 'occurredAt', 'recordedAt'] as const;

/** Whether an untrusted value has every field of an outcome that this kit relies on. */
export function isRecordedOutcome(value: unknown): value is RecordedOutcome {
  if (!isObject(value)) return false;
  const { merchantId, transactionId, version, status, amount } = value;
  return (
    isMerchantId(merchantId) &&
    isTransactionId(transactionId) &&
    (version === 1 || version === 2) &&
    (status === 'PENDING' || isTerminalStatus(status)) &&
    Number.isSafeInteger(amount) &&
    TEXTS.every((name) => typeof value[name] === 'string') &&
    isObject(value.metadata)
  );
}
