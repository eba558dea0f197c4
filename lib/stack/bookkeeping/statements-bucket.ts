import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/** Files are kept this many days longer than the retention, like items of the table. */
const EXPIRY_MARGIN_DAYS = 10;

/** The bucket for statements. Receivers get files only by signed link. No file is written twice. */
export function createStatementsBucket(scope: Construct, retentionDays: number): Bucket {
  return new Bucket(scope, 'Statements', {
    encryption: BucketEncryption.S3_MANAGED,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    lifecycleRules: [
      {
        expiration: Duration.days(retentionDays + EXPIRY_MARGIN_DAYS),
        // Removes the parts of an upload whose process died.
        abortIncompleteMultipartUploadAfter: Duration.days(1),
      },
    ],
    removalPolicy: RemovalPolicy.RETAIN,
  });
}
