/** The initiator kit for DynamoDB: commit outcomes in your own transactions, and marks that decide check-backs. */

export type { EndOfTransaction } from './check-back/end-of-transaction.ts';
export { type FieldError, InitiatorFault } from './fault.ts';
export {
  committedMark,
  endOrRollBack,
  type MarkPlace,
  readMarkOf,
  rolledBackMark,
} from './marks/dynamodb-marks.ts';
export type { Mark } from './marks/mark.ts';
export type { CancellationReason } from './outbox/attempt.ts';
export { type CommitOptions, type CommitResult, commitWithOutcome, newCommitId } from './outbox/commit.ts';
export type { TransactItem } from './outbox/limits.ts';
