import type { NotificationState } from '../protocol/contract-words.ts';
import type { CheckState, EndpointId, MerchantId, TransactionId, Version } from './model.ts';

/** The operational events: one wide event per unit of work. Never contains a secret or a payload. */
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
      /** What exactly failed, if known: `certificate_expired`. */
      readonly detail?: string;
      readonly statusCode?: number;
      readonly durationMs: number;
      /** Milliseconds from listing to the answer. For a first attempt, this is the delay that receivers see. */
      readonly sinceListedMs: number;
      readonly state: NotificationState;
      readonly nextAttemptAt?: string;
      /** Whether the result passed the fence and was stored. False for the result of a duplicate. */
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
  /** A merchant is told something. Its endpoints get it like an outcome. */
  | {
      readonly event: 'alert_raised';
      readonly merchantId: MerchantId;
      readonly alertId: string;
      readonly type: string;
    }
  /** An attempt to send an alert. Counted in no metric of outcomes. */
  | {
      readonly event: 'alert_attempt';
      readonly merchantId: MerchantId;
      readonly alertId: string;
      readonly endpointId: EndpointId;
      readonly number: number;
      readonly result: string;
      readonly error?: string;
      readonly statusCode?: number;
      readonly durationMs: number;
      readonly state: NotificationState;
    }
  /** An alert did not reach an endpoint. Merchants get no alert about this. */
  | {
      readonly event: 'alert_undelivered';
      readonly merchantId: MerchantId;
      readonly alertId: string;
      readonly endpointId: EndpointId;
      readonly state: NotificationState;
      readonly reason: string;
    }
  | {
      readonly event: 'message_superseded';
      readonly transactionId: TransactionId;
      readonly rev: number;
      readonly resent: boolean;
    }
  /** A message about an erased merchant. Nothing was sent. */
  | {
      readonly event: 'message_dropped';
      readonly merchantId: MerchantId;
      readonly transactionId: TransactionId;
    }
  /** All rows and files of an erased merchant are deleted, except those that stay. May be reported twice. */
  | {
      readonly event: 'merchant_rows_deleted';
      readonly merchantId: MerchantId;
      readonly rows: number;
      readonly files: number;
    }
  | { readonly event: 'message_malformed'; readonly messageId: string; readonly reason: string }
  /** An outcome from the queue that can never be recorded. It is in the dead-letter queue. */
  | { readonly event: 'intake_refused'; readonly messageId: string; readonly reason: string }
  | { readonly event: 'message_failed'; readonly messageId: string; readonly reason: string }
  | { readonly event: 'record_parked'; readonly recordId: string; readonly reason: string }
  /** One item of a batch. The batch itself is answered with 200. */
  | {
      readonly event: 'recording_failed';
      readonly merchantId: MerchantId;
      readonly code: string;
      readonly fault: string;
    }
  /** An initiator was asked how a transaction ended, or could not be asked. */
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
  /** A transaction reached the horizon without a known end. An operator must find out and resolve it. */
  | { readonly event: 'unresolved'; readonly merchantId: MerchantId; readonly transactionId: TransactionId }
  /** The initiator's answer contradicts what it prepared, or what it recorded itself. */
  | {
      readonly event: 'check_contradicted';
      readonly merchantId: MerchantId;
      readonly transactionId: TransactionId;
      readonly reason: string;
    }
  | { readonly event: 'schedule_refused'; readonly reason: string }
  | { readonly event: 'swept'; readonly partition: number; readonly sent: number }
  /** Seconds since the time through which every merchant is closed, audited or stated. */
  | { readonly event: 'closed' | 'audited' | 'stated'; readonly behindSeconds: number }
  /** How long the most overdue row had waited for the sweep when it came. 0 if nothing was overdue. */
  | { readonly event: 'due_swept'; readonly behindSeconds: number }
  /** The configured window length is not the one with which this service closed its first windows, which stays. */
  | {
      readonly event: 'window_seconds_ignored';
      readonly configuredSeconds: number;
      readonly inForceSeconds: number;
    }
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
  /** The audit found other contents in a closed window. */
  | { readonly event: 'window_revised'; readonly merchantId: MerchantId; readonly start: string }
  /** An expected notification was missing. It has been created. */
  | {
      readonly event: 'lost';
      readonly merchantId: MerchantId;
      readonly transactionId: TransactionId;
      readonly version: Version;
      readonly endpointId: EndpointId;
    }
  /** An index row belonged to another merchant and was dropped. */
  | { readonly event: 'foreign_row'; readonly merchantId: MerchantId; readonly index: string }
  /** A stored row that cannot be parsed. Work that needs it waits until an operator repairs it. */
  | {
      readonly event: 'unreadable_row';
      readonly kind: string;
      /** The row's keys. */
      readonly row: string;
      readonly reason: string;
    }
  /** This machine's clock differs too much from the table's. It refuses to stamp and to compare stamps. */
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

/** The delivery lanes (`first`: first attempts; `retry`: everything that waited), and `check`: asking initiators. */
export type Lane = DeliveryLane | 'check';
export type DeliveryLane = 'first' | 'retry';
