import { Duration } from 'aws-cdk-lib';
import { PERIOD } from './alarm-metrics.ts';

/** Metrics that count what operators must look at. `lib/adapters/reporter.ts` maps events to metrics. */
export const COUNTED: readonly { readonly metric: string; readonly description: string }[] = [
  {
    metric: 'Undelivered',
    description:
      'A notification was exhausted or blocked, or an endpoint was disabled. Its receiver must query.',
  },
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
  readonly metric: string;
  /** In addition to three windows, which is a normal lag. */
  readonly minutes: number;
  /** How often the metric is reported. */
  readonly period: Duration;
  readonly description: string;
}[] = [
  {
    metric: 'CloseBehind',
    minutes: 15,
    period: PERIOD,
    description: 'Windows of at least one merchant are not closed.',
  },
  {
    metric: 'AuditBehind',
    // The audit waits 15 minutes by design, and one hour more if the stream is behind.
    minutes: 120,
    period: PERIOD,
    description: 'Windows of at least one merchant are not audited.',
  },
  {
    metric: 'StatementBehind',
    minutes: 360,
    period: Duration.minutes(15),
    description: 'At least one merchant has no statement for a day that has ended.',
  },
];
