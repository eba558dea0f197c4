import type { FunctionName } from './grants.ts';

/** A permission that no call of the local cloud needs, and who needs it on AWS. */
export interface UnusedLocally {
  readonly action: string;
  /** The only function that it is about. Default: all. */
  readonly function?: FunctionName;
  /** The only prefix of partition keys that it is about. */
  readonly partition?: string;
  readonly reason: string;
}

/**
 * Permissions whose removal breaks nothing on the local cloud. A test takes away every statement, action and key prefix,
 * one at a time, and sees a call fail for each that is not listed here.
 */
export const UNUSED_LOCALLY: readonly UnusedLocally[] = [
  {
    action: 'logs:CreateLogGroup',
    reason:
      'Lambda writes the logs of a function with its role. The managed policy grants these actions together.',
  },
  { action: 'logs:CreateLogStream', reason: 'As for logs:CreateLogGroup.' },
  { action: 'logs:PutLogEvents', reason: 'As for logs:CreateLogGroup.' },
  {
    action: 'sqs:GetQueueUrl',
    reason: 'The CDK grants it with every event source. Nobody calls it; it tells only an address.',
  },
  {
    action: 's3:AbortMultipartUpload',
    function: 'statement',
    reason: 'Ends an upload that failed half-way, which happens only if S3 refuses a part of a large file.',
  },
  {
    action: 'dynamodb:GetItem',
    function: 'statement',
    partition: 'J#statement#*',
    reason:
      'Reads the statement of another run that was faster. Two runs of a day meet only if a timer fires twice.',
  },
  {
    action: 's3:DeleteObjectVersion',
    function: 'sweep',
    reason: 'Deletes the versions of an erased merchant. The stand-in for S3 has no versions.',
  },
  {
    action: 'dynamodb:GetItem',
    function: 'count',
    reason: 'Reads what a row includes, if its batch comes again. Lambda repeats a batch only after a fault.',
  },
];
