import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { operations } from '../../api/contract/operations.ts';
import { accept } from '../accepted-findings.ts';
import type { Resources } from '../service-resources.ts';

interface TableGrant {
  readonly actions: readonly string[];
  /** Allowed prefixes of partition keys: `T#`. */
  readonly partitions: readonly string[];
}

/** What a function may do, apart from reading the event sources that invoke it. */
interface Grants {
  readonly table?: readonly TableGrant[];
  /** Indexes that it may query. */
  readonly indexes?: readonly ('feed' | 'reference' | 'due' | 'undelivered')[];
  /** Queues to which it may send. */
  readonly sends?: readonly ('first' | 'retry' | 'check' | 'dead' | 'intake' | 'intakeDead')[];
  /** Queues whose length it may read. */
  readonly measures?: readonly ('first' | 'retry')[];
  /** Queues that it may measure, and from which it may take messages by itself. */
  readonly takes?: readonly ('dead' | 'intakeDead')[];
  /** Permitted uses of the key that seals the secrets of merchants and endpoints, each for a named owner. */
  readonly seal?: readonly ('encrypt' | 'decrypt')[];
  /** Secrets that it may read. */
  readonly secrets?: readonly ('root' | 'signing')[];
  /** Permitted S3 actions on statement files. */
  readonly files?: readonly string[];
  /** Whether it may list statement files with their versions. */
  readonly listsFiles?: boolean;
  /** Whether it may create schedules that send messages to the lanes. */
  readonly schedules?: boolean;
}

/** For functions that serve operations with a key: they read keys and merchants, and sign answers. */
const KEYED: Grants = {
  table: [
    { actions: ['GetItem'], partitions: ['K#'] },
    { actions: ['Query'], partitions: ['M#'] },
  ],
  seal: ['decrypt'],
  secrets: ['root'],
};

/** Counts messages, takes them, and deletes them or lets them go. */
const TAKING = [
  'sqs:GetQueueAttributes',
  'sqs:ReceiveMessage',
  'sqs:DeleteMessage',
  'sqs:ChangeMessageVisibility',
] as const;

