import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnQueue, Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Settings } from '../settings/props.ts';

/** How everything that keeps data is protected. */
export interface Storage {
  /** Whether data stays when the stack goes, and is protected from deletion before. */
  readonly isKept: boolean;
  readonly removalPolicy: RemovalPolicy;
  /** Encrypts what is stored. Default: keys that AWS manages. */
  readonly key?: IKey | undefined;
}

/** Data is kept in production, and goes with the stack everywhere else. */
export function isKeptBy({ preset }: Pick<Settings, 'preset'>): boolean {
  return preset === 'production';
}

export const removalOf = (settings: Pick<Settings, 'preset'>): RemovalPolicy =>
  isKeptBy(settings) ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;

/** Creates a queue: reached by TLS only, and encrypted. It keeps messages for 14 days, as long as SQS can. */
export function createQueue(scope: Construct, id: string, { key }: Storage, props: QueueProps = {}): Queue {
  const queue = new Queue(scope, id, {
    encryption: key === undefined ? QueueEncryption.SQS_MANAGED : QueueEncryption.UNENCRYPTED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
    ...props,
  });
  // Set below the CDK's construct, which would grant the key to each sender and receiver. The key's own policy does.
  const resource = queue.node.defaultChild;
  if (key !== undefined && resource instanceof CfnQueue) {
    resource.kmsMasterKeyId = key.keyArn;
    resource.addPropertyDeletionOverride('SqsManagedSseEnabled');
  }
  return queue;
}
