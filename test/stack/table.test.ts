import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { resourcesOf, template } from './synthesized-template.ts';

describe('the table', () => {
  it('has the keys, the stream, the expiry and the recovery of the design', () => {
    template.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      Properties: Match.objectLike({
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        BillingMode: 'PAY_PER_REQUEST',
        StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
        TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        DeletionProtectionEnabled: true,
      }),
    });
  });

  it.each([
    ['feed', 'feedPk', 'feedSk', 'INCLUDE'],
    ['reference', 'referencePk', 'referenceSk', 'KEYS_ONLY'],
    ['due', 'duePk', 'nextAttemptAt', 'KEYS_ONLY'],
    ['undelivered', 'undeliveredPk', 'undeliveredSk', 'KEYS_ONLY'],
  ])('has the index %s', (IndexName, pk, sk, ProjectionType) => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      GlobalSecondaryIndexes: Match.arrayWith([
        Match.objectLike({
          IndexName,
          KeySchema: [
            { AttributeName: pk, KeyType: 'HASH' },
            { AttributeName: sk, KeyType: 'RANGE' },
          ],
          Projection: Match.objectLike({ ProjectionType }),
        }),
      ]),
    });
  });

  it('shows in the feed everything but metadata', () => {
    const [table] = resourcesOf('AWS::DynamoDB::Table').map(([, properties]) => properties);
    const feed = table?.GlobalSecondaryIndexes.find(
      ({ IndexName }: { IndexName: string }) => IndexName === 'feed',
    );
    expect(feed?.Projection.NonKeyAttributes).toContain('transactionId');
    expect(feed?.Projection.NonKeyAttributes).not.toContain('metadata');
  });
});
