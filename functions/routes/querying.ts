import { s3EndpointOf } from '../../lib/adapters/config.ts';
import { createAlertStore } from '../../lib/adapters/dynamodb/stores/delivery/dynamodb-alert-store.ts';
import { createCountStore } from '../../lib/adapters/dynamodb/stores/delivery/dynamodb-count-store.ts';
import { createNotificationStore } from '../../lib/adapters/dynamodb/stores/delivery/dynamodb-notification-store.ts';
import { createFeedStore } from '../../lib/adapters/dynamodb/stores/feed/dynamodb-feed-store.ts';
import { createStatementStore } from '../../lib/adapters/dynamodb/stores/feed/dynamodb-statement-store.ts';
import { createWindowStore } from '../../lib/adapters/dynamodb/stores/feed/dynamodb-window-store.ts';
import { createDirectory } from '../../lib/adapters/dynamodb/stores/merchants/dynamodb-directory.ts';
import { createOutcomeStore } from '../../lib/adapters/dynamodb/stores/outcomes/dynamodb-outcome-store.ts';
import { createStatementLinks } from '../../lib/adapters/files/statement-links.ts';
import { createGeneratedSecret } from '../../lib/adapters/secrets/generated-secret.ts';
import { alertsRoutes } from '../../lib/api/alerts/alerts-routes.ts';
import type { Route } from '../../lib/api/api-app.ts';
import { deliveriesRoutes } from '../../lib/api/deliveries/deliveries-routes.ts';
import { undeliveredRoutes } from '../../lib/api/notifications/undelivered-routes.ts';
import { publicKeysRoutes } from '../../lib/api/public-keys/public-keys-routes.ts';
import { reconcilingRoutes } from '../../lib/api/reconciliations/reconciliations-routes.ts';
import { statementRoutes } from '../../lib/api/statements/statements-routes.ts';
import { statsRoutes } from '../../lib/api/stats/stats-routes.ts';
import { askingRoutes } from '../../lib/api/transactions/ask-routes.ts';
import { windowRoutes } from '../../lib/api/windows/windows-routes.ts';
import type { ApiService } from '../wiring/api-service.ts';

/** The settings that queries need. */
export const QUERY_SETTINGS = ['statementsBucket', 'statementsHost', 'signingSecretId'] as const;

type QueryService = ApiService<(typeof QUERY_SETTINGS)[number]>;

/** Requests that read: transactions, feed, windows, reconciliations, statements, undelivered notifications, counts and alerts. */
export function routesToQuery(service: QueryService): readonly Route[] {
  const { table, config, secrets, clock } = service;
  const ports = {
    ...service,
    ...config,
    outcomes: createOutcomeStore(table, config),
    directory: createDirectory(table),
    feed: createFeedStore(table, service.reporter),
    windows: createWindowStore(table, config),
    notifications: createNotificationStore(table, config),
    statements: createStatementStore(table, config),
    counts: createCountStore(table, config),
    alerts: createAlertStore(table, config),
    links: createStatementLinks({
      signer: table.documents.config,
      bucket: config.statementsBucket,
      host: config.statementsHost,
      endpointUrl: s3EndpointOf(process.env),
      clock,
    }),
  };
  const signingSecret = createGeneratedSecret({ secrets, secretId: config.signingSecretId, clock });
  return [
    ...askingRoutes(ports),
    ...windowRoutes(ports),
    ...reconcilingRoutes(ports),
    ...statementRoutes(ports),
    ...undeliveredRoutes(ports),
    ...statsRoutes(ports),
    ...deliveriesRoutes(ports),
    ...alertsRoutes(ports),
    ...publicKeysRoutes({ signingSecret }),
  ];
}
