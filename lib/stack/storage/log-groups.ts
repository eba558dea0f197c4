import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { accept } from '../accepted-findings.ts';
import type { Settings } from '../settings/props.ts';

/** A log group of the service. Logs go with the stack: nothing is reconstructed from them. */
export function createLogGroup(
  scope: Construct,
  id: string,
  { logRetentionDays }: Pick<Settings, 'logRetentionDays'>,
  encryptionKey?: IKey,
): LogGroup {
  const group = new LogGroup(scope, id, {
    retention: logRetentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
    ...(encryptionKey !== undefined && { encryptionKey }),
  });
  if (encryptionKey === undefined) {
    accept(group, {
      'PCI.DSS.321-CloudWatchLogGroupEncrypted':
        'CloudWatch encrypts logs with a key of its own, and no log line has a payload or a secret. customerKey encrypts them with a KMS key.',
    });
  }
  return group;
}
