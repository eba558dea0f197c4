import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createCheckStore } from '../lib/adapters/dynamodb/stores/delivery/dynamodb-check-store.ts';
import { createGeneratedSecret } from '../lib/adapters/secrets/generated-secret.ts';
import { handleCheckMessage } from '../lib/core/check-back/check-messages.ts';
import { QUEUES } from '../lib/settings.ts';
import { openClient } from './wiring/clients.ts';
import { openLaneService } from './wiring/lanes.ts';
import { serveQueue } from './wiring/serve-queue.ts';

const service = openLaneService('check', ['signingSecretId', 'checkHorizonSeconds']);
const { config, clock } = service;
const ports = {
  ...service,
  checkHorizonSeconds: config.checkHorizonSeconds,
  checks: createCheckStore(service.table),
  signingSecret: createGeneratedSecret({
    secrets: openClient(SecretsManagerClient),
    secretId: config.signingSecretId,
    clock,
  }),
};

/** Handles messages of the check lane. Each message asks one initiator once. */
export const handler = serveQueue({
  sqs: service.sqs,
  reporter: service.reporter,
  queueUrlOf: () => service.queueUrls.check,
  longestPauseSeconds: QUEUES.lane.visibilitySeconds,
  work: (message) => handleCheckMessage(ports, message),
});
