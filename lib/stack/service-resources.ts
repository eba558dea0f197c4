import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { createStatementsBucket } from './bookkeeping/statements-bucket.ts';
import { createLanes, type Lanes } from './delivery/lanes.ts';
import { createSchedules, type Schedules } from './delivery/schedules.ts';
import { createIntake, type Intake } from './ingest/intake-queue.ts';
import type { Settings } from './props.ts';
import { createTable } from './table.ts';

/** The resources that the functions share. */
export interface Resources {
  readonly table: Table;
  readonly lanes: Lanes;
  readonly intake: Intake;
  /** The files of statements. */
  readonly statements: Bucket;
  readonly sealKey: Key;
  readonly rootSecret: Secret;
  /** From it, the key is derived that signs check-backs. Initiators identify the service by that key. */
  readonly signingSecret: Secret;
  readonly schedules: Schedules;
}

/** Creates everything that stores or carries data. Must run before the functions are created. */
export function createResources(scope: Construct, settings: Settings): Resources {
  const lanes = createLanes(scope);
  return {
    table: createTable(scope),
    lanes,
    intake: createIntake(scope, settings.recorders),
    statements: createStatementsBucket(scope, settings.retentionDays),
    sealKey: new Key(scope, 'SealKey', {
      description: 'Seals the secrets of merchants and endpoints.',
      enableKeyRotation: true,
    }),
    rootSecret: new Secret(scope, 'RootKey', {
      description: 'The secret part of the first admin key: tk_root_<this value>.',
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
    }),
    signingSecret: new Secret(scope, 'SigningSecret', {
      description: 'The key that signs check-backs is derived from this value.',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    }),
    schedules: createSchedules(scope, lanes),
  };
}
