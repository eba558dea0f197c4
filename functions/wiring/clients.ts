import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { SQSClientConfig } from '@aws-sdk/client-sqs';
import { AwsSha256 } from '../../lib/adapters/aws-sha256.ts';
import { HandlerInTurns } from '../../lib/adapters/handler-in-turns.ts';
import { RETRY_MODE } from '../../lib/adapters/retry-mode.ts';
import { type SdkClient, withoutReports } from '../../lib/adapters/without-reports.ts';

const CONNECTION_TIMEOUT_MS = 1_000;

/** Each client has a handler of its own: a service that hangs holds up no other. */
const handler = (requestTimeout: number) =>
  new HandlerInTurns({
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout,
    throwOnRequestTimeout: true,
  });

/**
 * Bounds of every AWS call except the table's: short enough to fail before the function times out. The middleware of each
 * command is put together once, because nobody changes it later.
 */
const clientDefaults = () =>
  ({
    maxAttempts: 3,
    retryMode: RETRY_MODE,
    sha256: AwsSha256,
    cacheMiddleware: true,
    requestHandler: handler(5_000),
  }) satisfies SQSClientConfig;

/** Opens a client of a service with these bounds. @example const sqs = openClient(SQSClient); */
export const openClient = <Client extends SdkClient>(
  Client: new (config: ReturnType<typeof clientDefaults>) => Client,
): Client => withoutReports(new Client(clientDefaults()));

/** The same bounds for uploads: one request carries several megabytes, so it may take 30 s. */
export const uploadDefaults = () =>
  ({
    maxAttempts: 3,
    retryMode: RETRY_MODE,
    requestHandler: handler(30_000),
  }) satisfies S3ClientConfig;
