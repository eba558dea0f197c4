import type { ServiceEvent } from '../core/events.ts';
import { METRIC_UNITS, type MetricName } from '../metric-names.ts';

export interface Figure {
  readonly metric: MetricName;
  readonly value: number;
}

const one = (metric: MetricName): readonly Figure[] => [{ metric, value: 1 }];

const ATTEMPTS: Readonly<Record<string, MetricName>> = {
  delivered: 'AttemptsDelivered',
  failed: 'AttemptsFailed',
  gone: 'AttemptsGone',
  refused: 'AttemptsRefused',
};

/** What an event adds to the metrics. */
export function figuresOf(event: ServiceEvent): readonly Figure[] {
  switch (event.event) {
    case 'attempt':
      return figuresOfAttempt(event);
    case 'relayed':
      return event.outcomes > 0 ? [{ metric: 'Recorded', value: event.outcomes }] : [];
    case 'swept':
      return [{ metric: 'Swept', value: event.sent }];
    case 'due_swept':
      return [{ metric: 'SweepBehind', value: event.behindSeconds }];
    case 'closed':
      return [{ metric: 'CloseBehind', value: event.behindSeconds }];
    case 'audited':
      return [{ metric: 'AuditBehind', value: event.behindSeconds }];
    case 'stated':
      return [{ metric: 'StatementBehind', value: event.behindSeconds }];
    case 'exhausted':
      return one('Exhausted');
    case 'blocked':
      return one('Blocked');
    case 'endpoint_disabled':
      return one('EndpointsDisabled');
    case 'lost':
      return one('Lost');
    case 'window_revised':
      return one('WindowRevisions');
    case 'close_failed':
      return one('CloseFailures');
    case 'audit_failed':
      return one('AuditFailures');
    case 'statement_failed':
      return one('StatementFailures');
    case 'message_failed':
      return one('FailedMessages');
    case 'record_parked':
      return one('ParkedRecords');
    case 'schedule_refused':
      return one('SchedulesRefused');
    case 'intake_refused':
      return one('IntakeRefused');
    case 'unresolved':
      return one('Unresolved');
    case 'check_contradicted':
      return one('ChecksContradicted');
    case 'foreign_row':
      return one('ForeignRows');
    case 'unreadable_row':
      return one('UnreadableRows');
    case 'clock_skew':
      return one('ClockSkew');
    // Log lines only.
    case 'alert_raised':
    case 'alert_attempt':
    case 'alert_undelivered':
    case 'message_superseded':
    case 'message_dropped':
    case 'merchant_rows_deleted':
    case 'message_malformed':
    case 'recording_failed':
    case 'check':
    case 'health_unavailable':
    case 'window_seconds_ignored':
    case 'statement_made':
    case 'request':
      return [];
  }
}

type AttemptEvent = Extract<ServiceEvent, { readonly event: 'attempt' }>;

function figuresOfAttempt({ result, error, number, kept, state, sinceListedMs }: AttemptEvent): Figure[] {
  const metric = error === 'handed_over' ? 'AttemptsHandedOver' : ATTEMPTS[result];
  const isOpen = state === 'pending' || state === 'retrying';
  return [
    ...(metric === undefined ? [] : one(metric)),
    ...(kept && number === 1 ? [{ metric: 'FirstAttemptDelay', value: sinceListedMs } as const] : []),
    ...(kept && isOpen ? [{ metric: 'OpenAge', value: Math.round(sinceListedMs / 1000) } as const] : []),
  ];
}

/** Metrics of one process, written as one line of CloudWatch's embedded metric format. */
export interface MetricLine {
  add(figures: readonly Figure[]): void;
  /** Writes what was added since the last call. Nothing, if nothing was added. */
  write(): void;
}

/** What writes the line: Powertools' `Metrics`. */
export interface MetricWriter {
  addMetric(name: MetricName, unit: (typeof METRIC_UNITS)[MetricName], value: number): unknown;
  publishStoredMetrics(): unknown;
}

/** Counts are added up. Of the other metrics, each value is kept. */
export function createMetricLine(metrics: MetricWriter): MetricLine {
  let counts = new Map<MetricName, number>();
  let values: Figure[] = [];
  return {
    add(figures) {
      for (const figure of figures) {
        const { metric, value } = figure;
        if (METRIC_UNITS[metric] === 'Count') counts.set(metric, (counts.get(metric) ?? 0) + value);
        else values.push(figure);
      }
    },
    write() {
      if (counts.size === 0 && values.length === 0) return;
      const all = [...[...counts].map(([metric, value]) => ({ metric, value })), ...values];
      counts = new Map();
      values = [];
      for (const { metric, value } of all) metrics.addMetric(metric, METRIC_UNITS[metric], value);
      metrics.publishStoredMetrics();
    },
  };
}
