import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openTable } from '../../../lib/adapters/dynamodb/table/table-client.ts';
import { systemClock } from '../../../lib/adapters/system.ts';

const CONNECTIONS = 50;
const MORE = 10;
/** Longer than a connection may take to open, shorter than a request may take. */
const WAIT_MS = 1_500;

const held: ServerResponse[] = [];
let server: Server;

beforeEach(async () => {
  server = createServer((_request, response) => held.push(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', `http://127.0.0.1:${port}`);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

function answer(): void {
  for (const response of held.splice(0)) {
    response.setHeader('content-type', 'application/x-amz-json-1.0').end('{}');
  }
}

it('a request that waits for a free connection has not failed to connect', async () => {
  const { stamping } = openTable({
    name: 'table',
    feedLagSeconds: 30,
    clock: systemClock,
    reporter: { report: () => undefined },
  });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const answers = Promise.all(
    Array.from({ length: CONNECTIONS + MORE }, () =>
      stamping.send(new GetCommand({ TableName: 'table', Key: { pk: 'a', sk: 'b' } })),
    ),
  );
  await vi.waitUntil(() => held.length === CONNECTIONS);
  await vi.advanceTimersByTimeAsync(WAIT_MS);
  answer();
  await vi.waitUntil(() => held.length === MORE);
  answer();
  expect(await answers).toHaveLength(CONNECTIONS + MORE);
});
