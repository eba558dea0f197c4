import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { QUEUES } from '../../settings.ts';
import { acceptLastQueue } from '../accepted-findings.ts';
import type { Lanes } from '../service-parts.ts';
import { createQueue, type Storage } from '../storage/storage.ts';

/**
 * Receives after which a message becomes a dead letter. During a transient fault, pauses grow from 5 s to the
 * visibility timeout (`core/deliver/coming-back.ts`). Nine receives take 27 minutes, minus at most a fifth by jitter.
 * If the function dies, the message waits for the whole visibility timeout each time: 48 minutes in all.
 */
const MAX_RECEIVES = 9;

/** Creates the lanes. */
export function createLanes(scope: Construct, storage: Storage): Lanes {
  const dead = createQueue(scope, 'DeadLetters', storage);
  acceptLastQueue(dead);
  const lane = (id: string) =>
    createQueue(scope, id, storage, {
      visibilityTimeout: Duration.seconds(QUEUES.lane.visibilitySeconds),
      deadLetterQueue: { queue: dead, maxReceiveCount: MAX_RECEIVES },
    });
  return { first: lane('FirstLane'), retry: lane('RetryLane'), check: lane('CheckLane'), dead };
}
