/**
 * The receiver kit: verifies callbacks, applies each outcome once, and finds outcomes whose callbacks never came.
 *
 * It uses only built-ins of Node 22 and later. Stores: `tidings/receiver/memory`, `/sqlite`, `/dynamodb`. For your
 * tests: `tidings/receiver/testing`.
 */

export type { HeaderSource } from '../protocol/http/header-source.ts';
export type { LambdaHttpEvent, LambdaHttpResult } from '../protocol/http/hosts.ts';
export type { AlertEvent, AlertSummary, AlertType } from './alert.ts';
export type { Conflict, ReceiverEvent } from './applying.ts';
export type { DueAnswer, DueTransaction, Order } from './asking/due.ts';
export type { FollowOptions, FollowProgress, FollowReport } from './asking/follow.ts';
export type { Asking, AskingOptions } from './asking.ts';
export { toFetchHandler, toLambdaHandler, toNodeHandler } from './http/callback-hosts.ts';
export type { AdapterOptions, CallbackHandler, CallbackRequest, CallbackResponse } from './http/handling.ts';
export type { ListedOutcome, Outcome, TerminalStatus } from './outcome.ts';
export { createReceiver, type Receiver, type ReceiverOptions } from './receiver.ts';
export { ReceiverFault, type ReceiverFaultCode } from './receiver-fault.ts';
export type { ReconcileOptions, ReconcileProgress, ReconcileReport } from './reconciling/reconcile.ts';
export type { Total, Totals } from './reconciling/totals.ts';
export type { AppliedOutcome, ApplyResult, Effects, ReceiverStore } from './stores/receiver-store.ts';
export {
  canonicalRequest,
  createAnswerVerifier,
  type VerifiedAnswer,
  type VerifyAnswerOptions,
  verifyAnswer,
} from './verifying/answer.ts';
export type { Secrets } from './verifying/keys.ts';
export type { SignedRequest } from './verifying/signed-request.ts';
export { type Callback, createVerifier, type VerifyOptions, verify } from './verifying/verify.ts';
