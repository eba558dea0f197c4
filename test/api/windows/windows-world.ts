import { fallBehind } from '../../../lib/core/bookkeeping/merchant-mark.ts';
import { createDigestSum } from '../../../lib/core/feed/digest.ts';
import { merchantIdSchema, type Outcome } from '../../../lib/core/model.ts';
import type { HashedRow } from '../../../lib/protocol/row-digest.ts';
import { useDemoWorld } from '../../support/demo-world.ts';
import { firstWindow } from '../../support/first-window.ts';
import { payment } from '../../support/world.ts';

export const DEMO = merchantIdSchema().parse('demo');

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
  const setup = useDemoWorld();
  const put = (transactionId: string, changes: object = {}) =>
    setup.world.call(
      setup.demo.initiator,
      `PUT /v1/merchants/demo/transactions/${transactionId}`,
      payment(changes),
    );
  const ask = (path: string) => setup.world.call(setup.demo.receiver, `GET ${path}`);
  /** The merchant's windows are not closed from then on. */
  const behind = (
    through: string,
    directory: Parameters<typeof fallBehind>[0] = setup.world.ports.directory,
  ) =>
    fallBehind(directory, { merchantId: DEMO, mark: 'closed', through, until: '2026-11-20T12:00:00.000Z' });
  const passMinutes = (minutes: number) => {
    setup.world.time.nowMs += minutes * MINUTE;
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
    for (let run = 0; run < Math.ceil(windows / 12) + 1; run += 1) await setup.world.closeWindows();
    return rows;
  };
  /** Many rows of the first window, straight into the table, closed. */
  const fillFirst = async (count: number, changes: (index: number) => object = () => ({})) => {
    const rows = firstWindow(count, changes);
    for (const [index, row] of rows.entries()) await setup.world.ports.outcomes.putIfAbsent(row, index % 3);
    await setup.world.call(setup.world.admin, 'PATCH /v1/merchants/demo', { feedShards: 3 });
    passMinutes(6);
    await setup.world.closeWindows();
    return rows;
  };

  return Object.assign(setup, {
    put,
    ask,
    behind,
    passMinutes,
    fill,
    fillFirst,
  });
}
