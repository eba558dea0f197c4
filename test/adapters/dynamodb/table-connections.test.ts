import type { ServerResponse } from 'node:http';
import { afterEach, expect, it, vi } from 'vitest';
import { GetCommand } from '../../../lib/adapters/dynamodb/documents/document-commands.ts';
import { openTable } from '../../../lib/adapters/dynamodb/table/table-client.ts';
import { systemClock } from '../../../lib/adapters/system.ts';
import { useTableServer } from '../support/table-server.ts';

const CONNECTIONS = 50;
const MORE = 10;
/** Longer than a connection may take to open, shorter than a request may take. */
const WAIT_MS = 1_500;

const held: ServerResponse[] = [];
useTableServer((_request, response) => held.push(response));
afterEach(() => {
  vi.useRealTimers();
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
