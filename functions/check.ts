import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createCheckStore } from '../lib/adapters/dynamodb/stores/dynamodb-check-store.ts';
import { createHttpSender } from '../lib/adapters/http/http-sender.ts';
import { createDeadLetters } from '../lib/adapters/queues/dead-letters.ts';
import { createDispatcher } from '../lib/adapters/queues/lane-dispatcher.ts';
import { createGeneratedSecret } from '../lib/adapters/secrets/generated-secret.ts';
import { handleCheckMessage } from '../lib/core/deliver/messages.ts';
import { clientDefaults } from './wiring/clients.ts';
import { openDispatchService } from './wiring/dispatch.ts';
import { LANE_VISIBILITY_SECONDS, serveQueue } from './wiring/serve-queue.ts';

const service = openDispatchService('check', [
  'scheduleGroup',
  'schedulerRoleArn',
  'schedulerDeadLetterArn',
  'deadLetterUrl',
  'signingSecretId',
  'checkHorizonSeconds',
  'allowLoopback',
  'callbackPorts',
]);
const { config } = service;
const callbackPolicy = { allowedPorts: config.callbackPorts, allowLoopback: config.allowLoopback };
const ports = {
  ...service,
  callbackPolicy,
  checkHorizonSeconds: config.checkHorizonSeconds,
  checks: createCheckStore(service.table),
  dispatcher: createDispatcher({
    ...service,
    schedules: { ...config, scheduler: new SchedulerClient(clientDefaults) },
    onRefused: (reason) => service.reporter.report({ event: 'schedule_refused', reason }),
  }),
  sender: createHttpSender({ policy: callbackPolicy, now: service.clock.now }),
  signingSecret: createGeneratedSecret({
    secrets: new SecretsManagerClient(clientDefaults),
    secretId: config.signingSecretId,
    clock: service.clock,
  }),
  deadLetters: createDeadLetters({ sqs: service.sqs, queueUrl: config.deadLetterUrl }),
};

/** Handles messages of the check lane. Each message asks one initiator once. */
export const handler = serveQueue({
  sqs: service.sqs,
  reporter: service.reporter,
  queueUrlOf: () => service.queueUrls.check,
  longestPauseSeconds: LANE_VISIBILITY_SECONDS,
  work: (message) => handleCheckMessage(ports, message),
});
