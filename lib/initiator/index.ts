/** The initiator kit: record how transactions end, and answer the service's checks. */

export type { HeaderSource } from '../protocol/http/header-source.ts';
export type { LambdaHttpEvent, LambdaHttpResult } from '../protocol/http/hosts.ts';
export type { Clock, Random } from '../protocol/runtime/clock.ts';
export type { Machine } from '../protocol/runtime/machine.ts';
export { toFetchHandler, toLambdaHandler, toNodeHandler } from './check-back/check-hosts.ts';
export type { CheckBackAnswer, EndOfTransaction } from './check-back/end-of-transaction.ts';
export {
  type Check,
  type CheckBackHandler,
  type CheckBackOptions,
  type CheckRequest,
  type CheckResponse,
  createCheckBackHandler,
} from './check-back/handler.ts';
export { type PublicKeys, publishedKeys } from './check-back/public-keys.ts';
export type {
  BatchResult,
  Notification,
  OutcomeRefusal,
  Question,
  RecordResult,
  Transaction,
} from './client/answers.ts';
export {
  type BatchItem,
  type CallOptions,
  createInitiator,
  type Initiator,
  type InitiatorOptions,
  type OutcomeToRecord,
} from './client/initiator.ts';
export { type FieldError, InitiatorFault } from './fault.ts';
export {
  type MerchantId,
  merchantId,
  type TransactionId,
  type TransactionKey,
  transactionId,
} from './ids.ts';
export type {
  CheckBack,
  JsonObject,
  JsonValue,
  OutcomeContent,
  PendingContent,
  Reason,
  RecordedOutcome,
  TerminalContent,
  TerminalStatus,
} from './recorded-outcome.ts';
