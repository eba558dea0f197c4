import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { METRICS, type MetricName } from '../../metric-names.ts';
import type { FrontDoor } from '../service-parts.ts';

const ERRORS = 'Errors';

/** The period of the metrics. */
export const PERIOD = Duration.minutes(5);

/** A metric of the service, summed over all functions. The log names the function. */
export function serviceMetric(
  metricName: MetricName,
  statistic: 'Sum' | 'Maximum' | 'p50' | 'p99',
  period: Duration = PERIOD,
): Metric {
  const dimensionsMap = { service: METRICS.service };
  return new Metric({ namespace: METRICS.namespace, metricName, dimensionsMap, statistic, period });
}

/**
 * Failed invocations of all functions as one metric. Lambda counts errors per function, and an alarm on their sum is
 * billed per function. Instead, we count Lambda's own report lines whose status is not success, including time-outs.
 */
export function errorsOf(
  scope: Construct,
  functions: Readonly<Record<string, Pick<LambdaFunction, 'logGroup'>>>,
): IMetric {
  const failed = FilterPattern.all(
    FilterPattern.stringValue('$.type', '=', 'platform.report'),
    FilterPattern.stringValue('$.record.status', '!=', 'success'),
  );
  for (const [name, { logGroup }] of Object.entries(functions)) {
    new MetricFilter(scope, `${name}Errors`, {
      logGroup,
      filterPattern: failed,
      metricNamespace: METRICS.namespace,
      metricName: ERRORS,
    });
  }
  return errorsMetric();
}

/** What the filters of {@link errorsOf} count. */
export function errorsMetric(): IMetric {
  return new Metric({ namespace: METRICS.namespace, metricName: ERRORS, statistic: 'Sum', period: PERIOD });
}

/** Age of the oldest message, in seconds. */
export function messageAge(queue: IQueue, label?: string): IMetric {
  return queue.metricApproximateAgeOfOldestMessage({
    statistic: 'Maximum',
    period: PERIOD,
    ...(label !== undefined && { label }),
  });
}

/** Messages in a dead-letter queue. */
export function deadLetters(queue: IQueue, label?: string): IMetric {
  return queue.metricApproximateNumberOfMessagesVisible({
    period: PERIOD,
    ...(label !== undefined && { label }),
  });
}

/** Age of the record that a reader of the stream read last, in milliseconds. */
export function streamLag(reader: LambdaFunction, label?: string): IMetric {
  return reader.metric('IteratorAge', {
    statistic: 'Maximum',
    period: PERIOD,
    ...(label !== undefined && { label }),
  });
}

/** Age of the oldest message in seconds, without merchants whose backlog the fair queue delays on purpose. */
export function quietMessageAge(queue: IQueue, label?: string): IMetric {
  return queue.metric('ApproximateAgeOfOldestMessageInQuietGroups', {
    statistic: 'Maximum',
    period: PERIOD,
    ...(label !== undefined && { label }),
  });
}

/** The share of requests answered with 5xx, from 0 to 1. */
export function failedShareOf(api: FrontDoor): IMetric {
  return new MathExpression({
    expression: 'IF(requests > 0, failed / requests, 0)',
    usingMetrics: {
      failed: api.metricServerError({ statistic: 'Sum', period: PERIOD }),
      requests: api.metricCount({ statistic: 'Sum', period: PERIOD }),
    },
    period: PERIOD,
    label: 'Share of answers with 5xx',
  });
}

/** The 90th percentile of latency, in milliseconds. */
export function latencyOf(api: FrontDoor): IMetric {
  return api.metricLatency({ statistic: 'p90', period: PERIOD });
}
