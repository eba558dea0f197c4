import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { createAlarms } from './alarms/alarms.ts';
import { createDashboard } from './alarms/dashboard.ts';
import { createAudit, createClose, createStatement } from './bookkeeping/bookkeeping-functions.ts';
import {
  createCheck,
  createDeliver,
  createRelay,
  createSweep,
  createTestRequest,
} from './delivery/delivery-functions.ts';
import type { Lanes } from './delivery/lanes.ts';
import { createAdmin, createDocument, createQuery } from './front/api-functions.ts';
import { createHttpApi } from './front/http-api.ts';
import { createRecord } from './ingest/ingest-functions.ts';
import type { Intake } from './ingest/intake-queue.ts';
import { type NotificationServiceProps, readProps, type Settings } from './props.ts';
import { createResources } from './service-resources.ts';

/**
 * The whole service, for this app or another.
 *
 * Its parts are functions on this one scope. So moving a part in the code does not change a logical id.
 *
 * @example const tidings = new NotificationService(stack, 'Tidings', { retentionDays: 400 });
 */
export class NotificationService extends Construct {
  readonly table: Table;
  readonly lanes: Lanes;
  /** Takes outcomes from initiators that do not wait for the answer. */
  readonly intake: Intake;
  /** The files of statements. */
  readonly statements: Bucket;
  readonly api: HttpApi;
  /** Holds the secret part of the first admin key, `tk_root_<value>`. */
  readonly rootSecret: Secret;
  /** Alarms are published here. Operators must subscribe. */
  readonly operators: Topic;
  /** The props, with their defaults. */
  readonly settings: Settings;

  constructor(scope: Construct, id: string, props: NotificationServiceProps = {}) {
    super(scope, id);
    const settings = readProps(props);
    const resources = createResources(this, settings);
    const part = { scope: this, settings, resources };
    const functions = {
      record: createRecord(part),
      query: createQuery(part),
      admin: createAdmin(part),
      'test-request': createTestRequest(part),
      document: createDocument(part),
      relay: createRelay(part),
      deliver: createDeliver(part),
      check: createCheck(part),
      sweep: createSweep(part),
      close: createClose(part),
      audit: createAudit(part),
      statement: createStatement(part),
    };
    const { table, lanes, intake, statements, rootSecret } = resources;
    this.settings = settings;
    this.table = table;
    this.lanes = lanes;
    this.intake = intake;
    this.statements = statements;
    this.rootSecret = rootSecret;
    this.api = createHttpApi(this, { functions, throttle: settings.throttle });
    const watched = { lanes, intake, api: this.api, functions, windowSeconds: settings.windowSeconds };
    this.operators = createAlarms(this, watched);
    if (settings.dashboard) createDashboard(this, watched);
  }
}
