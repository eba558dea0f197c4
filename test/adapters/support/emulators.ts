import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Agent } from 'undici';
import { createDueIndex } from '../../../lib/adapters/dynamodb/dynamodb-due-index.ts';
import { createGate } from '../../../lib/adapters/dynamodb/dynamodb-gate.ts';
import { createParking } from '../../../lib/adapters/dynamodb/dynamodb-parking.ts';
import { createParkedRecords } from '../../../lib/adapters/dynamodb/parked-records.ts';
import { createAlertStore } from '../../../lib/adapters/dynamodb/stores/delivery/dynamodb-alert-store.ts';
import { createCheckStore } from '../../../lib/adapters/dynamodb/stores/delivery/dynamodb-check-store.ts';
import { createCountStore } from '../../../lib/adapters/dynamodb/stores/delivery/dynamodb-count-store.ts';
import { createHealthStore } from '../../../lib/adapters/dynamodb/stores/delivery/dynamodb-health-store.ts';
import { createJobStore } from '../../../lib/adapters/dynamodb/stores/delivery/dynamodb-job-store.ts';
import { createNotificationStore } from '../../../lib/adapters/dynamodb/stores/delivery/dynamodb-notification-store.ts';
import { createSlotStore } from '../../../lib/adapters/dynamodb/stores/delivery/dynamodb-slot-store.ts';
import { createErasureStore } from '../../../lib/adapters/dynamodb/stores/erasing/dynamodb-erasure-store.ts';
import { createMerchantRows } from '../../../lib/adapters/dynamodb/stores/erasing/dynamodb-merchant-rows.ts';
import { createExpectationStore } from '../../../lib/adapters/dynamodb/stores/feed/dynamodb-expectation-store.ts';
import { createFeedStore } from '../../../lib/adapters/dynamodb/stores/feed/dynamodb-feed-store.ts';
import { createGlance } from '../../../lib/adapters/dynamodb/stores/feed/dynamodb-glance.ts';
import { createStatementStore } from '../../../lib/adapters/dynamodb/stores/feed/dynamodb-statement-store.ts';
import { createWindowStore } from '../../../lib/adapters/dynamodb/stores/feed/dynamodb-window-store.ts';
import { createAuditLog } from '../../../lib/adapters/dynamodb/stores/merchants/dynamodb-audit-log.ts';
import { createDirectory } from '../../../lib/adapters/dynamodb/stores/merchants/dynamodb-directory.ts';
import { createKeyStore } from '../../../lib/adapters/dynamodb/stores/merchants/dynamodb-key-store.ts';
import { createMerchantList } from '../../../lib/adapters/dynamodb/stores/merchants/dynamodb-merchant-list.ts';
import { createMerchantStore } from '../../../lib/adapters/dynamodb/stores/merchants/dynamodb-merchant-store.ts';
import {
  createPortalLinkStore,
  createSessionStore,
} from '../../../lib/adapters/dynamodb/stores/merchants/dynamodb-session-store.ts';
import { createOutcomeStore } from '../../../lib/adapters/dynamodb/stores/outcomes/dynamodb-outcome-store.ts';
import { openTable, type Table } from '../../../lib/adapters/dynamodb/table/table-client.ts';
import { systemClock, systemRandom } from '../../../lib/adapters/system.ts';
import type { ServiceEvent } from '../../../lib/core/events.ts';
import type { Clock } from '../../../lib/core/runtime/environment.ts';
import { awsClient } from '../../../lib/local/aws/aws-client.ts';
import { startDynamoDb } from '../../../lib/local/dynamodb/dynamodb-server.ts';
import { provideTable } from '../../../lib/local/dynamodb/tables.ts';
import { loadAssembly } from '../../../lib/local/template/assembly.ts';
import { resolveStack } from '../../../lib/local/template/stack-resources.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';
import { assemblyOf } from '../../support/synthesized.ts';
import type { TableUnderTest } from './throwaway-table.ts';

/** Some emulators keep a database for each key and region: these are the local cloud's. */
const EMULATOR_ACCOUNT = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'b' };
export const RETENTION_DAYS = 90;
/** Few: an erasure looks for parked records day by day. */
export const ERASED_DAYS = 7;
const FEED_LAG_SECONDS = 30;

