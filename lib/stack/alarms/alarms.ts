import { Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Preset } from '../../presets.ts';
import { MAX_QUEUE_DELAY_SECONDS, QUEUES } from '../../settings.ts';
import { accept } from '../accepted-findings.ts';
import type { FrontDoor, Intake, Lanes } from '../service-parts.ts';
import { BEHIND, COUNTED } from './alarm-list.ts';
import {
  deadLetters,
  errorsOf,
  failedShareOf,
  latencyOf,
  messageAge,
  PERIOD,
  quietMessageAge,
  serviceMetric,
  streamLag,
} from './alarm-metrics.ts';

/** Added to the visibility timeout, which a message waits for after its first receiver died. */
const GRACE_SECONDS = 300;
const FAILED_SHARE = 0.05;
const SLOW_MS = 3_000;
const RELAY_BEHIND_MS = 60_000;
/** Nothing waits for counts, but the stream drops records after 24 hours. */
const COUNT_BEHIND_MS = 3_600_000;

/** What the alarms watch. */
export interface AlarmOptions {
  readonly lanes: Lanes;
  readonly intake: Intake;
  readonly api: FrontDoor;
  readonly functions: Readonly<Record<string, LambdaFunction>> & {
    readonly relay: LambdaFunction;
    readonly count: LambdaFunction;
  };
  readonly windowSeconds: number;
  readonly preset: Preset;
  /** Encrypts what is published. */
  readonly key?: IKey | undefined;
}

interface AlarmSettings {
  /** Its heading in the runbook. */
  readonly entry: string;
  readonly description: string;
  readonly threshold: number;
  /** How many of the last three periods must reach the threshold. Default: one period alone triggers the alarm. */
  readonly ofThree?: 2 | 3;
  readonly isSilenceBad?: boolean;
}

type AddAlarm = (id: string, metric: IMetric, settings: AlarmSettings) => void;

/** The topic that operators subscribe to, and the alarms that publish to it: at most 28 billed metrics. */
export function createAlarms(scope: Construct, options: AlarmOptions): Topic {
  const topic = createTopic(scope, options.key);
  const action = new SnsAction(topic);
  const add: AddAlarm = (id, metric, settings) => {
    // MiniStack refuses a stack with alarms on metric math. Nobody hears the alarms of an emulator.
    if (options.preset === 'local' && metric instanceof MathExpression) return;
    const { isSilenceBad = false, ofThree = isSilenceBad ? 3 : undefined } = settings;
    new Alarm(scope, `${id}Alarm`, {
      metric,
      threshold: settings.threshold,
      evaluationPeriods: ofThree === undefined ? 1 : 3,
      ...(ofThree !== undefined && { datapointsToAlarm: ofThree }),
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: isSilenceBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      alarmDescription: `${settings.description} What to do: docs/runbook.md, ${settings.entry}.`,
    }).addAlarmAction(action);
  };
  addCounted(add);
  addBehind(add, options);
  addQueues(add, options);
  addApi(add, options);
  add('Errors', errorsOf(scope, options.functions), {
    entry: 'Errors',
    description: 'A function failed or ran out of time.',
    threshold: 1,
  });
  return topic;
}

/** Our policy replaces the default policy that SNS gives a topic, so it must name all publishers. */
function createTopic(scope: Construct, key: IKey | undefined): Topic {
  const topic = new Topic(scope, 'Operators', { enforceSSL: true, ...(key && { masterKey: key }) });
  if (key === undefined) {
    accept(topic, {
      'PCI.DSS.321-SNSEncryptedKMS':
        'An alarm names a metric and its value, no merchant and no payment. customerKey encrypts the topic with a KMS key.',
    });
  }
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AlarmsOfThisAccount',
      effect: Effect.ALLOW,
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  );
  return topic;
}

function addCounted(add: AddAlarm): void {
  for (const { metric, description } of COUNTED) {
    add(metric, serviceMetric(metric, 'Sum', PERIOD), { entry: metric, description, threshold: 1 });
  }
}

function addBehind(add: AddAlarm, { functions, windowSeconds }: AlarmOptions): void {
  for (const { metric, description, windows = 0, minutes, period } of BEHIND) {
    add(metric, serviceMetric(metric, 'Maximum', period), {
      entry: metric,
      description,
      threshold: windows * windowSeconds + minutes * 60,
      isSilenceBad: true,
    });
  }
  add('RelayBehind', streamLag(functions.relay), {
    entry: 'RelayBehind',
    description: 'The relay is more than a minute behind the stream.',
    threshold: RELAY_BEHIND_MS,
  });
  add('CountBehind', streamLag(functions.count), {
    entry: 'CountBehind',
    description: 'Attempts are counted more than an hour late.',
    threshold: COUNT_BEHIND_MS,
  });
}

/**
 * How long messages wait. A message leaves these metrics after its third receive. It then shows up as an error of its
 * function or as a dead letter. In the first lane no message waits on purpose, except those of a merchant whose own
 * backlog the fair queue delays; these are not measured.
 */
function addQueues(add: AddAlarm, { lanes, intake }: AlarmOptions): void {
  const age = (id: string, metric: IMetric, threshold: number) =>
    add(id, metric, {
      entry: id,
      description: `The oldest message has waited longer than ${threshold} s.`,
      threshold,
    });
  // A message of the longest delay may only just have become visible.
  const delayed = MAX_QUEUE_DELAY_SECONDS + QUEUES.lane.visibilitySeconds;
  age('FirstLaneBehind', quietMessageAge(lanes.first), QUEUES.lane.visibilitySeconds + GRACE_SECONDS);
  age('RetryLaneBehind', messageAge(lanes.retry), delayed);
  age('CheckLaneBehind', messageAge(lanes.check), delayed);
  age('IntakeBehind', messageAge(intake.queue), QUEUES.intake.visibilitySeconds + GRACE_SECONDS);
  const letters = (id: string, queue: IQueue) =>
    add(id, deadLetters(queue), {
      entry: id,
      description: `There are messages in the dead-letter queue ${id}.`,
      threshold: 1,
    });
  letters('DeadLetters', lanes.dead);
  letters('IntakeDeadLetters', intake.dead);
}

/** A function that answers 500 or 503 has not failed, so `Errors` does not count it. */
function addApi(add: AddAlarm, { api }: AlarmOptions): void {
  add('ApiFailing', failedShareOf(api), {
    entry: 'ApiFailing',
    description: 'The API answers at least one request in twenty with 5xx.',
    threshold: FAILED_SHARE,
    ofThree: 2,
  });
  add('ApiSlow', latencyOf(api), {
    entry: 'ApiSlow',
    description: 'At least one answer in ten takes 3 s or more.',
    threshold: SLOW_MS,
    ofThree: 3,
  });
}
