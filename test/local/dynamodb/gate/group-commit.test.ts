import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  type GroupCommit,
  openGroupCommit,
  type PendingWrite,
} from '../../../../lib/local/dynamodb/gate/group-commit.ts';

/** An emulator that hangs. */
const upstream = createServer(() => undefined);
let commit: GroupCommit;

beforeEach(async () => {
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const { port } = upstream.address() as AddressInfo;
  commit = openGroupCommit(`http://127.0.0.1:${port}`, () => undefined);
});

afterEach(async () => {
  await commit.stop();
  upstream.closeAllConnections();
  await new Promise((resolve) => upstream.close(resolve));
});

/** A write of which it is counted how often somebody looked whether its caller is still there. */
function pendingWrite(item: string) {
  const write = {
    action: 'Put',
    body: Buffer.from('{}'),
    item,
    shape: 'put',
    hasLeft: false,
    seen: 0,
    sent: 0,
    get isGone() {
      write.seen += 1;
      return write.hasLeft;
    },
    sendAlone: () => {
      write.sent += 1;
    },
    confirm: () => undefined,
    abandon: () => undefined,
  };
  return write satisfies PendingWrite;
}

it('forgets the write of a caller that has disconnected, also while the emulator hangs', () => {
  const known = pendingWrite('known');
  commit.submit(known);
  commit.ended(known, true);
  const [hanging, left, ...others] = ['a', 'b', 'c', 'd', 'e'].map(pendingWrite);
  if (hanging === undefined || left === undefined) throw new Error('unreachable');
  commit.submit(hanging);
  commit.submit(left);
  left.hasLeft = true;
  for (const other of others) commit.submit(other);
  expect([hanging.sent, left.sent, left.seen]).toEqual([1, 0, 1]);
});
