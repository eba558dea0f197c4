/** CloudWatch namespace and service dimension. All functions share them: each custom metric and alarm is billed. */
export const METRICS = { namespace: 'Tidings', service: 'tidings' } as const;

/**
 * The metrics of the service, with their units. None has a dimension of its own: each name costs $0.30 a month while it
 * has data, so a dimension `merchantId` would cost that for every merchant. A name without data costs nothing.
 */
export const METRIC_UNITS = {
  Recorded: 'Count',
  AttemptsDelivered: 'Count',
  AttemptsFailed: 'Count',
  AttemptsGone: 'Count',
  AttemptsRefused: 'Count',
  AttemptsHandedOver: 'Count',
  /** From listing to the answer of the first attempt. Each value is kept, so that percentiles can be read. */
  FirstAttemptDelay: 'Milliseconds',
  /** Age of a notification that an attempt left open. Its maximum shows the oldest open notification. */
  OpenAge: 'Seconds',
  Exhausted: 'Count',
  Blocked: 'Count',
  EndpointsDisabled: 'Count',
  Swept: 'Count',
  SweepBehind: 'Seconds',
  CloseBehind: 'Seconds',
  AuditBehind: 'Seconds',
  StatementBehind: 'Seconds',
  Lost: 'Count',
  WindowRevisions: 'Count',
  CloseFailures: 'Count',
  AuditFailures: 'Count',
  StatementFailures: 'Count',
  FailedMessages: 'Count',
  ParkedRecords: 'Count',
  SchedulesRefused: 'Count',
  IntakeRefused: 'Count',
  Unresolved: 'Count',
  ChecksContradicted: 'Count',
  ForeignRows: 'Count',
  UnreadableRows: 'Count',
  ClockSkew: 'Count',
} as const;
export type MetricName = keyof typeof METRIC_UNITS;
