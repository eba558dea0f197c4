import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { AwsSha256 } from '../../lib/adapters/aws-sha256.ts';
import { createSignedRequests, type SendSigned } from '../../lib/adapters/signed-requests.ts';

const CONNECTIONS = 50;
const MORE = 10;
const REQUEST = { method: 'GET', path: '/' } as const;
/** Longer than a connection may take to open. */
const WAIT_MS = 1_500;

const held: ServerResponse[] = [];
let server: Server;
let send: SendSigned;

beforeEach(async () => {
  server = createServer((_request, response) => held.push(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  send = createSignedRequests({
    signer: {
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      sha256: AwsSha256,
    },
    service: 'lambda',
    endpoint: `http://127.0.0.1:${port}`,
  });
});

afterEach(() => {
  vi.useRealTimers();
  held.length = 0;
  server.closeAllConnections();
  server.close();
});

it('a signed request that waits for a free connection has not failed to connect', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const answers = Promise.all(
    Array.from({ length: CONNECTIONS + MORE }, () => send({ ...REQUEST, timeoutMs: 60_000 })),
  );
  await vi.waitUntil(() => held.length === CONNECTIONS);
  await vi.advanceTimersByTimeAsync(WAIT_MS);
  for (const response of held.splice(0)) response.end('{}');
  await vi.waitUntil(() => held.length === MORE);
  for (const response of held.splice(0)) response.end('{}');
  expect(await answers).toHaveLength(CONNECTIONS + MORE);
});

it('a signed request ends at its time-out, also while it waits for a connection', async () => {
  const hanging = Array.from({ length: CONNECTIONS }, () => send({ ...REQUEST, timeoutMs: 60_000 }));
  const ends = Promise.allSettled(hanging);
  await vi.waitUntil(() => held.length === CONNECTIONS);
  await expect(send({ ...REQUEST, timeoutMs: 1 })).rejects.toMatchObject({ name: 'AbortError' });
  server.closeAllConnections();
  await ends;
});
