import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** Functions that read a feed, a reference or what is undelivered through an index. */
const INDEX_READERS = ['close', 'audit', 'statement', 'query', 'sweep'];
/** Functions that work messages off, and put off what comes next. */
const SENDERS = ['deliver', 'check'];
/** Functions that stamp, or compare the stamps of others. */
const CLOCK_READERS = ['record', 'check', 'admin', 'relay', 'close', 'audit', 'statement', 'query'];

/** Functions that read rows of the table. */
const ROW_READERS = [...CLOCK_READERS, 'deliver', 'sweep'];

/** What operators are told, with the service that counts it. Each means that somebody should look. */
const COUNTED: readonly { readonly metric: string; readonly service: string; readonly says: string }[] = [
  {
    metric: 'Exhausted',
    service: 'deliver',
    says: 'A notification used up its schedule: its receiver must ask.',
  },
  {
    metric: 'Blocked',
    service: 'deliver',
    says: 'A notification cannot be delivered: its endpoint is gone or refused.',
  },
  ...SENDERS.map((service) => ({
    metric: 'SchedulesRefused',
    service,
    says: 'Scheduler refused; the sweep sends it late.',
  })),
  { metric: 'EndpointsDisabled', service: 'deliver', says: 'An endpoint was disabled.' },
  ...SENDERS.map((service) => ({
    metric: 'MalformedMessages',
    service,
    says: 'A message could not be read; see the dead letters.',
  })),
  {
    metric: 'Lost',
    service: 'audit',
    says: 'A notification that was expected had come to nothing; it was made.',
  },
  { metric: 'WindowRevisions', service: 'audit', says: 'A closed window had changed: promise 4 was broken.' },
  { metric: 'CloseFailures', service: 'close', says: "A merchant's windows could not be closed." },
  { metric: 'AuditFailures', service: 'audit', says: 'A merchant could not be audited.' },
  { metric: 'StatementFailures', service: 'statement', says: "A merchant's statement could not be made." },
  ...INDEX_READERS.map((service) => ({
    metric: 'ForeignRows',
    service,
    says: 'A row of an index belonged to another merchant; it was dropped.',
  })),
  ...ROW_READERS.map((service) => ({
    metric: 'UnreadableRows',
    service,
    says: 'A stored row cannot be read; what needs it waits.',
  })),
  {
    metric: 'Unresolved',
    service: 'check',
    says: 'Nobody said how a transaction ended; see GET /v1/unresolved.',
  },
  {
    metric: 'ChecksContradicted',
    service: 'check',
    says: 'An initiator answers a check otherwise than it prepared or recorded.',
  },
  { metric: 'ParkedRecords', service: 'relay', says: 'A record could not be relayed; see the parked rows.' },
  ...CLOCK_READERS.map((service) => ({
    metric: 'ClockSkew',
    service,
    says: "A machine's clock is off: it refuses to stamp, and to compare stamps.",
  })),
];

const PERIOD = Duration.minutes(5);

/** How far behind the service may be. No word of it at all is as bad: then nobody works on it. */
const BEHIND: readonly {
  readonly metric: string;
  readonly service: string;
  /** Beyond three windows, which it always is at some time. */
  readonly minutes: number;
  /** How often it is told. */
  readonly period: Duration;
  readonly says: string;
}[] = [
  {
    metric: 'CloseBehind',
    service: 'close',
    minutes: 15,
    period: PERIOD,
    says: 'Windows are not closed, of one merchant at least.',
  },
  {
    metric: 'AuditBehind',
    service: 'audit',
    // It waits a quarter of an hour by itself, and an hour more for a stream that is behind.
    minutes: 120,
    period: PERIOD,
    says: 'Windows are not audited, of one merchant at least.',
  },
  {
    metric: 'StatementBehind',
    service: 'statement',
    minutes: 360,
    period: Duration.minutes(15),
    says: 'Days that ended have no statement, of one merchant at least.',
  },
];

/** The topic that operators subscribe to, and the alarms that speak there. */
export function createAlarms(
  scope: Construct,
  options: {
    readonly deadLetters: Readonly<Record<string, IQueue>>;
    readonly functions: Readonly<Record<string, IFunction>> & { readonly relay: IFunction };
    readonly windowSeconds: number;
  },
): Topic {
  const topic = new Topic(scope, 'Operators', { enforceSSL: true });
  const alarm = (
    id: string,
    metric: IMetric,
    settings: {
      /** Its heading in the runbook. */
      readonly entry: string;
      readonly says: string;
      readonly threshold: number;
      readonly isSilenceBad?: boolean;
    },
  ) =>
    new Alarm(scope, `${id}Alarm`, {
      metric,
      threshold: settings.threshold,
      evaluationPeriods: settings.isSilenceBad ? 3 : 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: settings.isSilenceBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      alarmDescription: `${settings.says} What to do: docs/runbook.md, ${settings.entry}.`,
    }).addAlarmAction(new SnsAction(topic));
  const measured = (
    metric: string,
    service: string,
    statistic: 'Sum' | 'Maximum',
    period: Duration = PERIOD,
  ) =>
    new Metric({
      namespace: 'Tidings',
      metricName: metric,
      dimensionsMap: { service },
      statistic,
      period,
    });

  for (const { metric, service, says } of COUNTED) {
    alarm(`${service}${metric}`, measured(metric, service, 'Sum'), { entry: metric, says, threshold: 1 });
  }
  for (const { metric, service, says, minutes, period } of BEHIND) {
    const threshold = 3 * options.windowSeconds + minutes * 60;
    alarm(metric, measured(metric, service, 'Maximum', period), {
      entry: metric,
      says,
      threshold,
      isSilenceBad: true,
    });
  }
  for (const [name, fn] of Object.entries(options.functions)) {
    alarm(`${name}Errors`, fn.metricErrors({ period: PERIOD }), {
      entry: 'Errors',
      says: `The function ${name} failed or ran out of time.`,
      threshold: 1,
    });
  }
  for (const [name, queue] of Object.entries(options.deadLetters)) {
    alarm(name, queue.metricApproximateNumberOfMessagesVisible({ period: PERIOD }), {
      entry: name,
      says: `Messages lie in the dead-letter queue ${name}.`,
      threshold: 1,
    });
  }
  const iteratorAge = options.functions.relay.metric('IteratorAge', { statistic: 'Maximum', period: PERIOD });
  alarm('RelayBehind', iteratorAge, {
    entry: 'RelayBehind',
    says: 'The relay is more than a minute behind the stream.',
    threshold: 60_000,
  });
  return topic;
}
