import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { acceptSecret } from './accepted-findings.ts';
import { createStatementsBucket } from './bookkeeping/statements-bucket.ts';
import { createEgress, type Egress } from './delivery/egress.ts';
import { createLanes } from './delivery/lanes.ts';
import { createSchedules, type Schedules } from './delivery/schedules.ts';
import { emulatorEnvironment } from './emulator.ts';
import { createOriginSecret } from './front/web-acl.ts';
import { createIntake } from './ingest/intake-queue.ts';
import type { Environment } from './lambda/function-environment.ts';
import type { Intake, Lanes } from './service-parts.ts';
import type { Settings } from './settings/props.ts';
import { createCustomerKey } from './storage/customer-key.ts';
import { isKeptBy, removalOf, type Storage } from './storage/storage.ts';
import { provideTable } from './storage/table.ts';

/** The resources that the functions share. */
export interface Resources {
  readonly table: ITable;
  readonly lanes: Lanes;
  readonly intake: Intake;
  /** The files of statements. */
  readonly statements: Bucket;
  readonly sealKey: Key;
  readonly rootSecret: Secret;
  /** From it, the key is derived that signs check-backs. Initiators identify the service by that key. */
  readonly signingSecret: Secret;
  readonly schedules: Schedules;
  readonly storage: Storage;
  /** The network of the functions that call out, if their addresses are fixed. */
  readonly egress: Egress | undefined;
  /** What CloudFront sends and the API asks for, if a web ACL is set. */
  readonly originSecret: Secret | undefined;
  /** Variables that only emulators set. */
  readonly emulator: Environment;
}

/** Creates everything that stores or carries data. Must run before the functions are created. */
export function createResources(scope: Construct, settings: Settings): Resources {
  const removalPolicy = removalOf(settings);
  const key = settings.customerKey ? createCustomerKey(scope, removalPolicy) : undefined;
  const storage: Storage = { isKept: isKeptBy(settings), removalPolicy, key };
  const encryption = key !== undefined && { encryptionKey: key };
  const lanes = createLanes(scope, storage);
  const rootSecret = new Secret(scope, 'RootKey', {
    description: 'The secret part of the first admin key: tk_root_<this value>.',
    generateSecretString: { passwordLength: 48, excludePunctuation: true },
    ...encryption,
  });
  acceptSecret(
    rootSecret,
    key,
    'It is the first key. Operators create admin keys with it, which expire, and rotate it by hand.',
  );
  const signingSecret = new Secret(scope, 'SigningSecret', {
    description: 'The key that signs check-backs is derived from this value.',
    generateSecretString: { passwordLength: 64, excludePunctuation: true },
    ...encryption,
  });
  acceptSecret(
    signingSecret,
    key,
    'Initiators know the service by its key, so a new one must be announced before it signs.',
  );
  return {
    storage,
    emulator: emulatorEnvironment(scope, settings),
    egress: createEgress(scope, settings, storage),
    originSecret: settings.webAclArn === undefined ? undefined : createOriginSecret(scope, key),
    table: provideTable(scope, storage, settings.restoredTable),
    lanes,
    intake: createIntake(scope, settings.recorders, storage),
    statements: createStatementsBucket(scope, settings, storage),
    sealKey: new Key(scope, 'SealKey', {
      description: 'Seals the secrets of merchants and endpoints.',
      enableKeyRotation: true,
      removalPolicy,
    }),
    rootSecret,
    signingSecret,
    schedules: createSchedules(scope, lanes),
  };
}
