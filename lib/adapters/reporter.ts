import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { ServiceEvent } from '../core/events.ts';
import type { Reporter } from '../core/runtime/environment.ts';
import { printableLines } from '../printable.ts';
import { METRICS } from '../settings.ts';

/** Share of processes that log successes. Logging every success would cost more than the work itself. */
export const SUCCESS_SAMPLE = 0.01;

/** The metric name of each event that is counted or measured. Other events are log lines only. */
export const METRIC_OF: Partial<Record<ServiceEvent['event'], string>> = {
  exhausted: 'Undelivered',
  blocked: 'Undelivered',
  endpoint_disabled: 'Undelivered',
  message_failed: 'FailedMessages',
  record_parked: 'ParkedRecords',
  lost: 'Lost',
  window_revised: 'WindowRevisions',
  schedule_refused: 'SchedulesRefused',
  close_failed: 'CloseFailures',
  audit_failed: 'AuditFailures',
  foreign_row: 'ForeignRows',
  unreadable_row: 'UnreadableRows',
  intake_refused: 'IntakeRefused',
  unresolved: 'Unresolved',
  check_contradicted: 'ChecksContradicted',
  closed: 'CloseBehind',
  audited: 'AuditBehind',
  statement_failed: 'StatementFailures',
  stated: 'StatementBehind',
  clock_skew: 'ClockSkew',
};

/** Writes one structured line per event. Metrics use CloudWatch's embedded metric format. */
export function createReporter(functionName: string): Reporter {
  const logger = new Logger({
    serviceName: functionName,
    logLevel: 'INFO',
    sampleRateValue: SUCCESS_SAMPLE,
    // JSON escapes the controls below U+0020 and leaves all others as they are.
    jsonReplacerFn: (_, value) => (typeof value === 'string' ? printableLines(value) : value),
  });
  const metrics = new Metrics({ namespace: METRICS.namespace, serviceName: METRICS.service });
  return {
    report(event) {
      const level = levelOf(event);
      logger[level](event.event, { ...event });
      const metric = METRIC_OF[event.event];
      if (metric === undefined) return;
      if ('behindSeconds' in event) metrics.addMetric(metric, MetricUnit.Seconds, event.behindSeconds);
      else metrics.addMetric(metric, MetricUnit.Count, 1);
      metrics.publishStoredMetrics();
    },
  };
}

/** The log level of an event. Only {@link SUCCESS_SAMPLE} of the processes log `debug`. */
export function levelOf(event: ServiceEvent): 'debug' | 'info' | 'warn' | 'error' {
  switch (event.event) {
    case 'attempt':
      return event.result === 'delivered' ? 'debug' : 'info';
    case 'relayed':
    case 'swept':
    case 'closed':
    case 'audited':
    case 'stated':
    case 'statement_made':
    case 'message_superseded':
      return 'debug';
    case 'check':
      return 'info';
    case 'request':
      return event.statusCode >= 500 ? 'error' : 'debug';
    case 'window_seconds_ignored':
    case 'endpoint_disabled':
    case 'exhausted':
    case 'blocked':
      return 'warn';
    case 'intake_refused':
    case 'unresolved':
    case 'check_contradicted':
    case 'lost':
    case 'window_revised':
    case 'close_failed':
    case 'audit_failed':
    case 'statement_failed':
    case 'health_unavailable':
    case 'foreign_row':
    case 'unreadable_row':
    case 'clock_skew':
    case 'recording_failed':
    case 'schedule_refused':
    case 'message_malformed':
    case 'message_failed':
    case 'record_parked':
      return 'error';
  }
}
