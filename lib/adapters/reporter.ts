import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { ServiceEvent } from '../core/events.ts';
import type { Reporter } from '../core/runtime/environment.ts';
import { METRICS } from '../metric-names.ts';
import { printableLines } from '../printable.ts';
import { createMetricLine, figuresOf } from './event-metrics.ts';

/** Share of processes that log successes. Logging every success would cost more than the work itself. */
export const SUCCESS_SAMPLE = 0.01;

/** A reporter that collects the metrics of attempts, so that a batch of messages costs one line instead of ten. */
export interface FunctionReporter extends Reporter {
  /** Writes the collected metrics. The function's wiring calls it at the end of each batch. */
  flush(): void;
}

/** Writes one structured line per event. Metrics use CloudWatch's embedded metric format. */
export function createReporter(functionName: string): FunctionReporter {
  const logger = new Logger({
    serviceName: functionName,
    logLevel: 'INFO',
    sampleRateValue: SUCCESS_SAMPLE,
    // JSON escapes the controls below U+0020 and leaves all others as they are.
    jsonReplacerFn: (_, value) => (typeof value === 'string' ? printableLines(value) : value),
  });
  const line = createMetricLine(new Metrics({ namespace: METRICS.namespace, serviceName: METRICS.service }));
  return {
    report(event) {
      const level = levelOf(event);
      logger[level](event.event, { ...event });
      line.add(figuresOf(event));
      // Trouble is written at once: the process may die before its batch ends. Attempts are many, and wait for `flush`.
      if (event.event !== 'attempt') line.write();
    },
    flush: () => line.write(),
  };
}

/** The log level of an event. Only {@link SUCCESS_SAMPLE} of the processes log `debug`. */
export function levelOf(event: ServiceEvent): 'debug' | 'info' | 'warn' | 'error' {
  switch (event.event) {
    case 'attempt':
    case 'alert_attempt':
      return event.result === 'delivered' ? 'debug' : 'info';
    case 'relayed':
    case 'swept':
    case 'due_swept':
    case 'closed':
    case 'audited':
    case 'stated':
    case 'statement_made':
    case 'message_superseded':
    case 'message_dropped':
      return 'debug';
    case 'check':
    case 'alert_raised':
    case 'merchant_rows_deleted':
      return 'info';
    case 'request':
      return event.statusCode >= 500 ? 'error' : 'debug';
    case 'window_seconds_ignored':
    case 'endpoint_disabled':
    case 'exhausted':
    case 'blocked':
    case 'alert_undelivered':
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
