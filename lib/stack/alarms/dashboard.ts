import { Dashboard, GraphWidget, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { MetricName } from '../../metric-names.ts';
import {
  deadLetters,
  errorsMetric,
  failedShareOf,
  latencyOf,
  messageAge,
  quietMessageAge,
  serviceMetric,
  streamLag,
} from './alarm-metrics.ts';
import type { AlarmOptions } from './alarms.ts';

/** Three graphs to a row of 24 columns. */
const WIDTH = 8;
const HEIGHT = 6;

interface Graph {
  readonly title: string;
  readonly metrics: readonly IMetric[];
}

const counts = (...names: readonly MetricName[]) => names.map((name) => serviceMetric(name, 'Sum'));
const longest = (...names: readonly MetricName[]) => names.map((name) => serviceMetric(name, 'Maximum'));

/**
 * The flow from record to statement, in its order, and then what needs attention. Three dashboards of an account are free;
 * each further one costs $3 a month. Its metrics are billed once, whether or not a graph shows them.
 */
export function createDashboard(scope: Construct, options: AlarmOptions): Dashboard {
  const widgets = graphsOf(options).map(
    ({ title, metrics }) => new GraphWidget({ title, left: [...metrics], width: WIDTH, height: HEIGHT }),
  );
  const rows = Array.from({ length: Math.ceil(widgets.length / 3) }, (_, row) =>
    widgets.slice(3 * row, 3 * row + 3),
  );
  return new Dashboard(scope, 'Dashboard', { widgets: rows });
}

function graphsOf({ lanes, intake, api, functions }: AlarmOptions): readonly Graph[] {
  return [
    { title: 'Recorded', metrics: counts('Recorded') },
    {
      title: 'Readers of the stream: lag (ms)',
      metrics: [streamLag(functions.relay, 'relay'), streamLag(functions.count, 'count')],
    },
    {
      title: 'First attempt: delay since listing (ms)',
      metrics: (['p50', 'p99'] as const).map((statistic) => serviceMetric('FirstAttemptDelay', statistic)),
    },
    {
      title: 'Attempts by result',
      metrics: counts(
        'AttemptsDelivered',
        'AttemptsFailed',
        'AttemptsHandedOver',
        'AttemptsGone',
        'AttemptsRefused',
      ),
    },
    {
      title: 'Queues: age of the oldest message (s)',
      metrics: [
        quietMessageAge(lanes.first, 'first lane, quiet merchants'),
        messageAge(lanes.first, 'first lane'),
        messageAge(lanes.retry, 'retry lane'),
        messageAge(lanes.check, 'check lane'),
        messageAge(intake.queue, 'intake'),
      ],
    },
    {
      title: 'Oldest open notification, and overdue for the sweep (s)',
      metrics: longest('OpenAge', 'SweepBehind'),
    },
    {
      title: 'Behind: windows closed, audited; statements (s)',
      metrics: longest('CloseBehind', 'AuditBehind', 'StatementBehind'),
    },
    { title: 'Lost, repaired, revised', metrics: counts('Lost', 'Swept', 'WindowRevisions') },
    {
      title: 'Parked, refused, dead letters',
      metrics: [
        ...counts('ParkedRecords', 'IntakeRefused', 'FailedMessages'),
        deadLetters(lanes.dead, 'dead letters'),
        deadLetters(intake.dead, 'intake dead letters'),
      ],
    },
    { title: 'API: share of answers with 5xx', metrics: [failedShareOf(api)] },
    { title: 'API: latency, p90 (ms)', metrics: [latencyOf(api)] },
    {
      title: "Merchants' own troubles (no alarm)",
      metrics: counts('Exhausted', 'Blocked', 'EndpointsDisabled'),
    },
    {
      title: 'Initiators: no end known, or two ends',
      metrics: counts('Unresolved', 'ChecksContradicted'),
    },
    {
      title: 'Bookkeeping failed for a merchant',
      metrics: counts('CloseFailures', 'AuditFailures', 'StatementFailures'),
    },
    {
      title: 'Faults',
      metrics: [errorsMetric(), ...counts('ForeignRows', 'UnreadableRows', 'ClockSkew', 'SchedulesRefused')],
    },
  ];
}
