import { isTerminalStatus, type TerminalStatus } from '../protocol/content/content-rules.ts';
import { isObject } from '../protocol/json/json-values.ts';
import { isMerchantId, isTransactionId, type MerchantId, type TransactionId } from './ids.ts';

export type { TerminalStatus };

/** What an initiator states of a transaction, and what it reads back. */

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Why it ended so. */
export interface Reason {
  /** 1 to 64 of `A-Z a-z 0-9 _ . -`. */
  readonly code: string;
  /** For people; at most 512 characters. */
  readonly message: string;
}

interface Stated {
  /** What kind of business operation it was: `payment`, `refund`; the direction of the amount follows from it. */
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
  /** Whatever the receiver is to have; at most 16 KiB as JSON. */
  readonly metadata?: JsonObject;
  /** This transaction's own callback URL, beside the merchant's endpoints. */
  readonly notifyUrl?: string;
}

/** How a transaction ended. It cannot be changed afterwards. */
export interface TerminalContent extends Stated {
  readonly status: TerminalStatus;
}

/** That a transaction is about to be decided: stated before it runs, at most once. */
export interface PendingContent extends Stated {
  readonly status: 'PENDING';
  /** Whom to ask when the end does not come. */
  readonly checkBack?: CheckBack;
}

export interface CheckBack {
  /** https; answers checks, see `createCheckBackHandler`. */
  readonly url: string;
  /** Seconds that the transaction is given until the first question, 1 to 900. 60 unless said otherwise. */
  readonly afterSeconds?: number;
  /** What it means that you know of no such transaction: ask again (the default), or record it as FAILED. */
  readonly onUnknown?: 'ask' | 'FAILED';
}

export type OutcomeContent = TerminalContent | PendingContent;

/** One recorded statement about a transaction, as the API shows it. */
export interface RecordedOutcome {
  readonly merchantId: MerchantId;
  readonly transactionId: TransactionId;
  /** 1, or 2 for what follows a PENDING. */
  readonly version: 1 | 2;
  readonly transactionType: string;
  readonly status: 'PENDING' | TerminalStatus;
  readonly amount: number;
  readonly currency: string;
  readonly occurredAt: string;
  readonly recordedAt: string;
  /** When it entered the feed; absent of PENDING. */
  readonly listedAt?: string;
  readonly reference?: string;
  readonly reason?: Reason;
  readonly relatedTransactionId?: TransactionId;
  readonly metadata: JsonObject;
}

const TEXTS = ['transactionType', 'currency', 'occurredAt', 'recordedAt'] as const;

/** Whether something that came from outside is an outcome as far as this kit relies on it. */
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
