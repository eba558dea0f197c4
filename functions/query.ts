import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { parseConfig } from '../lib/adapters/config.ts';
import { createOutcomeStore } from '../lib/adapters/dynamodb/outcome-store.ts';
import { createGeneratedSecret } from '../lib/adapters/generated-secret.ts';
import { createApp } from '../lib/api/app.ts';
import { askingRoutes } from '../lib/api/asking-routes.ts';
import { publicKeysRoutes } from '../lib/api/public-keys-routes.ts';
import { openApiService } from './wiring/api.ts';
import { clientDefaults } from './wiring/clients.ts';
import { serveHttp } from './wiring/http.ts';

const service = openApiService('query');
const outcomes = createOutcomeStore(service.table, service.config);
const { retentionDays, feedLagSeconds } = service.config;

const signingSecret = createGeneratedSecret({
  secrets: new SecretsManagerClient(clientDefaults),
  secretId: parseConfig(process.env, ['signingSecretId']).signingSecretId,
  clock: service.clock,
});

export const handler = serveHttp(
  createApp(service.app, [
    ...askingRoutes({ ...service, outcomes, retentionDays, feedLagSeconds }),
    ...publicKeysRoutes({ signingSecret }),
  ]),
);
