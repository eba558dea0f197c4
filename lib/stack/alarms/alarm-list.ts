import { Duration } from 'aws-cdk-lib';
import type { MetricName } from '../../metric-names.ts';
import { PERIOD } from './alarm-metrics.ts';

/**
 * Metrics that count what operators must act on. `lib/adapters/event-metrics.ts` maps events to metrics. A merchant's own
 * troubles (`Exhausted`, `Blocked`, `EndpointsDisabled`) are counted, but do not alarm: the merchant must act.
 */
export const COUNTED: readonly { readonly metric: MetricName; readonly description: string }[] = [
  {
    metric: 'SchedulesRefused',
    description: 'EventBridge Scheduler refused a schedule. The sweep sends the message late.',
  },
  { metric: 'Lost', description: 'An expected notification was missing. It was re-created.' },
  { metric: 'WindowRevisions', description: 'A closed window changed. This breaks promise 4.' },
  { metric: 'CloseFailures', description: "A merchant's windows could not be closed." },
  { metric: 'AuditFailures', description: 'A merchant could not be audited.' },
  { metric: 'StatementFailures', description: "A merchant's statement could not be made." },
  { metric: 'ForeignRows', description: 'An index returned a row of another merchant. The row was dropped.' },
  { metric: 'Unresolved', description: 'No answer says how a transaction ended. See GET /v1/unresolved.' },
  {
    metric: 'ChecksContradicted',
    description: 'An initiator’s answer to a check contradicts what it prepared or recorded.',
  },
  { metric: 'ParkedRecords', description: 'A stream record could not be relayed. See npm run parked.' },
  {
    metric: 'UnreadableRows',
    description: 'A stored row cannot be read. The work that needs it waits.',
  },
  { metric: 'ClockSkew', description: "A machine's clock is off. It does not write or compare timestamps." },
];

/** How far behind the service may fall. Missing data also alarms: it means that nothing runs. */
export const BEHIND: readonly {
  readonly metric: MetricName;
  /** Windows that the work lags behind normally. Default: none. */
  readonly windows?: number;
  /** In addition to these windows. */
  readonly minutes: number;
  /** How often the metric is reported. */
  readonly period: Duration;
  readonly description: string;
}[] = [
  {
    metric: 'SweepBehind',
    // The sweep takes what is three minutes overdue, and runs every minute.
    minutes: 15,
    period: PERIOD,
    description: 'Notifications or checks are overdue, and the sweep does not send them.',
  },
  {
    metric: 'CloseBehind',
    windows: 3,
    minutes: 15,
    period: PERIOD,
    description: 'Windows of at least one merchant are not closed.',
  },
  {
    metric: 'AuditBehind',
    windows: 3,
    // The audit waits 15 minutes by design, and one hour more if the stream is behind.
    minutes: 120,
    period: PERIOD,
    description: 'Windows of at least one merchant are not audited.',
  },
  {
    metric: 'StatementBehind',
    windows: 3,
    minutes: 360,
    period: Duration.minutes(15),
    description: 'At least one merchant has no statement for a day that has ended.',
  },
];
