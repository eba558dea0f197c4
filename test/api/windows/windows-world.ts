import { beforeEach, vi } from 'vitest';
import { fallBehind } from '../../../lib/core/bookkeeping/merchant-mark.ts';
import { createDigestSum } from '../../../lib/core/feed/digest.ts';
import { merchantIdSchema, type Outcome } from '../../../lib/core/model.ts';
import type { HashedRow } from '../../../lib/protocol/row-digest.ts';
import { firstWindow } from '../../support/first-window.ts';
import { createWorld, payment } from '../../support/world.ts';

export const DEMO = merchantIdSchema.parse('demo');

type World = ReturnType<typeof createWorld>;
export type Row = Pick<Outcome, keyof HashedRow | 'transactionType' | 'listedAt'>;

export const MINUTE = 60_000;
export const FIRST = '/v1/windows/2026-11-20T08:00:00Z';

export function digestOf(rows: readonly Row[]) {
  const sum = createDigestSum();
  for (const row of rows) sum.add(row);
  return sum;
}

/** Groups without the marks of time: what windows of the same rows have in common. */
export const hashOf = (parts: readonly { readonly hash: string }[]) =>
  parts.reduce((sum, { hash }) => (sum + BigInt(`0x${hash}`)) % (1n << 128n), 0n);

/** A world with the merchant `demo`, new for each test, whose windows are filled, closed and asked for. */
export function useWindows() {
  let world: World;
  let demo: Awaited<ReturnType<World['merchant']>>;
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    world = createWorld();
    demo = await world.merchant('demo');
    return () => vi.useRealTimers();
  });
  const put = (transactionId: string, changes: object = {}) =>
    world.call(demo.initiator, `PUT /v1/merchants/demo/transactions/${transactionId}`, payment(changes));
  const ask = (path: string) => world.call(demo.receiver, `GET ${path}`);
  /** The merchant's windows are not closed from then on. */
  const behind = (through: string, directory: Parameters<typeof fallBehind>[0] = world.ports.directory) =>
    fallBehind(directory, { merchantId: DEMO, mark: 'closed', through, until: '2026-11-20T12:00:00.000Z' });
  const passMinutes = (minutes: number) => {
    world.time.nowMs += minutes * MINUTE;
  };
  /** Some rows in each of the next windows, all closed at the end. */
  const fill = async (windows: number) => {
    const rows: Row[] = [];
    for (let index = 0; index < windows; index += 1) {
      for (const status of ['SUCCEEDED', 'FAILED'] as const) {
        const transactionId = `pay_${index}_${status}`;
        const { json } = await put(transactionId, { status, amount: index });
        rows.push(json);
      }
      passMinutes(5);
    }
    passMinutes(1);
    for (let run = 0; run < Math.ceil(windows / 12) + 1; run += 1) await world.closeWindows();
    return rows;
  };
  /** Many rows of the first window, straight into the table, closed. */
  const fillFirst = async (count: number, changes: (index: number) => object = () => ({})) => {
    const rows = firstWindow(count, changes);
    for (const [index, row] of rows.entries()) await world.ports.outcomes.putIfAbsent(row, index % 3);
    await world.call(world.admin, 'PATCH /v1/merchants/demo', { feedShards: 3 });
    passMinutes(6);
    await world.closeWindows();
    return rows;
  };

  return {
    get world() {
      return world;
    },
    get demo() {
      return demo;
    },
    put,
    ask,
    behind,
    passMinutes,
    fill,
    fillFirst,
  };
}
