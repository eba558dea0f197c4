import type { SQSClientConfig } from '@aws-sdk/client-sqs';

/** Bounds of every call to AWS that is not the table's: short enough to fail within a function's time-out. */
export const clientDefaults = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
} satisfies SQSClientConfig;