export interface DynamoDbTable extends TableUnderTest {
  /** The table below the stores. */
  readonly table: Table;
  /** The SDK's own client of the same table, as an initiator has it. */
  readonly sdk: DynamoDBDocumentClient;
}

export interface DynamoDbUnderTest {
  /** A new table, with the keys and indexes of the template, and its stream unless that is not wanted. */
  open(clock?: Clock, options?: { readonly isStreamed: boolean }): Promise<DynamoDbTable>;
  stop(): Promise<void>;
}

/** The stand-in, or the DynamoDB that `TIDINGS_DYNAMODB_ENDPOINT` names. */
export async function startDynamoDbUnderTest(): Promise<DynamoDbUnderTest> {
  const server = await startServer(process.env.TIDINGS_DYNAMODB_ENDPOINT);
  Object.assign(process.env, { ...EMULATOR_ACCOUNT, AWS_ENDPOINT_URL_DYNAMODB: server.endpoint });
  const connections = new Agent();
  const call = awsClient('dynamodb', server.endpoint, { connections });
  const stack = resolveStack(loadAssembly(assemblyOf('production')), {
    sqs: server.endpoint,
    api: server.endpoint,
  });
  const [template] = stack.ofType('AWS::DynamoDB::Table');
  if (template === undefined) throw new Error('The template has no table.');

  return {
    async open(clock = systemClock, { isStreamed } = { isStreamed: true }) {
      const name = `conformance-${randomUUID()}`;
      const { StreamSpecification, ...bare } = template.properties;
      await provideTable(call, {
        ...template,
        properties: { ...bare, ...(isStreamed && { StreamSpecification }) },
        physical: { ...template.physical, name },
      });
      const events: ServiceEvent[] = [];
      const reporter = { report: (event: ServiceEvent) => void events.push(event) };
      const table = openTable({ name, feedLagSeconds: FEED_LAG_SECONDS, clock, reporter });
      const inner = new DynamoDBClient({});
      return {
        ...openStores(table),
        events,
        table,
        sdk: DynamoDBDocumentClient.from(inner, { marshallOptions: { removeUndefinedValues: true } }),
        async close() {
          table.documents.destroy();
          table.stamping.destroy();
          inner.destroy();
          await call('DeleteTable', { TableName: name });
        },
      };
    },
    async stop() {
      await connections.close();
      await server.stop();
    },
  };
}

async function startServer(endpoint: string | undefined) {
  if (endpoint !== undefined) return { endpoint, stop: async () => undefined };
  const dataDir = temporaryDirectory();
  const server = await startDynamoDb(dataDir, () => undefined);
  return {
    endpoint: server.endpoint,
    async stop() {
      await server.stop();
      removeDirectory(dataDir);
    },
  };
}

function openStores(table: Table): Omit<TableUnderTest, 'close' | 'events'> {
  const options = { retentionDays: RETENTION_DAYS };
  return {
    outcomes: createOutcomeStore(table, { ...options, joinsReads: true }),
    notifications: createNotificationStore(table, options),
    alerts: createAlertStore(table, options),
    checks: createCheckStore(table),
    dueIndex: createDueIndex(table),
    counts: createCountStore(table, options),
    merchants: createMerchantStore(table),
    directory: createDirectory(table),
    auditLog: createAuditLog(table),
    merchantList: createMerchantList(table),
    feed: createFeedStore(table, table.reporter),
    windows: createWindowStore(table, options),
    glance: createGlance(table),
    expectations: createExpectationStore(table, options),
    jobs: createJobStore(table, options),
    erasures: createErasureStore(table),
    rows: createMerchantRows(table, { retentionDays: ERASED_DAYS }),
    statements: createStatementStore(table, options),
    keys: createKeyStore(table),
    sessions: createSessionStore(table),
    portalLinks: createPortalLinkStore(table),
    health: createHealthStore(table, options),
    slots: createSlotStore(table),
    gate: createGate(table, systemRandom),
    parking: createParking(table, options),
    parked: createParkedRecords(table),
  };
}
