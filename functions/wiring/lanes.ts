import { SchedulerClient } from '@aws-sdk/client-scheduler';
import type { ConfigName } from '../../lib/adapters/config.ts';
import { createHttpSender } from '../../lib/adapters/http/http-sender.ts';
import { createDeadLetters } from '../../lib/adapters/queues/dead-letters.ts';
import { createDispatcher } from '../../lib/adapters/queues/lane-dispatcher.ts';
import { CALLBACK_SETTINGS, callbackPolicyOf } from './callback-policy.ts';
import { openClient } from './clients.ts';
import { openDispatchService } from './dispatch.ts';

/** What deliver and check share: they make requests to strangers, and put messages back for later. */
export function openLaneService<N extends ConfigName = never>(
  functionName: string,
  names: readonly N[] = [],
) {
  const service = openDispatchService(functionName, [
    'scheduleGroup',
    'schedulerRoleArn',
    'schedulerDeadLetterArn',
    'deadLetterUrl',
    ...CALLBACK_SETTINGS,
    ...names,
  ]);
  const { config, sqs, clock } = service;
  const callbackPolicy = callbackPolicyOf(config);
  const schedules = { ...config, scheduler: openClient(SchedulerClient) };
  return {
    ...service,
    callbackPolicy,
    dispatcher: createDispatcher({ ...service, schedules }),
    sender: createHttpSender({ policy: callbackPolicy, now: clock.now }),
    deadLetters: createDeadLetters({ sqs, queueUrl: config.deadLetterUrl }),
  };
}
