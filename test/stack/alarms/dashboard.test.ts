import { describe, expect, it } from 'vitest';
import { METRIC_UNITS, METRICS } from '../../../lib/metric-names.ts';
import { type Properties, resourcesOf, synthesized } from '../synthesized-template.ts';

/** One line of a graph. */
interface Shown {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly stat: string | undefined;
}

/** What AWS publishes for free, with the type of the resource that its dimension names. */
const PUBLISHED: Readonly<
  Record<string, { readonly dimension: string; readonly type: string; readonly metrics: readonly string[] }>
> = {
  'AWS/SQS': {
    dimension: 'QueueName',
    type: 'AWS::SQS::Queue',
    metrics: [
      'ApproximateAgeOfOldestMessage',
      'ApproximateAgeOfOldestMessageInQuietGroups',
      'ApproximateNumberOfMessagesVisible',
    ],
  },
  'AWS/Lambda': { dimension: 'FunctionName', type: 'AWS::Lambda::Function', metrics: ['IteratorAge'] },
  'AWS/ApiGateway': {
    dimension: 'ApiId',
    type: 'AWS::ApiGatewayV2::Api',
    metrics: ['5xx', 'Count', 'Latency'],
  },
};

const [dashboard, ...others] = resourcesOf('AWS::CloudWatch::Dashboard').map(([, properties]) => properties);

/** The body, with the logical id in place of each reference. */
function bodyOf({ DashboardBody }: Properties): { readonly widgets: readonly Properties[] } {
  const [glue, parts] = DashboardBody['Fn::Join'] as [string, readonly (string | Properties)[]];
  const text = (part: string | Properties) =>
    typeof part === 'string' ? part : (part.Ref ?? part['Fn::GetAtt'][0]);
  return JSON.parse(parts.map(text).join(glue));
}

const widgets = dashboard === undefined ? [] : bodyOf(dashboard).widgets;

function shownBy({ properties }: Properties): readonly Shown[] {
  return (properties.metrics as readonly (readonly (string | Properties)[])[]).flatMap((row) => {
    const texts = row.filter((part) => typeof part === 'string');
    const options = row.find((part): part is Properties => typeof part !== 'string');
    const [namespace, metric, ...pairs] = texts;
    if (namespace === undefined || metric === undefined) return [];
    const dimensions = Object.fromEntries(
      pairs.flatMap((name, index) => (index % 2 === 0 ? [[name, pairs[index + 1] ?? '']] : [])),
    );
    return [{ namespace, metric, dimensions, stat: options?.stat }];
  });
}

const shown = widgets.flatMap(shownBy);
const ours = shown.filter(({ namespace, metric }) => namespace === METRICS.namespace && metric !== 'Errors');

describe('the dashboard', () => {
  it('is one, with the flow from record to statement in its order', () => {
    expect(others).toEqual([]);
    expect(widgets.map(({ properties }) => properties.title)).toEqual([
      'Recorded',
      'Readers of the stream: lag (ms)',
      'First attempt: delay since listing (ms)',
      'Attempts by result',
      'Queues: age of the oldest message (s)',
      'Oldest open notification, and overdue for the sweep (s)',
      'Behind: windows closed, audited; statements (s)',
      'Lost, repaired, revised',
      'Parked, refused, dead letters',
      'API: share of answers with 5xx',
      'API: latency, p90 (ms)',
      "Merchants' own troubles (no alarm)",
      'Initiators: no end known, or two ends',
      'Bookkeeping failed for a merchant',
      'Faults',
    ]);
    for (const widget of widgets) expect(shownBy(widget)).not.toEqual([]);
  });

  it('shows each metric that the functions write, under its name and dimension, and no other of theirs', () => {
    expect(new Set(ours.map(({ metric }) => metric))).toEqual(new Set(Object.keys(METRIC_UNITS)));
    for (const { dimensions } of ours) expect(dimensions).toEqual({ service: METRICS.service });
  });

  it('adds up what is counted, and shows the longest or the percentiles of what is measured', () => {
    for (const { metric, stat } of ours) {
      const allowed =
        METRIC_UNITS[metric as keyof typeof METRIC_UNITS] === 'Count' ? ['Sum'] : ['Maximum', 'p50', 'p99'];
      expect({ metric, stat, isAllowed: allowed.includes(stat ?? '') }).toEqual({
        metric,
        stat,
        isAllowed: true,
      });
    }
    const delays = ours.filter(({ metric }) => metric === 'FirstAttemptDelay').map(({ stat }) => stat);
    expect(delays).toEqual(['p50', 'p99']);
  });

  it('shows what AWS publishes about resources of this template', () => {
    const foreign = shown.filter(({ namespace }) => namespace !== METRICS.namespace);
    expect(new Set(foreign.map(({ namespace }) => namespace))).toEqual(new Set(Object.keys(PUBLISHED)));
    for (const { namespace, metric, dimensions } of foreign) {
      const published = PUBLISHED[namespace];
      expect(published?.metrics).toContain(metric);
      expect(Object.keys(dimensions)).toEqual([published?.dimension]);
      const [id = ''] = Object.values(dimensions);
      expect(synthesized.Resources[id]?.Type).toBe(published?.type);
    }
  });

  it('shows the failed runs that the filters of the logs count', () => {
    const counted = resourcesOf('AWS::Logs::MetricFilter').flatMap(([, { MetricTransformations }]) =>
      MetricTransformations.map(({ MetricNamespace, MetricName }: Properties) => [
        MetricNamespace,
        MetricName,
      ]),
    );
    const errors = shown.filter(({ metric }) => metric === 'Errors');
    expect(errors).toEqual([{ namespace: METRICS.namespace, metric: 'Errors', dimensions: {}, stat: 'Sum' }]);
    expect(counted).toContainEqual([METRICS.namespace, 'Errors']);
  });

  it('shows every metric that an alarm watches', () => {
    const watched = resourcesOf('AWS::CloudWatch::Alarm').flatMap(([, { MetricName, Metrics = [] }]) =>
      MetricName === undefined
        ? Metrics.flatMap(({ MetricStat }: Properties) => MetricStat?.Metric.MetricName ?? [])
        : [MetricName],
    );
    expect([...new Set(shown.map(({ metric }) => metric))]).toEqual(expect.arrayContaining(watched));
  });
});
