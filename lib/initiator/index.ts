/** The initiator kit: record how transactions end, and answer when the service asks. */

export type { HeaderSource } from '../protocol/http/header-source.ts';
export type { CheckBackAnswer, EndOfTransaction } from './check-back/answer.ts';
export {
  type Check,
  type CheckBackHandler,
  type CheckBackOptions,
  type CheckRequest,
  type CheckResponse,
  createCheckBackHandler,
} from './check-back/handler.ts';
export { toFetchHandler } from './check-back/http/fetch.ts';
export { type LambdaHttpEvent, type LambdaHttpResult, toLambdaHandler } from './check-back/http/lambda.ts';
export { toNodeHandler } from './check-back/http/node.ts';
export { type PublicKeys, publishedKeys } from './check-back/public-keys.ts';
export type {
  BatchResult,
  Notification,
  OutcomeRefusal,
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
} from './outcome.ts';
export type { Clock, Machine, Random } from './system.ts';
