import { Stack } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { type IRole, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { createAlarms } from './alarms.ts';
import { createHttpApi } from './http-api.ts';
import { createIntake, type Intake, recordersText } from './intake.ts';
import { createLanes, DELIVER_TIMEOUT_SECONDS, type Lanes } from './lanes.ts';
import { type NotificationServiceProps, readProps, type Settings } from './props.ts';
import { relaySource } from './relay-source.ts';
import { createFunction, everyMinutes, grantIndex, grantTable } from './service-function.ts';
import { createStatementsBucket } from './statements.ts';
import { createTable } from './table.ts';

/** Of the functions that run every minute: a run that is still going is no reason not to begin the next. */
const BOOKKEEPING_TIMEOUT_SECONDS = 300;
/** Of the functions that read whole windows: sums and many reads at a time want a processor more than memory. */
const BOOKKEEPING_MEMORY_MB = 1_024;
/** Audit and statements read every row again: four invocations share the partitions. A rule has at most five targets. */
const SHARES = [0, 4, 8, 12].map((first) => ({
  partitions: [first, first + 1, first + 2, first + 3],
}));
const RECORD_TIMEOUT_SECONDS = 20;
/** The HTTP API waits for 30 s; a test request ends after 20 s at most. */
const TEST_REQUEST_TIMEOUT_SECONDS = 29;
/** Messages that record takes from the queue at a time. */
const INTAKE_BATCH = 10;
/** As long as a function may run: a large merchant's day is read and written in one go. */
const STATEMENT_TIMEOUT_SECONDS = 900;
/** As often as a run can last, so that no two make the same statement. */
const STATEMENT_MINUTES = 15;
/** Several statements are made at a time, each with two parts of a file in memory. */
const STATEMENT_MEMORY_MB = 1_769;
/** Messages that deliver attempts side by side in one invocation. */
const DELIVER_BATCH = 10;

/**
 * The whole service, for this app or for somebody else's.
 *
 * @example const tidings = new NotificationService(stack, 'Tidings', { retentionDays: 400 });
 */
export class NotificationService extends Construct {
  readonly table: Table;
  readonly lanes: Lanes;
  /** Takes outcomes whose initiators do not wait for the answer. */
  readonly intake: Intake;
  /** The files of statements. */
  readonly statements: Bucket;
  readonly api: HttpApi;
  /** Holds the secret part of the first admin key, `tk_root_<value>`. */
  readonly rootSecret: Secret;
  /** Speaks when somebody should look; subscribe to it. */
  readonly operators: Topic;
  /** The props, with their defaults. */
  readonly settings: Settings;

  /** Of the key by which initiators know the service. */
  readonly #signingSecret: Secret;
  readonly #sealKey: Key;
  readonly #scheduleGroup: CfnScheduleGroup;
  readonly #schedulerRole: IRole;

  constructor(scope: Construct, id: string, props: NotificationServiceProps = {}) {
    super(scope, id);
    this.settings = readProps(props);
    this.table = createTable(this);
    this.lanes = createLanes(this);
    const { recorders } = this.settings;
    this.intake = createIntake(this, { timeoutSeconds: RECORD_TIMEOUT_SECONDS, recorders });
    this.statements = createStatementsBucket(this, this.settings.retentionDays);
    this.#sealKey = new Key(this, 'SealKey', {
      description: 'Seals the secrets of merchants and endpoints.',
      enableKeyRotation: true,
    });
    this.rootSecret = new Secret(this, 'RootKey', {
      description: 'The secret part of the first admin key: tk_root_<this value>.',
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
    });
    this.#signingSecret = new Secret(this, 'SigningSecret', {
      description: 'The key that signs check-backs is derived from this value.',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
    this.#scheduleGroup = new CfnScheduleGroup(this, 'Schedules');
    this.#schedulerRole = this.#createSchedulerRole();

    const relay = this.#createRelay();
    const functions = {
      record: this.#createRecord(),
      query: this.#createQuery(),
      admin: this.#createAdmin(),
      'test-request': this.#createTestRequest(),
      document: createFunction(this, { name: 'document', timeoutSeconds: 5, memoryMb: 128, environment: {} }),
    };
    const every = {
      ...functions,
      relay,
      deliver: this.#createDeliver(),
      check: this.#createCheck(),
      sweep: this.#createSweep(),
      close: this.#createClose(),
      audit: this.#createAudit(),
      statement: this.#createStatement(),
    };
    this.api = createHttpApi(this, { functions, throttle: this.settings.throttle });
    this.operators = createAlarms(this, {
      lanes: this.lanes,
      intake: this.intake,
      api: this.api,
      functions: every,
      windowSeconds: this.settings.windowSeconds,
    });
  }

  #createRecord(): NodejsFunction {
    const fn = createFunction(this, {
      name: 'record',
      timeoutSeconds: RECORD_TIMEOUT_SECONDS,
      environment: {
        ...this.#apiEnvironment(),
        TIDINGS_CHECK_HORIZON_SECONDS: String(this.settings.checkHorizonSeconds),
        TIDINGS_RECORDERS: recordersText(this, this.settings.recorders),
        TIDINGS_INTAKE_QUEUE_URL: this.intake.queue.queueUrl,
        TIDINGS_INTAKE_DEAD_LETTER_URL: this.intake.dead.queueUrl,
      },
    });
    this.#grantApi(fn);
    this.intake.dead.grantSendMessages(fn);
    fn.addEventSource(
      new SqsEventSource(this.intake.queue, { batchSize: INTAKE_BATCH, reportBatchItemFailures: true }),
    );
    grantTable(fn, this.table, [
      { actions: ['GetItem', 'PutItem', 'UpdateItem', 'Query'], partitions: ['T#'] },
    ]);
    grantIndex(fn, this.table, 'undelivered');
    return fn;
  }

  #createQuery(): NodejsFunction {
    const fn = createFunction(this, {
      name: 'query',
      timeoutSeconds: 20,
      environment: {
        ...this.#apiEnvironment(),
        TIDINGS_SIGNING_SECRET_ID: this.#signingSecret.secretArn,
        TIDINGS_STATEMENTS_BUCKET: this.statements.bucketName,
        TIDINGS_STATEMENTS_HOST: this.statements.bucketRegionalDomainName,
      },
    });
    this.#signingSecret.grantRead(fn);
    this.#grantApi(fn);
    grantTable(fn, this.table, [
      { actions: ['GetItem', 'Query'], partitions: ['T#', 'W#', 'J#statement#'] },
      { actions: ['GetItem'], partitions: ['D#'] },
      { actions: ['GetItem', 'PutItem', 'DeleteItem'], partitions: ['G#'] },
    ]);
    // A link may do what its signer may: fetch a file, and not even list them.
    this.#grantFiles(fn, ['GetObject']);
    for (const index of ['reference', 'feed', 'undelivered']) grantIndex(fn, this.table, index);
    return fn;
  }

  #createAdmin(): NodejsFunction {
    const fn = createFunction(this, {
      name: 'admin',
      timeoutSeconds: 20,
      environment: { ...this.#apiEnvironment(), ...this.#laneEnvironment() },
    });
    this.#grantApi(fn);
    grantTable(fn, this.table, [
      { actions: ['PutItem', 'UpdateItem'], partitions: ['M#', 'D#'] },
      { actions: ['GetItem', 'PutItem', 'Query'], partitions: ['T#', 'J#'] },
      { actions: ['PutItem', 'DeleteItem', 'Query'], partitions: ['K#', 'L#'] },
    ]);
    this.#sealKey.grantEncrypt(fn);
    this.lanes.retry.grantSendMessages(fn);
    return fn;
  }

  #createRelay(): NodejsFunction {
    const fn = createFunction(this, {
      name: 'relay',
      timeoutSeconds: 60,
      environment: this.#dispatchEnvironment(),
    });
    grantTable(fn, this.table, [
      { actions: ['GetItem', 'UpdateItem'], partitions: ['T#'] },
      { actions: ['Query'], partitions: ['M#'] },
      { actions: ['GetItem'], partitions: ['H#'] },
      { actions: ['PutItem'], partitions: ['P#'] },
    ]);
    for (const lane of [this.lanes.first, this.lanes.retry, this.lanes.check]) lane.grantSendMessages(fn);
    fn.addEventSource(relaySource(this.table, this.settings.relayParallelization));
    return fn;
  }

  #createDeliver(): NodejsFunction {
    const fn = createFunction(this, {
      name: 'deliver',
      timeoutSeconds: DELIVER_TIMEOUT_SECONDS,
      isLooping: true,
      environment: {
        ...this.#dispatchEnvironment(),
        ...this.#scheduleEnvironment(),
        TIDINGS_RETRY_QUEUE_ARN: this.lanes.retry.queueArn,
        TIDINGS_SEAL_KEY_ID: this.#sealKey.keyArn,
        TIDINGS_CALLBACK_PORTS: this.settings.callbackPorts.join(','),
      },
    });
    grantTable(fn, this.table, [
      { actions: ['GetItem', 'PutItem'], partitions: ['T#', 'H#'] },
      { actions: ['GetItem', 'PutItem'], partitions: ['G#'] },
      { actions: ['Query', 'PutItem'], partitions: ['M#'] },
    ]);
    this.#sealKey.grantDecrypt(fn);
    this.lanes.retry.grantSendMessages(fn);
    this.lanes.dead.grantSendMessages(fn);
    this.#grantSchedules(fn);
    const { first, retry } = this.settings.concurrency;
    for (const [queue, maxConcurrency] of [
      [this.lanes.first, first],
      [this.lanes.retry, retry],
    ] as const) {
      fn.addEventSource(
        new SqsEventSource(queue, {
          batchSize: DELIVER_BATCH,
          maxConcurrency,
          reportBatchItemFailures: true,
        }),
      );
    }
    return fn;
  }

  /** It waits for receivers, so that it has a function of its own: it keeps no container of the others busy. */
  #createTestRequest(): NodejsFunction {
    const fn = createFunction(this, {
      name: 'test-request',
      timeoutSeconds: TEST_REQUEST_TIMEOUT_SECONDS,
      environment: this.#apiEnvironment(),
    });
    this.#grantApi(fn);
    grantTable(fn, this.table, [{ actions: ['GetItem', 'PutItem'], partitions: ['G#'] }]);
    return fn;
  }

  /** The third lane has a function of its own: no slow initiator holds up a callback. */
  #createCheck(): NodejsFunction {
    const fn = createFunction(this, {
      name: 'check',
      timeoutSeconds: DELIVER_TIMEOUT_SECONDS,
      isLooping: true,
      environment: {
        ...this.#dispatchEnvironment(),
        ...this.#scheduleEnvironment(),
        TIDINGS_SIGNING_SECRET_ID: this.#signingSecret.secretArn,
        TIDINGS_CHECK_HORIZON_SECONDS: String(this.settings.checkHorizonSeconds),
        TIDINGS_CALLBACK_PORTS: this.settings.callbackPorts.join(','),
      },
    });
    grantTable(fn, this.table, [
      { actions: ['GetItem', 'PutItem', 'UpdateItem', 'Query'], partitions: ['T#'] },
      { actions: ['Query'], partitions: ['M#'] },
    ]);
    this.#signingSecret.grantRead(fn);
    this.lanes.check.grantSendMessages(fn);
    this.lanes.dead.grantSendMessages(fn);
    this.#grantSchedules(fn);
    fn.addEventSource(
      new SqsEventSource(this.lanes.check, {
        batchSize: DELIVER_BATCH,
        maxConcurrency: this.settings.concurrency.check,
        reportBatchItemFailures: true,
      }),
    );
    return fn;
  }

  #createSweep(): NodejsFunction {
    const fn = createFunction(this, {
      name: 'sweep',
      timeoutSeconds: BOOKKEEPING_TIMEOUT_SECONDS,
      environment: this.#dispatchEnvironment(),
    });
    grantTable(fn, this.table, [
      { actions: ['GetItem', 'PutItem', 'UpdateItem'], partitions: ['T#'] },
      { actions: ['GetItem'], partitions: ['H#'] },
      { actions: ['Query'], partitions: ['M#'] },
      { actions: ['Query', 'GetItem', 'PutItem', 'DeleteItem'], partitions: ['J#'] },
    ]);
    grantIndex(fn, this.table, 'due');
    grantIndex(fn, this.table, 'undelivered');
    this.lanes.retry.grantSendMessages(fn);
    this.lanes.check.grantSendMessages(fn);
    everyMinutes(this, fn, { minutes: 1 });
    return fn;
  }

  #createClose(): NodejsFunction {
    const fn = createFunction(this, {
      name: 'close',
      timeoutSeconds: BOOKKEEPING_TIMEOUT_SECONDS,
      memoryMb: BOOKKEEPING_MEMORY_MB,
      environment: {
        ...this.#tableEnvironment(),
        TIDINGS_WINDOW_SECONDS: String(this.settings.windowSeconds),
      },
    });
    grantTable(fn, this.table, [
      { actions: ['Query'], partitions: ['M#'] },
      { actions: ['Query', 'GetItem', 'UpdateItem'], partitions: ['D#'] },
      { actions: ['PutItem'], partitions: ['W#'] },
    ]);
    grantIndex(fn, this.table, 'feed');
    everyMinutes(this, fn, { minutes: 1 });
    return fn;
  }

  #createAudit(): NodejsFunction {
    const fn = createFunction(this, {
      name: 'audit',
      timeoutSeconds: BOOKKEEPING_TIMEOUT_SECONDS,
      memoryMb: BOOKKEEPING_MEMORY_MB,
      environment: {
        ...this.#tableEnvironment(),
        ...this.#laneEnvironment(),
      },
    });
    grantTable(fn, this.table, [
      { actions: ['Query'], partitions: ['M#'] },
      { actions: ['Query', 'PutItem'], partitions: ['T#'] },
      { actions: ['Query', 'GetItem', 'UpdateItem'], partitions: ['D#'] },
      { actions: ['GetItem', 'PutItem'], partitions: ['W#'] },
    ]);
    grantIndex(fn, this.table, 'feed');
    for (const lane of [this.lanes.first, this.lanes.retry]) lane.grant(fn, 'sqs:GetQueueAttributes');
    everyMinutes(this, fn, { minutes: 1, inputs: SHARES });
    return fn;
  }

  #createStatement(): NodejsFunction {
    const fn = createFunction(this, {
      name: 'statement',
      timeoutSeconds: STATEMENT_TIMEOUT_SECONDS,
      memoryMb: STATEMENT_MEMORY_MB,
      environment: {
        ...this.#tableEnvironment(),
        TIDINGS_STATEMENTS_BUCKET: this.statements.bucketName,
      },
    });
    grantTable(fn, this.table, [
      { actions: ['Query'], partitions: ['M#', 'W#'] },
      { actions: ['Query', 'GetItem', 'UpdateItem'], partitions: ['D#'] },
      { actions: ['Query', 'GetItem', 'PutItem'], partitions: ['J#statement#'] },
    ]);
    grantIndex(fn, this.table, 'feed');
    this.#grantFiles(fn, ['PutObject', 'AbortMultipartUpload']);
    everyMinutes(this, fn, { minutes: STATEMENT_MINUTES, inputs: SHARES });
    return fn;
  }

  #grantFiles(fn: NodejsFunction, actions: readonly string[]): void {
    fn.addToRolePolicy(
      new PolicyStatement({
        actions: actions.map((action) => `s3:${action}`),
        resources: [this.statements.arnForObjects('*')],
      }),
    );
  }

  /** Scheduler may do one thing: put messages into the lanes of what waits, for schedules of this group. */
  #createSchedulerRole(): Role {
    const role = new Role(this, 'SchedulerRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: {
            'aws:SourceAccount': Stack.of(this).account,
            'aws:SourceArn': this.#arnOfSchedules('schedule-group'),
          },
        },
      }),
    });
    this.lanes.retry.grantSendMessages(role);
    this.lanes.check.grantSendMessages(role);
    this.lanes.dead.grantSendMessages(role);
    return role;
  }

  #arnOfSchedules(resource: 'schedule' | 'schedule-group', rest = ''): string {
    return Stack.of(this).formatArn({
      service: 'scheduler',
      resource,
      resourceName: `${this.#scheduleGroupName()}${rest}`,
    });
  }

  #scheduleGroupName(): string {
    return this.#scheduleGroup.ref;
  }

  #grantSchedules(fn: NodejsFunction): void {
    fn.addToRolePolicy(
      new PolicyStatement({
        actions: ['scheduler:CreateSchedule'],
        resources: [this.#arnOfSchedules('schedule', '/*')],
      }),
    );
    this.#schedulerRole.grantPassRole(fn.grantPrincipal);
  }

  #scheduleEnvironment(): Record<string, string> {
    return {
      TIDINGS_SCHEDULE_GROUP: this.#scheduleGroupName(),
      TIDINGS_SCHEDULER_ROLE_ARN: this.#schedulerRole.roleArn,
      TIDINGS_SCHEDULER_DEAD_LETTER_ARN: this.lanes.dead.queueArn,
      TIDINGS_DEAD_LETTER_URL: this.lanes.dead.queueUrl,
    };
  }

  #grantApi(fn: NodejsFunction): void {
    grantTable(fn, this.table, [
      { actions: ['GetItem'], partitions: ['K#'] },
      { actions: ['Query'], partitions: ['M#'] },
    ]);
    this.#sealKey.grantDecrypt(fn);
    this.rootSecret.grantRead(fn);
  }

  #tableEnvironment(): Record<string, string> {
    return {
      TIDINGS_TABLE_NAME: this.table.tableName,
      TIDINGS_FEED_LAG_SECONDS: String(this.settings.feedLagSeconds),
      TIDINGS_RETENTION_DAYS: String(this.settings.retentionDays),
    };
  }

  #apiEnvironment(): Record<string, string> {
    return {
      ...this.#tableEnvironment(),
      TIDINGS_SEAL_KEY_ID: this.#sealKey.keyArn,
      TIDINGS_ROOT_SECRET_ID: this.rootSecret.secretArn,
      TIDINGS_CALLBACK_PORTS: this.settings.callbackPorts.join(','),
    };
  }

  #laneEnvironment(): Record<string, string> {
    return {
      TIDINGS_FIRST_QUEUE_URL: this.lanes.first.queueUrl,
      TIDINGS_RETRY_QUEUE_URL: this.lanes.retry.queueUrl,
    };
  }

  #dispatchEnvironment(): Record<string, string> {
    return {
      ...this.#tableEnvironment(),
      ...this.#laneEnvironment(),
      TIDINGS_CHECK_QUEUE_URL: this.lanes.check.queueUrl,
    };
  }
}
