import { Duration } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { accept } from '../accepted-findings.ts';
import type { Settings } from '../settings/props.ts';
import type { Storage } from '../storage/storage.ts';

/** Files are kept this many days longer than the retention, like items of the table. */
const EXPIRY_MARGIN_DAYS = 10;
/** A file that was deleted or overwritten by mistake can be brought back for this long. */
const VERSIONS_DAYS = 30;

/** The bucket for statements. Receivers get files only by signed link. No file is written twice. */
export function createStatementsBucket(
  scope: Construct,
  { retentionDays, preset }: Settings,
  storage: Storage,
): Bucket {
  const bucket = new Bucket(scope, 'Statements', {
    ...(storage.key === undefined
      ? { encryption: BucketEncryption.S3_MANAGED }
      : { encryption: BucketEncryption.KMS, encryptionKey: storage.key, bucketKeyEnabled: true }),
    versioned: storage.isKept,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    lifecycleRules: [
      {
        expiration: Duration.days(retentionDays + EXPIRY_MARGIN_DAYS),
        // Removes the parts of an upload whose process died.
        abortIncompleteMultipartUploadAfter: Duration.days(1),
      },
      ...(storage.isKept
        ? [{ noncurrentVersionExpiration: Duration.days(VERSIONS_DAYS), expiredObjectDeleteMarker: true }]
        : []),
    ],
    removalPolicy: storage.removalPolicy,
    // CloudFormation deletes only an empty bucket. Emulators go as a whole, and need no function that empties it.
    autoDeleteObjects: preset === 'development',
  });
  const unlogged =
    'Files are read by links that the API signs, and its access log has each request for one. CloudTrail can log reads.';
  accept(bucket, {
    'AwsSolutions-S1': unlogged,
    'PCI.DSS.321-S3BucketLoggingEnabled': unlogged,
    'PCI.DSS.321-S3BucketReplicationEnabled':
      'A statement can be made again from the table, which has its own recovery.',
    ...(storage.key === undefined && {
      'PCI.DSS.321-S3DefaultEncryptionKMS':
        'S3 encrypts with keys of its own. customerKey encrypts with a KMS key.',
    }),
    ...(!storage.isKept && {
      'PCI.DSS.321-S3BucketVersioningEnabled':
        'The bucket goes with the stack. In production it keeps versions.',
    }),
  });
  return bucket;
}
