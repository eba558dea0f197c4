import { Duration } from 'aws-cdk-lib';
import { PERIOD } from './alarm-metrics.ts';

/** What the service counts and somebody must look at. `lib/adapters/reporter.ts` says which events count as which metric. */
export const COUNTED: readonly { readonly metric: string; readonly says: string }[] = [
  {
    metric: 'Undelivered',
    says: 'A notification was exhausted or blocked, or an endpoint was disabled: its receiver must ask.',
  },
  { metric: 'SchedulesRefused', says: 'Scheduler refused; the sweep sends it late.' },
  { metric: 'Lost', says: 'A notification that was expected had come to nothing; it was made.' },
  { metric: 'WindowRevisions', says: 'A closed window had changed: promise 4 was broken.' },
  { metric: 'CloseFailures', says: "A merchant's windows could not be closed." },
  { metric: 'AuditFailures', says: 'A merchant could not be audited.' },
  { metric: 'StatementFailures', says: "A merchant's statement could not be made." },
  { metric: 'ForeignRows', says: 'A row of an index belonged to another merchant; it was dropped.' },
  { metric: 'Unresolved', says: 'Nobody said how a transaction ended; see GET /v1/unresolved.' },
  {
    metric: 'ChecksContradicted',
    says: 'An initiator answers a check otherwise than it prepared or recorded.',
  },
  { metric: 'ParkedRecords', says: 'A record could not be relayed; see npm run parked.' },
  {
    metric: 'UnreadableRows',
    says: 'A stored row cannot be read; what needs it waits.',
  },
  { metric: 'ClockSkew', says: "A machine's clock is off: it refuses to stamp, and to compare stamps." },
];

/** How far behind the service may be. No word of it at all is as bad: then nobody works on it. */
export const BEHIND: readonly {
  readonly metric: string;
  /** Beyond three windows, which it always is at some time. */
  readonly minutes: number;
  /** How often it is told. */
  readonly period: Duration;
  readonly says: string;
}[] = [
  {
    metric: 'CloseBehind',
    minutes: 15,
    period: PERIOD,
    says: 'Windows are not closed, of one merchant at least.',
  },
  {
    metric: 'AuditBehind',
    // It waits a quarter of an hour by itself, and an hour more for a stream that is behind.
    minutes: 120,
    period: PERIOD,
    says: 'Windows are not audited, of one merchant at least.',
  },
  {
    metric: 'StatementBehind',
    minutes: 360,
    period: Duration.minutes(15),
    says: 'Days that ended have no statement, of one merchant at least.',
  },
];
