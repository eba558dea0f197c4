import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import { expect, it } from 'vitest';
import { awsClient } from '../../../../lib/local/aws/aws-client.ts';
import { startGate } from '../../../../lib/local/dynamodb/gate/table-gate.ts';
import { openSession } from '../../../../lib/local/iam/callers/sessions.ts';
import { tableCalls } from '../../../../lib/local/iam/calls/table-calls.ts';
import { openGuard } from '../../../../lib/local/iam/guard.ts';
import { session } from '../../iam/policies.ts';

const KEY = { accessKeyId: 'LOCAL1', secretAccessKey: 'secret' };
const NAMES = { partitionKey: () => 'pk' };

it.each<[operation: string, input: object]>([
  ['TransactWriteItems', { TransactItems: [null] }],
  ['BatchGetItem', { RequestItems: { things: null } }],
  ['BatchWriteItem', { RequestItems: { things: [null] } }],
  ['Query', { TableName: 'things', KeyConditions: { pk: { AttributeValueList: 1 } } }],
])(
  'refuses a request whose members cannot be read, and serves the next one: %s %j',
  async (operation, input) => {
    const caller = openSession(KEY, session());
    const guard = openGuard({ key: KEY, log: () => undefined });
    guard.govern({ sessionOf: () => caller, policiesOn: () => undefined });
    const gate = await startGate({
      upstream: 'http://127.0.0.1:9',
      guard,
      calls: (name, members) => tableCalls(NAMES, name, members),
    });
    const connections = new Agent();
    try {
      const call = awsClient('dynamodb', gate.endpoint, { connections, ...caller });
      await expect(call(operation, input)).rejects.toMatchObject({ code: 'SerializationException' });
      await expect(call('ListTables', {})).rejects.toMatchObject({ code: 'AccessDeniedException' });
    } finally {
      await connections.destroy();
      await gate.stop();
    }
  },
);

it('announces a write when it is answered, and no read', async () => {
  const upstream = createServer((request, response) => {
    request.resume().on('end', () => response.end('{}'));
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  let writes = 0;
  const gate = await startGate({
    upstream: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`,
    guard: openGuard({ key: KEY, log: () => undefined }),
    calls: () => [],
    onWrite: () => {
      writes += 1;
    },
  });
  const connections = new Agent();
  try {
    const call = awsClient('dynamodb', gate.endpoint, { connections, key: KEY });
    await call('GetItem', {});
    expect(writes).toBe(0);
    for (const [index, operation] of ['PutItem', 'UpdateItem', 'TransactWriteItems'].entries()) {
      await call(operation, {});
      expect(writes).toBe(index + 1);
    }
  } finally {
    await connections.destroy();
    await gate.stop();
    upstream.close();
  }
});
