/** The initiator kit for DynamoDB: outcomes in your own transactions, and marks of who wrote first. */

export type { EndOfTransaction } from './check-back/check-answer.ts';
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
