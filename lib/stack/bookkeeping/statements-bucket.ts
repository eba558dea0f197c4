import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/** Days that files outlive the retention, as items of the table do. */
const EXPIRY_MARGIN_DAYS = 10;

/** Where statements are kept: nobody gets at them but by a signed link, and none is ever written twice. */
export function createStatementsBucket(scope: Construct, retentionDays: number): Bucket {
  return new Bucket(scope, 'Statements', {
    encryption: BucketEncryption.S3_MANAGED,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    lifecycleRules: [
      {
        expiration: Duration.days(retentionDays + EXPIRY_MARGIN_DAYS),
        // What a process left behind that died while it wrote.
        abortIncompleteMultipartUploadAfter: Duration.days(1),
      },
    ],
    removalPolicy: RemovalPolicy.RETAIN,
  });
}
