import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Gate, startGate } from '../../../../lib/local/dynamodb/gate/table-gate.ts';
import { ADMINISTRATOR } from '../../../../lib/local/iam/callers/caller.ts';

const BODY = '{"TableName":"things"}';
const PUT = [
  'POST / HTTP/1.1',
  'host: localhost',
  'content-type: application/x-amz-json-1.0',
  'x-amz-target: DynamoDB_20120810.PutItem',
  `content-length: ${BODY.length}`,
  '',
  BODY,
].join('\r\n');

/** An emulator that never answers. */
let arrived = Promise.withResolvers<void>();
const upstream = createServer(() => arrived.resolve());
let gate: Gate;
let caller: Socket;

beforeEach(async () => {
  arrived = Promise.withResolvers();
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  gate = await startGate({
    upstream: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`,
    guard: { authenticate: () => ADMINISTRATOR, demand: () => undefined, permits: () => true },
    calls: () => [],
  });
  caller = connect(Number(new URL(gate.endpoint).port), '127.0.0.1');
});

afterEach(async () => {
  caller.destroy();
  await gate.stop();
  upstream.closeAllConnections();
  await new Promise((resolve) => upstream.close(resolve));
});

it.each([
  ['another request', PUT],
  ['bytes that are no request', 'nonsense\r\n\r\n'],
])('breaks the connection of a caller that sends %s before its write is answered', async (_, bytes) => {
  caller.write(PUT);
  await arrived.promise;
  caller.write(bytes);
  // A refusal would be read as the answer to the write, which the emulator may carry out.
  expect(await text(caller)).toBe('');
});

it('refuses bytes that are no request when no write is under way', async () => {
  caller.write('nonsense\r\n\r\n');
  expect(await text(caller)).toContain('SerializationException');
});
