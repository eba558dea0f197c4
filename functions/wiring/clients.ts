import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { SQSClientConfig } from '@aws-sdk/client-sqs';
import { AwsSha256 } from '../../lib/adapters/aws-sha256.ts';
import { RETRY_MODE } from '../../lib/adapters/retry-mode.ts';

/**
 * Bounds of every AWS call except the table's: short enough to fail before the function times out. The middleware of each
 * command is put together once, because nobody changes it later.
 */
export const clientDefaults = {
  maxAttempts: 3,
  retryMode: RETRY_MODE,
  sha256: AwsSha256,
  cacheMiddleware: true,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
} satisfies SQSClientConfig;

/** The same bounds for uploads: one request carries several megabytes, so it may take 30 s. */
export const uploadDefaults = {
  maxAttempts: 3,
  retryMode: RETRY_MODE,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
} satisfies S3ClientConfig;
