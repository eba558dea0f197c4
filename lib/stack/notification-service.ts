import { Annotations } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { accept } from './accepted-findings.ts';
import { createAlarms } from './alarms/alarms.ts';
import { createDashboard } from './alarms/dashboard.ts';
import { createAudit, createClose, createStatement } from './bookkeeping/bookkeeping-functions.ts';
import {
  createCheck,
  createCount,
  createDeliver,
  createRelay,
  createSweep,
} from './delivery/delivery-functions.ts';
import { createFrontDoor } from './front/front-door.ts';
import { createRecord } from './ingest/ingest-functions.ts';
import type { FrontDoor, Intake, Lanes } from './service-parts.ts';
import { createResources } from './service-resources.ts';
import type { NotificationServiceProps, Settings } from './settings/props.ts';
import { readProps } from './settings/read-props.ts';

/**
 * The whole service, for this app or another.
 *
 * Its parts are functions on this one scope. So moving a part in the code does not change a logical id.
 *
 * @example const tidings = new NotificationService(stack, 'Tidings', { retentionDays: 400 });
 */
export class NotificationService extends Construct {
  /** The one table. An initiator with an outbox in DynamoDB writes its outcomes into it. */
  readonly table: ITable;
  /** The queues through which notifications go. */
  readonly lanes: Lanes;
  /** Takes outcomes from initiators that do not wait for the answer. */
  readonly intake: Intake;
  /** The files of statements. */
  readonly statements: Bucket;
  /** The front door of the API, with its address. */
  readonly api: FrontDoor;
  /** Holds the secret part of the first admin key, `tk_root_<value>`. */
  readonly rootSecret: Secret;
  /** Alarms are published here. Operators must subscribe. */
  readonly operators: Topic;
  /** The props, with their defaults. */
  readonly settings: Settings;
  /** The public addresses from which callbacks come. Empty unless `fixedEgress` is set. */
  readonly egressAddresses: readonly string[];

  constructor(scope: Construct, id: string, props: NotificationServiceProps = {}) {
    super(scope, id);
    const settings = readProps(props);
    const resources = createResources(this, settings);
    const part = { scope: this, settings, resources };
    const record = createRecord(part);
    this.api = createFrontDoor(part, record);
    const functions = {
      record,
      ...this.api.functions,
      relay: createRelay(part),
      deliver: createDeliver(part),
      check: createCheck(part),
      count: createCount(part),
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
    this.egressAddresses = resources.egress?.addresses ?? [];
    const watched = {
      lanes,
      intake,
      api: this.api,
      functions,
      windowSeconds: settings.windowSeconds,
      preset: settings.preset,
      key: resources.storage.key,
    };
    this.operators = createAlarms(this, watched);
    if (settings.dashboard) createDashboard(this, watched);
    tellSomebody(this, settings);
  }
}

/** Subscribes the operators' address. In production, warns if there is none. */
function tellSomebody(service: NotificationService, { alarmEmail, preset }: Settings): void {
  if (alarmEmail !== undefined) {
    service.operators.addSubscription(new EmailSubscription(alarmEmail));
    accept(service.operators, {
      'Serverless-SNSRedrivePolicy':
        'SNS retries an email for hours, and the alarm itself stays to be seen in CloudWatch.',
    });
  } else if (preset === 'production') {
    Annotations.of(service).addWarningV2(
      'tidings:nobody-hears-alarms',
      'No address hears the alarms. Set alarmEmail (-c alarmEmail=ops@example.com), or subscribe to the topic OperatorsTopic.',
    );
  }
}