/** Every function of the service with its own grants. */
const GRANTS = {
  record: {
    table: [
      { actions: ['GetItem', 'PutItem', 'UpdateItem', 'Query', 'DeleteItem'], partitions: ['T#'] },
      { actions: ['PutItem'], partitions: ['A#'] },
    ],
    indexes: ['undelivered'],
    sends: ['intakeDead'],
  },
  query: {
    table: [
      { actions: ['GetItem', 'Query'], partitions: ['T#', 'W#', 'J#statement#'] },
      { actions: ['GetItem'], partitions: ['D#'] },
      { actions: ['Query'], partitions: ['C#', 'I#'] },
      { actions: ['GetItem', 'PutItem', 'DeleteItem'], partitions: ['G#'] },
    ],
    indexes: ['reference', 'feed', 'undelivered'],
    secrets: ['signing'],
    // A signed link has the rights of its signer: fetch a file, but not list files.
    files: ['GetObject'],
  },
  admin: {
    table: [
      { actions: ['PutItem', 'UpdateItem'], partitions: ['M#', 'D#'] },
      { actions: ['Query'], partitions: ['D#'] },
      { actions: ['BatchGetItem'], partitions: ['M#'] },
      { actions: ['PutItem', 'Query'], partitions: ['A#'] },
      { actions: ['GetItem', 'PutItem', 'Query'], partitions: ['T#'] },
      { actions: ['GetItem'], partitions: ['H#'] },
      { actions: ['GetItem', 'PutItem', 'Query'], partitions: ['J#'] },
      { actions: ['PutItem', 'DeleteItem'], partitions: ['K#', 'L#'] },
      { actions: ['Query'], partitions: ['L#'] },
      { actions: ['GetItem', 'PutItem', 'DeleteItem'], partitions: ['G#'] },
    ],
    indexes: ['feed'],
    sends: ['retry'],
    seal: ['encrypt'],
  },
  operate: {
    table: [
      { actions: ['GetItem'], partitions: ['D#', 'H#', 'J#erasure#'] },
      { actions: ['BatchGetItem'], partitions: ['D#'] },
      { actions: ['GetItem', 'UpdateItem'], partitions: ['T#'] },
      { actions: ['Query', 'GetItem', 'DeleteItem'], partitions: ['P#'] },
      { actions: ['Query'], partitions: ['C#', 'W#', 'L#'] },
      { actions: ['PutItem'], partitions: ['A#', 'S#', 'M#', 'J#erasures#'] },
      { actions: ['UpdateItem'], partitions: ['D#'] },
      { actions: ['DeleteItem'], partitions: ['K#', 'L#', 'M#'] },
    ],
    indexes: ['undelivered'],
    sends: ['retry', 'check', 'intake'],
    takes: ['dead', 'intakeDead'],
  },
  // It may also invoke the functions of the API: see `front/console-function.ts`.
  console: {
    table: [{ actions: ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'], partitions: ['S#'] }],
  },
  'test-request': {
    table: [{ actions: ['GetItem', 'PutItem'], partitions: ['G#'] }],
  },
  document: {},
  front: {},
  relay: {
    table: [
      { actions: ['GetItem', 'UpdateItem', 'Query', 'DeleteItem'], partitions: ['T#'] },
      { actions: ['Query'], partitions: ['M#'] },
      { actions: ['GetItem'], partitions: ['H#', 'J#erasure#'] },
      { actions: ['DeleteItem'], partitions: ['H#'] },
      { actions: ['PutItem'], partitions: ['P#'] },
    ],
    sends: ['first', 'retry', 'check'],
  },
  count: {
    table: [{ actions: ['UpdateItem', 'GetItem'], partitions: ['C#'] }],
  },
  deliver: {
    table: [
      { actions: ['GetItem', 'PutItem'], partitions: ['T#', 'H#'] },
      { actions: ['BatchGetItem'], partitions: ['T#'] },
      { actions: ['GetItem', 'PutItem'], partitions: ['G#'] },
      { actions: ['Query', 'PutItem'], partitions: ['M#'] },
      { actions: ['GetItem', 'PutItem', 'Query'], partitions: ['I#'] },
    ],
    sends: ['retry', 'dead'],
    seal: ['decrypt'],
    schedules: true,
  },
  check: {
    table: [
      { actions: ['GetItem', 'PutItem', 'UpdateItem', 'Query', 'DeleteItem'], partitions: ['T#'] },
      { actions: ['Query'], partitions: ['M#'] },
    ],
    sends: ['check', 'dead'],
    secrets: ['signing'],
    schedules: true,
  },
  sweep: {
    table: [
      { actions: ['GetItem', 'PutItem', 'UpdateItem', 'Query', 'DeleteItem'], partitions: ['T#'] },
      { actions: ['GetItem', 'DeleteItem'], partitions: ['H#'] },
      { actions: ['Query'], partitions: ['M#'] },
      { actions: ['GetItem'], partitions: ['D#'] },
      { actions: ['GetItem', 'UpdateItem', 'Query', 'DeleteItem'], partitions: ['I#'] },
      { actions: ['Query', 'GetItem', 'PutItem', 'DeleteItem'], partitions: ['J#'] },
      // What is kept of an erased merchant. Deleting row by row needs no right to put any.
      { actions: ['Query', 'DeleteItem'], partitions: ['W#', 'C#', 'P#'] },
    ],
    indexes: ['due', 'undelivered', 'feed'],
    sends: ['retry', 'check'],
    measures: ['retry'],
    // An S3 without versions asks for the first, AWS for the second.
    files: ['DeleteObject', 'DeleteObjectVersion'],
    listsFiles: true,
  },
  close: {
    table: [
      { actions: ['Query'], partitions: ['M#'] },
      { actions: ['Query', 'GetItem', 'BatchGetItem', 'UpdateItem'], partitions: ['D#'] },
      { actions: ['PutItem'], partitions: ['W#'] },
    ],
    indexes: ['feed'],
  },
  audit: {
    table: [
      { actions: ['Query'], partitions: ['M#'] },
      { actions: ['Query', 'BatchGetItem', 'PutItem'], partitions: ['T#'] },
      { actions: ['Query', 'GetItem', 'BatchGetItem', 'UpdateItem'], partitions: ['D#'] },
      { actions: ['GetItem', 'BatchGetItem', 'PutItem'], partitions: ['W#'] },
    ],
    indexes: ['feed'],
    measures: ['first', 'retry'],
  },
  statement: {
    table: [
      { actions: ['Query'], partitions: ['M#', 'W#'] },
      { actions: ['Query', 'GetItem', 'BatchGetItem', 'UpdateItem'], partitions: ['D#'] },
      { actions: ['Query', 'GetItem', 'PutItem'], partitions: ['J#statement#'] },
      { actions: ['GetItem', 'PutItem'], partitions: ['I#'] },
    ],
    indexes: ['feed'],
    files: ['PutObject', 'AbortMultipartUpload'],
  },
} as const satisfies Readonly<Record<string, Grants>>;

/** A file name under `functions/`, without extension. */
export type FunctionName = keyof typeof GRANTS;

/** The function behind a function URL serves what these serve. */
const SERVED_BY_FRONT = ['record', 'query', 'admin', 'operate', 'test-request', 'document'] as const;

/** Gives a function exactly the grants of the tables above. */
export function grantAll(fn: LambdaFunction, name: FunctionName, resources: Resources): void {
  const all = name === 'front' ? inOne(SERVED_BY_FRONT.flatMap(grantsOf)) : grantsOf(name);
  for (const grants of all) apply(fn, grants, resources);
}

function grantsOf(name: FunctionName): readonly Grants[] {
  const asksForKeys = operations.some(({ function: server, scopes }) => server === name && scopes.length > 0);
  return asksForKeys ? [KEYED, GRANTS[name]] : [GRANTS[name]];
}

/** The same grants with fewer statements on the table. A role's inline policies may have 10,240 characters. */
function inOne(all: readonly Grants[]): readonly Grants[] {
  const actions = new Map<string, Set<string>>();
  for (const grant of all.flatMap(({ table = [] }) => table)) {
    for (const partition of grant.partitions)
      actions.set(partition, new Set([...(actions.get(partition) ?? []), ...grant.actions]));
  }
  const alike = Map.groupBy(actions, ([, some]) => [...some].sort().join(' '));
  const table = [...alike].map(([names, some]) => ({
    actions: names.split(' '),
    partitions: some.map(([partition]) => partition),
  }));
  return [{ table }, ...all.map(({ table: _joined, ...rest }) => rest)];
}

function apply(fn: LambdaFunction, grants: Grants, resources: Resources): void {
  const { table, lanes, intake, sealKey, statements, schedules } = resources;
  const queues = { ...lanes, intake: intake.queue, intakeDead: intake.dead };
  const secrets = { root: resources.rootSecret, signing: resources.signingSecret };
  for (const grant of grants.table ?? []) grantPartitions(fn, table, grant);
  for (const index of grants.indexes ?? []) grantIndex(fn, table, index);
  // The grants of the CDK's constructs include actions that nobody uses, so each action is named here.
  for (const name of grants.sends ?? []) queues[name].grant(fn, 'sqs:SendMessage');
  for (const name of grants.measures ?? []) queues[name].grant(fn, 'sqs:GetQueueAttributes');
  if (grants.takes !== undefined) {
    // One statement for all: the role behind a function URL has little room.
    const resources = grants.takes.map((name) => queues[name].queueArn);
    fn.addToRolePolicy(new PolicyStatement({ actions: [...TAKING], resources }));
  }
  for (const use of grants.seal ?? []) grantSealing(fn, sealKey, use);
  for (const name of grants.secrets ?? []) {
    const resources = [secrets[name].secretArn];
    fn.addToRolePolicy(new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources }));
  }
  if (grants.files !== undefined) {
    const actions = grants.files.map((action) => `s3:${action}`);
    fn.addToRolePolicy(new PolicyStatement({ actions, resources: [statements.arnForObjects('*')] }));
    acceptWildcard(
      fn,
      `<${idOf(statements)}.Arn>/*`,
      'It may use any statement, and no other action on the bucket.',
    );
  }
  if (grants.listsFiles === true) {
    const resources = [statements.bucketArn];
    fn.addToRolePolicy(new PolicyStatement({ actions: ['s3:ListBucketVersions'], resources }));
  }
  if (grants.schedules === true) schedules.grantCreate(fn);
}

