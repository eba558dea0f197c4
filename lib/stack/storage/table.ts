import {
  AttributeType,
  BillingMode,
  type ITable,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { accept } from '../accepted-findings.ts';
import type { RestoredTable } from '../settings/props.ts';
import type { Storage } from './storage.ts';

const text = (name: string) => ({ name, type: AttributeType.STRING });

/** What the feed shows: all attributes of an outcome except its metadata. */
const FEED_ATTRIBUTES = [
  'merchantId',
  'transactionId',
  'version',
  'transactionType',
  'status',
  'reason',
  'amount',
  'currency',
  'reference',
  'relatedTransactionId',
  'occurredAt',
  'recordedAt',
  'listedAt',
];

/**
 * The stack's own table, or the restored one that takes its place. Both have the same construct id, so the relay's event
 * source keeps its logical id. The stack's own table then leaves the stack; in production it is retained.
 */
export function provideTable(
  scope: Construct,
  storage: Storage,
  restored: RestoredTable | undefined,
): ITable {
  // The cast works around the CDK's types: its Table does not fit its own ITable under exact optional types.
  if (restored === undefined) return createTable(scope, storage) as ITable;
  const { tableName, streamArn } = restored;
  return Table.fromTableAttributes(scope, 'Table', { tableName, tableStreamArn: streamArn });
}

/**
 * The one table. Each transaction has its own partition, so there is no hot key, and one read returns its versions and
 * notifications. Keys and indexes are defined in `lib/adapters/dynamodb/items/item-keys.ts`.
 */
function createTable(scope: Construct, storage: Storage): Table {
  const table = new Table(scope, 'Table', {
    partitionKey: text('pk'),
    sortKey: text('sk'),
    billingMode: BillingMode.PAY_PER_REQUEST,
    ...(storage.key === undefined
      ? { encryption: TableEncryption.AWS_MANAGED }
      : { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey: storage.key }),
    stream: StreamViewType.NEW_IMAGE,
    timeToLiveAttribute: 'ttl',
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: storage.isKept },
    deletionProtection: storage.isKept,
    removalPolicy: storage.removalPolicy,
  });
  table.addGlobalSecondaryIndex({
    indexName: 'feed',
    partitionKey: text('feedPk'),
    sortKey: text('feedSk'),
    projectionType: ProjectionType.INCLUDE,
    nonKeyAttributes: FEED_ATTRIBUTES,
  });
  for (const [indexName, pk, sk] of [
    ['reference', 'referencePk', 'referenceSk'],
    ['due', 'duePk', 'nextAttemptAt'],
    ['undelivered', 'undeliveredPk', 'undeliveredSk'],
  ] as const) {
    table.addGlobalSecondaryIndex({
      indexName,
      partitionKey: text(pk),
      sortKey: text(sk),
      projectionType: ProjectionType.KEYS_ONLY,
    });
  }
  if (!storage.isKept) {
    accept(table, {
      'AwsSolutions-DDB3': 'The table goes with the stack. In production it has point-in-time recovery.',
    });
  }
  return table;
}
