import { describe, expect, it, vi } from 'vitest';
import { createReporter, type FunctionReporter } from '../../lib/adapters/reporter.ts';
import type { ServiceEvent } from '../../lib/core/events.ts';
import { METRIC_UNITS, METRICS } from '../../lib/metric-names.ts';

/** What CloudWatch reads from a line of the log. */
interface MetricLog {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
  readonly [name: string]: unknown;
}

/** The metric lines that a reporter writes meanwhile. */
function linesOf(work: (reporter: FunctionReporter) => void): readonly MetricLog[] {
  const texts: string[] = [];
  const spies = ([process.stdout, process.stderr] as const).map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((text) => texts.push(String(text)) > 0),
  );
  try {
    work(createReporter('test'));
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  const lines = texts.flatMap((text) => text.split('\n')).filter((line) => line.includes('"_aws"'));
  return lines.map((line) => JSON.parse(line));
}

const event = (changes: object) => changes as ServiceEvent;
const attempt = (changes: object) =>
  event({
    event: 'attempt',
    result: 'delivered',
    number: 1,
    sinceListedMs: 250,
    state: 'delivered',
    kept: true,
    ...changes,
  });

/** An event of each kind that has a metric. */
const EVENTS: readonly ServiceEvent[] = [
  attempt({}),
  attempt({ result: 'failed', error: 'timeout', state: 'retrying' }),
  attempt({ result: 'failed', error: 'handed_over', state: 'retrying' }),
  attempt({ result: 'gone', state: 'blocked' }),
  attempt({ result: 'refused', state: 'blocked' }),
  event({ event: 'relayed', outcomes: 3, messages: 4 }),
  event({ event: 'swept', partition: 1, sent: 2 }),
  ...['due_swept', 'closed', 'audited', 'stated'].map((name) => event({ event: name, behindSeconds: 5 })),
  ...[
    'exhausted',
    'blocked',
    'endpoint_disabled',
    'lost',
    'window_revised',
    'close_failed',
    'audit_failed',
    'statement_failed',
    'message_failed',
    'record_parked',
    'schedule_refused',
    'intake_refused',
    'unresolved',
    'check_contradicted',
    'foreign_row',
    'unreadable_row',
    'clock_skew',
  ].map((name) => event({ event: name })),
];

describe('the metrics of the functions', () => {
  it('are written under the names, units and dimension that alarms and dashboard ask for', () => {
    const lines = linesOf((reporter) => {
      for (const one of EVENTS) reporter.report(one);
    });
    const written = new Map<string, string>();
    for (const { _aws, ...values } of lines) {
      for (const { Namespace, Dimensions, Metrics } of _aws.CloudWatchMetrics) {
        expect(Namespace).toBe(METRICS.namespace);
        expect(Dimensions).toEqual([['service']]);
        expect(values.service).toBe(METRICS.service);
        for (const { Name, Unit } of Metrics) {
          expect(values[Name]).toBeDefined();
          written.set(Name, Unit);
        }
      }
    }
    expect(Object.fromEntries(written)).toEqual(METRIC_UNITS);
  });

  it('have no dimension of a merchant, endpoint or function: each value of it would be billed', () => {
    const [line] = linesOf((reporter) => {
      reporter.report(event({ event: 'lost', merchantId: 'm', endpointId: 'ep' }));
    });
    const { _aws, ...values } = line as MetricLog;
    expect(values).toEqual({ service: METRICS.service, Lost: 1 });
  });

  it('of a batch of attempts are one line: results added up, each delay kept', () => {
    const lines = linesOf((reporter) => {
      for (const sinceListedMs of [100, 300, 200]) reporter.report(attempt({ sinceListedMs }));
      reporter.report(attempt({ result: 'failed', number: 4, sinceListedMs: 90_400, state: 'retrying' }));
      reporter.flush();
      reporter.flush();
    });
    const [{ _aws, ...values } = { _aws: undefined }, ...others] = lines;
    expect(others).toEqual([]);
    expect(values).toEqual({
      service: METRICS.service,
      AttemptsDelivered: 3,
      AttemptsFailed: 1,
      FirstAttemptDelay: [100, 300, 200],
      OpenAge: 90,
    });
  });

  it('count no delay of a later attempt, of a duplicate, or of a redelivery that another write overtook', () => {
    const lines = linesOf((reporter) => {
      reporter.report(attempt({ number: 2 }));
      reporter.report(attempt({ kept: false }));
      reporter.flush();
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ AttemptsDelivered: 2 });
    expect(lines[0]).not.toHaveProperty('FirstAttemptDelay');
  });

  it('of trouble are written at once: the process may die before its batch ends', () => {
    const lines = linesOf((reporter) => {
      reporter.report(attempt({}));
      reporter.report(event({ event: 'message_failed' }));
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ FailedMessages: 1, AttemptsDelivered: 1 });
  });

  it('are not written for a batch of the stream that recorded nothing', () => {
    expect(linesOf((one) => one.report(event({ event: 'relayed', outcomes: 0, messages: 0 })))).toEqual([]);
  });
});
