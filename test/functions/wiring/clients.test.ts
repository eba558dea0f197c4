import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, expect, it, vi } from 'vitest';
import { openClient, uploadDefaults } from '../../../functions/wiring/clients.ts';
import { openTable } from '../../../lib/adapters/dynamodb/table/table-client.ts';
import { HandlerInTurns } from '../../../lib/adapters/handler-in-turns.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

it('no client takes a retry mode from its surroundings, which may be one that the bundles leave out', async () => {
  vi.stubEnv('AWS_RETRY_MODE', 'adaptive');
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  const clock = { now: () => 0 };
  const table = openTable({ name: 'any', feedLagSeconds: 30, clock, reporter: { report: () => undefined } });
  const clients = [openClient(SQSClient), new S3Client(uploadDefaults()), table.documents, table.stamping];
  for (const { config } of clients) {
    const { mode } = (await config.retryStrategy()) as { readonly mode: string };
    expect(mode).toBe('standard');
  }
});

it('no client counts a wait for a free connection as a failure to connect, and none shares connections', () => {
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  const clients = [openClient(SQSClient), openClient(SQSClient), new S3Client(uploadDefaults())];
  const handlers = clients.map(({ config }) => config.requestHandler);
  for (const handler of handlers) expect(handler).toBeInstanceOf(HandlerInTurns);
  expect(new Set(handlers).size).toBe(3);
});
