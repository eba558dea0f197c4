import type { CheckState } from './check-back/check-state.ts';
import type { NotificationState } from './deliver/state/notification.ts';
import type { EndpointId, MerchantId, TransactionId, Version } from './model.ts';

/** What operators learn: one wide event a unit of work. Never a secret, never a payload. */
export type ServiceEvent =
  | {
      readonly event: 'attempt';
      readonly merchantId: MerchantId;
      readonly transactionId: TransactionId;
      readonly version: Version;
      readonly endpointId: EndpointId;
      readonly number: number;
      readonly lane: Lane;
      readonly result: string;
      readonly error?: string;
      /** Which fault of TLS or DNS the error was, where that is known: `CERT_HAS_EXPIRED`. */
      readonly detail?: string;
      readonly statusCode?: number;
      readonly durationMs: number;
      /** From listing to the answer; of a first attempt, the delay that receivers feel. */
      readonly sinceListedMs: number;
      readonly state: NotificationState;
      readonly nextAttemptAt?: string;
      /** Whether the fence let the result stand; false for what a duplicate brought. */
      readonly kept: boolean;
    }
  | {
      readonly event: 'exhausted' | 'blocked';
      readonly merchantId: MerchantId;
      readonly transactionId: TransactionId;
      readonly version: Version;
      readonly endpointId: EndpointId;
      readonly reason: string;
    }
  | {
      readonly event: 'endpoint_disabled';
      readonly merchantId: MerchantId;
      readonly endpointId: EndpointId;
      readonly reason: string;
    }
  | {
      readonly event: 'message_superseded';
      readonly transactionId: TransactionId;
      readonly rev: number;
      readonly resent: boolean;
    }
  | { readonly event: 'message_malformed'; readonly messageId: string; readonly reason: string }
  /** An outcome from the queue that can never be recorded; it lies among the dead letters. */
  | { readonly event: 'intake_refused'; readonly messageId: string; readonly reason: string }
  | { readonly event: 'message_failed'; readonly messageId: string; readonly reason: string }
  | { readonly event: 'record_parked'; readonly recordId: string; readonly reason: string }
  /** One item of a batch, whose answer is a 200 all the same. */
  | {
      readonly event: 'recording_failed';
      readonly merchantId: MerchantId;
      readonly code: string;
      readonly fault: string;
    }
  /** An initiator was asked how a transaction ended, or could not be. */
  | {
      readonly event: 'check';
      readonly merchantId: MerchantId;
      readonly transactionId: TransactionId;
      readonly number: number;
      readonly result: string;
      readonly statusCode?: number;
      readonly durationMs: number;
      readonly sincePreparedMs: number;
      readonly state: CheckState;
      readonly nextAttemptAt?: string;
    }
  /** Nobody said how a transaction ended until the horizon: somebody must find out and resolve it. */
  | { readonly event: 'unresolved'; readonly merchantId: MerchantId; readonly transactionId: TransactionId }
  /** What the initiator answers is not what it prepared, or not what it recorded itself. */
  | {
      readonly event: 'check_contradicted';
      readonly merchantId: MerchantId;
      readonly transactionId: TransactionId;
      readonly reason: string;
    }
  | { readonly event: 'schedule_refused'; readonly reason: string }
  | { readonly event: 'swept'; readonly partition: number; readonly sent: number }
  /** How far every merchant is: seconds since the time through which all of them are closed, audited, or stated. */
  | { readonly event: 'closed' | 'audited' | 'stated'; readonly behindSeconds: number }
  | { readonly event: 'health_unavailable'; readonly reason: string }
  | { readonly event: 'audit_failed'; readonly merchantId: MerchantId; readonly reason: string }
  | { readonly event: 'close_failed'; readonly merchantId: MerchantId; readonly reason: string }
  | { readonly event: 'statement_failed'; readonly merchantId: MerchantId; readonly reason: string }
  | {
      readonly event: 'statement_made';
      readonly merchantId: MerchantId;
      readonly date: string;
      readonly rows: number;
      readonly revision: number;
    }
  /** A closed window had other contents when it was read again. */
  | { readonly event: 'window_revised'; readonly merchantId: MerchantId; readonly start: string }
  /** A notification that was expected had come to nothing; it has been made. */
  | {
      readonly event: 'lost';
      readonly merchantId: MerchantId;
      readonly transactionId: TransactionId;
      readonly version: Version;
      readonly endpointId: EndpointId;
    }
  /** A row of an index belonged to another merchant, and was dropped. */
  | { readonly event: 'foreign_row'; readonly merchantId: MerchantId; readonly index: string }
  /** A stored row that no version's rules make sense of; whatever needs it waits until somebody mends it. */
  | {
      readonly event: 'unreadable_row';
      readonly kind: string;
      /** Its keys. */
      readonly row: string;
      readonly reason: string;
    }
  /** This machine's clock is off the table's: it refuses to stamp, and to compare stamps. */
  | { readonly event: 'clock_skew'; readonly skewMs: number }
  | { readonly event: 'relayed'; readonly outcomes: number; readonly messages: number }
  | {
      readonly event: 'request';
      readonly request: string;
      readonly statusCode: number;
      readonly code?: string;
      readonly keyId?: string;
      readonly merchantId?: MerchantId;
      readonly durationMs: number;
      readonly fault?: string;
    };

/** The two ways to deliver, first attempts and everything that waited; and asking initiators. */
export type Lane = DeliveryLane | 'check';
export type DeliveryLane = 'first' | 'retry';
