import { Duration, Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** An account whose events record outcomes, beside the service's own. */
export interface Recorder {
  /** Twelve digits. The event bus must let it put events. */
  readonly account: string;
  /** The merchants for which it may speak; all unless said otherwise. */
  readonly merchantIds?: readonly string[] | undefined;
}

/** Outcomes handed over without waiting for the answer, and where goes what can never be recorded. */
export interface Intake {
  readonly queue: IQueue;
  readonly dead: IQueue;
  /** How long a message is hidden that a function has taken. */
  readonly visibilitySeconds: number;
}

/** Seconds of one invocation of record at most. */
export const RECORD_TIMEOUT_SECONDS = 20;
/** What an event is called that records an outcome: its detail is that of a batch, with its `merchantId`. */
const DETAIL_TYPE = 'Transaction Outcome';
/** Receipts after which even what may be recorded some day is a dead letter: the table was away for hours. */
const MAX_RECEIVES = 100;

export function createIntake(scope: Construct, recorders: readonly Recorder[]): Intake {
  const shared = {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  };
  // Six times the function's time-out, as Lambda asks of its event sources.
  const visibilitySeconds = 6 * RECORD_TIMEOUT_SECONDS;
  const dead = new Queue(scope, 'IntakeDeadLetters', shared);
  const queue = new Queue(scope, 'IntakeQueue', {
    ...shared,
    visibilityTimeout: Duration.seconds(visibilitySeconds),
    deadLetterQueue: { queue: dead, maxReceiveCount: MAX_RECEIVES },
  });
  new Rule(scope, 'IntakeRule', {
    description: 'Outcomes that initiators put as events.',
    eventPattern: {
      detailType: [DETAIL_TYPE],
      account: [Stack.of(scope).account, ...recorders.map(({ account }) => account)],
    },
    targets: [new SqsQueue(queue, { deadLetterQueue: dead })],
  });
  return { queue, dead, visibilitySeconds };
}

/** As the function reads it: account by account, with the merchants of each. */
export function recordersText(scope: Construct, recorders: readonly Recorder[]): string {
  const stack = Stack.of(scope);
  const listed = recorders.map(({ account, merchantIds }) => [account, merchantIds ?? ['*']] as const);
  return stack.toJsonString(Object.fromEntries([[stack.account, ['*']], ...listed]));
}
