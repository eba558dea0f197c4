import { Duration } from 'aws-cdk-lib';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** Seconds of one delivery at most: the longest attempt is 30 s, the rest is reading and writing. */
export const DELIVER_TIMEOUT_SECONDS = 60;
/** Six times the function's time-out, as Lambda asks of its event sources. */
export const LANE_VISIBILITY_SECONDS = 6 * DELIVER_TIMEOUT_SECONDS;
/**
 * Receipts after which a message is a dead letter. While a fault passes, pauses grow from 5 s to the visibility time-out
 * (`core/deliver/coming-back.ts`): nine receipts last for 27 minutes, less a fifth at most by jitter. What dies without a word
 * waits for the visibility time-out each time, 48 minutes in all.
 */
const MAX_RECEIVES = 9;

/** The two ways to deliver, the way to ask, and where goes what cannot be worked off at all. */
export interface Lanes {
  readonly first: IQueue;
  readonly retry: IQueue;
  readonly check: IQueue;
  readonly dead: IQueue;
}

export function createLanes(scope: Construct): Lanes {
  const dead = new Queue(scope, 'DeadLetters', {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  const lane = (id: string) =>
    new Queue(scope, id, {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      visibilityTimeout: Duration.seconds(LANE_VISIBILITY_SECONDS),
      deadLetterQueue: { queue: dead, maxReceiveCount: MAX_RECEIVES },
    });
  return { first: lane('FirstLane'), retry: lane('RetryLane'), check: lane('CheckLane'), dead };
}
