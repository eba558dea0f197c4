/**
 * List prices of us-east-1 in US dollars, and what AWS counts. Looked up in November 2026. Change prices only here.
 * All are on-demand prices without free tiers, savings plans or volume discounts.
 */
export const PRICES = {
  asOf: '2026-11',
  region: 'us-east-1',
  /** For 1 KB written, and for 4 KB read with strong consistency. */
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
  lambdaRequest: 0.2e-6,
  /** On arm64. */
  lambdaGbSecond: 13.3334e-6,
  httpApiRequest: 1e-6,
  /** For a standard queue. A request to a fair queue costs more: the second price is added. */
  sqsRequest: 0.4e-6,
  sqsFairRequest: 0.1e-6,
  /** After the free 14 million per month. */
  schedule: 1e-6,
  logsGb: 0.5,
  /** Per metric of an alarm, for standard resolution. An alarm on an expression is billed for each metric in it. */
  alarmMetricMonth: 0.1,
  /** Per metric that had data, by the hour. A metric without data costs nothing. */
  customMetricMonth: 0.3,
  secretMonth: 0.4,
  /** Reading a secret, and a request to KMS. */
  secretRead: 5e-6,
  keyRequest: 3e-6,
  /** A customer key of KMS. */
  keyMonth: 1,
  /** After three dashboards of the account, which are free. */
  dashboardMonth: 3,
  /** A PUT to S3. */
  filePut: 5e-6,
  /** Storage and recovery points per GB and month, and egress to the internet. Not part of the budget. */
  storageGbMonth: 0.25,
  recoveryGbMonth: 0.2,
  egressGb: 0.09,
} as const;

/** Bytes that CloudWatch bills in addition, for each line of a log. */
export const LOG_ENTRY_BYTES = 26;
/** Bytes of a log line of ours besides its event: level, time, service, sampling, and those 26 bytes. */
export const LOG_LINE_BYTES = 220;
/** Bytes of one line of the API's access log in production (`lib/stack/front/access-log.ts`), with the same 26 bytes. */
export const ACCESS_LOG_BYTES = 246;
/** Memory at which a Lambda function has one whole processor. With less memory it has a proportional share. */
export const MB_OF_ONE_PROCESSOR = 1_769;
/** Milliseconds of one call to DynamoDB or SQS from Lambda in the same region. */
export const AWS_CALL_MS = 5;
/**
 * What Lambda's pollers ask an idle queue: five of them, with long polls of 20 s. Without `MaximumConcurrency` there may be
 * two; they are counted as five.
 */
export const IDLE_POLLERS = 5;
export const LONG_POLL_SECONDS = 20;
