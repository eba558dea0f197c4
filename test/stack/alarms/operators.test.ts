import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { METRIC_UNITS, METRICS } from '../../../lib/metric-names.ts';
import { type Properties, referenced, resourcesOf } from '../synthesized-template.ts';

const alarms = resourcesOf('AWS::CloudWatch::Alarm').map(([, properties]) => properties);

/** Each metric that an alarm looks at is billed, also within an expression. */
const metricsOf = ({ MetricName, Metrics = [] }: Properties): readonly string[] =>
  MetricName === undefined
    ? Metrics.flatMap(({ MetricStat }: Properties) => MetricStat?.Metric.MetricName ?? [])
    : [MetricName];
const entryOf = ({ AlarmDescription }: Properties) =>
  /docs\/runbook\.md, (\w+)\.$/.exec(AlarmDescription)?.[1];
const alarmOf = (entry: string): Properties => {
  const found = alarms.find((alarm) => entryOf(alarm) === entry);
  if (found === undefined) throw new Error(`no alarm ${entry}`);
  return found;
};
const queueOf = (alarm: Properties) =>
  referenced(alarm.Dimensions.find(({ Name }: Properties) => Name === 'QueueName').Value);

describe('the operators', () => {
  it('have an alarm for everything that needs attention, on at most 28 billed metrics', () => {
    const metrics = alarms.flatMap(metricsOf);
    expect(metrics.length).toBeLessThanOrEqual(28);
    expect([...metrics].sort()).toEqual(
      [
        '5xx',
        'ApproximateAgeOfOldestMessage',
        'ApproximateAgeOfOldestMessage',
        'ApproximateAgeOfOldestMessage',
        'ApproximateAgeOfOldestMessageInQuietGroups',
        'ApproximateNumberOfMessagesVisible',
        'ApproximateNumberOfMessagesVisible',
        'AuditBehind',
        'AuditFailures',
        'ChecksContradicted',
        'ClockSkew',
        'CloseBehind',
        'CloseFailures',
        'Count',
        'Errors',
        'ForeignRows',
        'IteratorAge',
        'IteratorAge',
        'Latency',
        'Lost',
        'ParkedRecords',
        'SchedulesRefused',
        'StatementBehind',
        'StatementFailures',
        'SweepBehind',
        'UnreadableRows',
        'Unresolved',
        'WindowRevisions',
      ].sort(),
    );
  });

  it('have alarms on metrics of all functions together, under the names that the functions use', () => {
    for (const alarm of alarms.filter(({ Namespace }) => Namespace === METRICS.namespace)) {
      if (alarm.MetricName === 'Errors') expect(alarm.Dimensions).toBeUndefined();
      else expect(alarm.Dimensions).toEqual([{ Name: 'service', Value: METRICS.service }]);
    }
  });

  it('have alarms on metrics that the service emits', () => {
    const counted = new Set(Object.keys(METRIC_UNITS));
    const watched = alarms.filter(({ Namespace }) => Namespace === METRICS.namespace).flatMap(metricsOf);
    expect(watched.filter((metric) => metric !== 'Errors' && !counted.has(metric))).toEqual([]);
  });

  it('hear of a failed run of any function, by the line that Lambda ends it with', () => {
    const logGroups = resourcesOf('AWS::Lambda::Function').map(([, { LoggingConfig }]) => {
      // At WARN, Lambda leaves out the lines of runs that succeed. Those of runs that fail have the level WARN.
      expect(LoggingConfig).toMatchObject({ LogFormat: 'JSON', SystemLogLevel: 'WARN' });
      return referenced(LoggingConfig.LogGroup);
    });
    const filters = resourcesOf('AWS::Logs::MetricFilter').map(([, properties]) => properties);
    expect(new Set(filters.map(({ LogGroupName }) => referenced(LogGroupName)))).toEqual(new Set(logGroups));
    for (const { FilterPattern, MetricTransformations } of filters) {
      expect(FilterPattern).toBe('{ ($.type = "platform.report") && ($.record.status != "success") }');
      expect(MetricTransformations).toEqual([
        { MetricNamespace: 'Tidings', MetricName: 'Errors', MetricValue: '1' },
      ]);
    }
  });

  it('hear of an API that answers 503 to everything, though no function fails', () => {
    const { Metrics, Threshold, TreatMissingData, EvaluationPeriods, DatapointsToAlarm } =
      alarmOf('ApiFailing');
    const [share, ...parts] = Metrics as readonly Properties[];
    expect(share?.Expression).toBe('IF(requests > 0, failed / requests, 0)');
    expect(parts.map(({ Id, MetricStat }) => [Id, MetricStat.Metric.MetricName, MetricStat.Stat])).toEqual([
      ['failed', '5xx', 'Sum'],
      ['requests', 'Count', 'Sum'],
    ]);
    const [api] = resourcesOf('AWS::ApiGatewayV2::Api').map(([id]) => id);
    for (const { MetricStat } of parts) {
      expect(MetricStat.Metric).toMatchObject({
        Namespace: 'AWS/ApiGateway',
        Dimensions: [{ Name: 'ApiId', Value: { Ref: api } }],
      });
    }
    expect([Threshold, TreatMissingData, DatapointsToAlarm, EvaluationPeriods]).toEqual([
      0.05,
      'notBreaching',
      2,
      3,
    ]);
  });

  it('hear of answers that come late', () => {
    expect(alarmOf('ApiSlow')).toMatchObject({
      MetricName: 'Latency',
      ExtendedStatistic: 'p90',
      Threshold: 3000,
    });
  });

  it.each([
    ['FirstLaneBehind', 'FirstLane', 'ApproximateAgeOfOldestMessageInQuietGroups', 360 + 300],
    // What is delayed may wait for 900 s, and 360 s more where its first receiver died.
    ['RetryLaneBehind', 'RetryLane', 'ApproximateAgeOfOldestMessage', 900 + 360],
    ['CheckLaneBehind', 'CheckLane', 'ApproximateAgeOfOldestMessage', 900 + 360],
    ['IntakeBehind', 'IntakeQueue', 'ApproximateAgeOfOldestMessage', 120 + 300],
  ])('%s: hear of messages that wait too long in the %s', (entry, queue, metric, threshold) => {
    const alarm = alarmOf(entry);
    expect(alarm).toMatchObject({ MetricName: metric, Statistic: 'Maximum', Threshold: threshold });
    expect(queueOf(alarm)).toMatch(new RegExp(`^Tidings${queue}`));
  });

  it('hear of messages that wait in each queue that a function works off', () => {
    const sources = resourcesOf('AWS::Lambda::EventSourceMapping')
      .map(([, { EventSourceArn }]) => referenced(EventSourceArn) ?? '')
      .filter((id) => /Lane|Queue/.test(id));
    const watched = alarms.filter(({ MetricName }) => MetricName?.includes('AgeOfOldest')).map(queueOf);
    expect(new Set(watched)).toEqual(new Set(sources));
  });

  it('hear of letters in each queue that takes dead ones', () => {
    const dead = resourcesOf('AWS::SQS::Queue').flatMap(
      ([, { RedrivePolicy }]) => referenced(RedrivePolicy?.deadLetterTargetArn) ?? [],
    );
    const watched = alarms
      .filter(({ MetricName }) => MetricName === 'ApproximateNumberOfMessagesVisible')
      .map(queueOf);
    expect(new Set(watched)).toEqual(new Set(dead));
  });

  it('find each alarm in the runbook, and no entry without an alarm', () => {
    const runbook = readFileSync(new URL('../../../docs/runbook.md', import.meta.url), 'utf8');
    const entries = [...runbook.matchAll(/^### (.+)$/gm)].map(([, name]) => name);
    expect([...alarms.map(entryOf)].sort()).toEqual(entries.sort());
  });

  it('look at the logs of every function that the alarm on failed runs counts', () => {
    const runbook = readFileSync(new URL('../../../docs/runbook.md', import.meta.url), 'utf8');
    const looked = /^for name in (.+); do logs \$name; done$/m.exec(runbook)?.[1]?.split(' ') ?? [];
    const counted = resourcesOf('AWS::Logs::MetricFilter').map(
      ([, { LogGroupName }]) => /^Tidings(\w+)Logs/.exec(referenced(LogGroupName) ?? '')?.[1],
    );
    expect(looked.sort()).toEqual(counted.sort());
  });

  it("have no alarm for a merchant's own troubles: these are counts", () => {
    const own = ['Exhausted', 'Blocked', 'EndpointsDisabled', 'AttemptsFailed', 'OpenAge'];
    expect(Object.keys(METRIC_UNITS)).toEqual(expect.arrayContaining(own));
    expect(alarms.flatMap(metricsOf).filter((metric) => own.includes(metric))).toEqual([]);
  });

  it('have an alarm also when sweep, close, audit or statement do not run at all', () => {
    const silent = alarms.filter(({ TreatMissingData }) => TreatMissingData === 'breaching');
    expect(silent.map(entryOf).sort()).toEqual([
      'AuditBehind',
      'CloseBehind',
      'StatementBehind',
      'SweepBehind',
    ]);
  });

  it('have an alarm for what is overdue and not sent, long after the sweep should have sent it', () => {
    expect(alarmOf('SweepBehind')).toMatchObject({ Statistic: 'Maximum', Threshold: 15 * 60 });
  });

  it('get no alarm for silence between two runs', () => {
    expect(alarmOf('StatementBehind').Period).toBe(900);
  });
});
