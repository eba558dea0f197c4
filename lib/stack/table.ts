import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';

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
 * The one table. Each transaction has its own partition, so there is no hot key, and one read returns its versions and
 * notifications. Keys and indexes are defined in `lib/adapters/dynamodb/items/item-keys.ts`.
 */
export function createTable(scope: Construct): Table {
  const table = new Table(scope, 'Table', {
    partitionKey: text('pk'),
    sortKey: text('sk'),
    billingMode: BillingMode.PAY_PER_REQUEST,
    encryption: TableEncryption.AWS_MANAGED,
    stream: StreamViewType.NEW_IMAGE,
    timeToLiveAttribute: 'ttl',
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
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
  return table;
}
