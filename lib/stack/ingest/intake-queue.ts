import { Duration, Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { Construct } from 'constructs';
import { QUEUES } from '../../settings.ts';
import { acceptLastQueue } from '../accepted-findings.ts';
import type { Intake } from '../service-parts.ts';
import type { Recorder } from '../settings/props.ts';
import { createQueue, type Storage } from '../storage/storage.ts';

/** Detail type of an event that records an outcome. Its detail is an item of a batch plus `merchantId`. */
const DETAIL_TYPE = 'Transaction Outcome';
/** Receives after which a message becomes a dead letter even if it might succeed later: the table was away for hours. */
const MAX_RECEIVES = 100;

/** Creates the intake queue, its dead-letter queue and the rule that fills it from events. */
export function createIntake(scope: Construct, recorders: readonly Recorder[], storage: Storage): Intake {
  const dead = createQueue(scope, 'IntakeDeadLetters', storage);
  acceptLastQueue(dead);
  const queue = createQueue(scope, 'IntakeQueue', storage, {
    visibilityTimeout: Duration.seconds(QUEUES.intake.visibilitySeconds),
    deadLetterQueue: { queue: dead, maxReceiveCount: MAX_RECEIVES },
  });
  new Rule(scope, 'IntakeRule', {
    description: 'Outcome events from initiators.',
    eventPattern: {
      detailType: [DETAIL_TYPE],
      account: [Stack.of(scope).account, ...recorders.map(({ account }) => account)],
    },
    targets: [new SqsQueue(queue, { deadLetterQueue: dead })],
  });
  return { queue, dead };
}

/** JSON of account to merchant ids, as the function reads it. The stack's own account may record for all merchants. */
export function recordersText(scope: Construct, recorders: readonly Recorder[]): string {
  const stack = Stack.of(scope);
  const listed = recorders.map(({ account, merchantIds }) => [account, merchantIds ?? ['*']] as const);
  return stack.toJsonString(Object.fromEntries([[stack.account, ['*']], ...listed]));
}
