import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { resourcesOf, template } from './synthesized-template.ts';

describe('the statements', () => {
  it('lie in a bucket of their own: encrypted, closed to the public, and by TLS only', () => {
    const [bucket, ...others] = resourcesOf('AWS::S3::Bucket').map(([, properties]) => properties);
    expect(others).toEqual([]);
    const blocked = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'];
    expect(bucket?.PublicAccessBlockConfiguration).toEqual(
      Object.fromEntries(blocked.map((name) => [name, true])),
    );
    const [rule] = bucket?.BucketEncryption.ServerSideEncryptionConfiguration ?? [];
    expect(rule.ServerSideEncryptionByDefault).toEqual({ SSEAlgorithm: 'AES256' });
    template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Retain' });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: Match.objectLike({
        Statement: [
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ],
      }),
    });
  });

  it('expire with what they are of, and what was never finished after a day', () => {
    const [bucket] = resourcesOf('AWS::S3::Bucket').map(([, properties]) => properties);
    expect(bucket?.LifecycleConfiguration.Rules).toEqual([
      {
        Status: 'Enabled',
        ExpirationInDays: 100,
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
      },
      {
        Status: 'Enabled',
        ExpiredObjectDeleteMarker: true,
        NoncurrentVersionExpiration: { NoncurrentDays: 30 },
      },
    ]);
  });
});
