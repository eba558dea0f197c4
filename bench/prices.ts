/**
 * List prices of us-east-1 in US dollars, and what AWS counts. Looked up in November 2026; the one place to change them.
 * Everything is on demand, without free tiers, savings plans or volume discounts.
 */
export const PRICES = {
  asOf: '2026-11',
  region: 'us-east-1',
  /** Of 1 KB written, and of 4 KB read strongly. */
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
  lambdaRequest: 0.2e-6,
  /** On arm64. */
  lambdaGbSecond: 13.3334e-6,
  httpApiRequest: 1e-6,
  /** Of a standard queue. Where fair queues apply, each request costs more. */
  sqsRequest: 0.4e-6,
  sqsFairRequest: 0.1e-6,
  /** After 14 million a month, which cost nothing. */
  schedule: 1e-6,
  logsGb: 0.5,
  /** A month of what is kept, of its recovery points, and what goes out to the internet: beside the budget. */
  storageGbMonth: 0.25,
  recoveryGbMonth: 0.2,
  egressGb: 0.09,
} as const;

/** What an invocation writes to its log by itself: START, END and REPORT, with the 26 bytes that each line counts more. */
export const PLATFORM_LOG_BYTES = 346;
/** What a line of the service's own has besides its event: level, time, service, sampling, and the same 26 bytes. */
export const LOG_LINE_BYTES = 220;
/** A Lambda has one whole processor at so many MB, and a share of it below. */
export const MB_OF_ONE_PROCESSOR = 1_769;
/** Milliseconds of one call to DynamoDB or SQS from a Lambda of the same region. */
export const AWS_CALL_MS = 5;
