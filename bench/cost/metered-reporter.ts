import { Metrics } from '@aws-lambda-powertools/metrics';
import { createMetricLine, figuresOf } from '../../lib/adapters/event-metrics.ts';
import { levelOf, SUCCESS_SAMPLE } from '../../lib/adapters/reporter.ts';
import type { ServiceEvent } from '../../lib/core/events.ts';
import type { Reporter } from '../../lib/core/runtime/environment.ts';
import { METRICS } from '../../lib/metric-names.ts';
import { LOG_ENTRY_BYTES, LOG_LINE_BYTES } from '../prices.ts';
import type { Meter } from './meter.ts';

/** Counts the bytes that the real reporter would log, and the metrics that would have data. */
export interface MeteredReporter extends Reporter {
  /** The end of a batch, as in the functions. */
  flush(): void;
  readonly metricNames: ReadonlySet<string>;
}

export function createMeteredReporter(meter: Meter): MeteredReporter {
  const metrics = new Metrics({ namespace: METRICS.namespace, serviceName: METRICS.service });
  const metricNames = new Set<string>();
  const line = createMetricLine({
    addMetric(name, unit, value) {
      metricNames.add(name);
      metrics.addMetric(name, unit, value);
    },
    publishStoredMetrics() {
      meter.add({ logBytes: JSON.stringify(metrics.serializeMetrics()).length + LOG_ENTRY_BYTES });
      metrics.clearMetrics();
    },
  });
  return {
    metricNames,
    report(event) {
      meter.add({ logBytes: logBytesOf(event) });
      line.add(figuresOf(event));
      if (event.event !== 'attempt') line.write();
    },
    flush: () => line.write(),
  };
}

/** Events that make a measurement useless: it would measure something else. */
const TROUBLE: ReadonlySet<ServiceEvent['event']> = new Set([
  'lost',
  'window_revised',
  'close_failed',
  'audit_failed',
  'statement_failed',
  'health_unavailable',
  'foreign_row',
  'recording_failed',
  'record_parked',
  'message_failed',
  'message_malformed',
  'schedule_refused',
]);

/** Average bytes that an event adds to the log. Throws for an event that makes the measurement useless. */
function logBytesOf(event: ServiceEvent): number {
  if (TROUBLE.has(event.event))
    throw new Error(`Something went wrong during the measurement: ${JSON.stringify(event)}`);
  const share = levelOf(event) === 'debug' ? SUCCESS_SAMPLE : 1;
  return share * (JSON.stringify(event).length + LOG_LINE_BYTES);
}