/** Accepts a permission for all resources of this form. cdk-nag names it with logical ids. */
function acceptWildcard(fn: LambdaFunction, resource: string, reason: string): void {
  accept(fn, { [`AwsSolutions-IAM5[Resource::${resource}]`]: reason });
}

const idOf = ({ stack, node }: Bucket) => stack.getLogicalId(node.defaultChild as CfnBucket);

/** Allows only these actions, and only on items whose partition key has one of these prefixes. */
function grantPartitions(fn: LambdaFunction, table: ITable, { actions, partitions }: TableGrant): void {
  fn.addToRolePolicy(
    new PolicyStatement({
      actions: actions.map((action) => `dynamodb:${action}`),
      resources: [table.tableArn],
      conditions: {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions.map((start) => `${start}*`) },
        // Without this, a request that names no key at all would pass the condition above.
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    }),
  );
}

/** The encryption context must name the owner of the secret. It stands in the audit log of KMS. */
function grantSealing(fn: LambdaFunction, key: Key, use: 'encrypt' | 'decrypt'): void {
  fn.addToRolePolicy(
    new PolicyStatement({
      actions: [use === 'encrypt' ? 'kms:Encrypt' : 'kms:Decrypt'],
      resources: [key.keyArn],
      conditions: { Null: { 'kms:EncryptionContext:owner': 'false' } },
    }),
  );
}

function grantIndex(fn: LambdaFunction, table: ITable, index: string): void {
  fn.addToRolePolicy(
    new PolicyStatement({ actions: ['dynamodb:Query'], resources: [`${table.tableArn}/index/${index}`] }),
  );
}
