import { expect } from 'vitest';
import { merchantIdSchema } from '../../../lib/core/model.ts';
import type { Outcome } from '../../../lib/receiver/index.ts';
import type { World } from '../../support/demo-world.ts';
import { firstWindow } from '../../support/first-window.ts';
import type { openKit } from '../../support/kit.ts';
import { START_MS } from '../../support/world.ts';

export type Kit = Awaited<ReturnType<typeof openKit>>;

/** Records some outcomes in each of the next windows, and tells those that `tells` lets through. */
export async function trade(
  kit: Kit,
  { windows, each, tells }: { windows: number; each: number; tells: (index: number) => boolean },
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let index = 0; index < windows * each; index += 1) {
    const content = { amount: index, metadata: { index }, transactionType: index % 4 ? 'payment' : 'refund' };
    const outcome = await kit.record(`pay_${index}`, content);
    outcomes.push(outcome);
    if (tells(index)) expect(await kit.tell(outcome)).toBe(204);
    if (index % each === each - 1) await kit.pass(5);
  }
  await kit.pass(1);
  return outcomes;
}

/** Many rows of the first window, straight into the service's table, and closed. */
export async function fillFirst(world: World, kit: Kit, count: number): Promise<Outcome[]> {
  const rows = firstWindow(count);
  for (const row of rows) await world.ports.outcomes.putIfAbsent(row, 0);
  await kit.pass(6);
  return rows.map((row) => ({ metadata: {}, ...row }) as unknown as Outcome);
}

/** The service's audit found something in the first window: it has another revision. */
export async function revise(world: World): Promise<void> {
  const { windows } = world.ports;
  const window = await windows.read(merchantIdSchema().parse('demo'), new Date(START_MS).toISOString());
  if (window === undefined) throw new Error('The first window is not closed.');
  await windows.revise({ ...window, revision: window.revision + 1 }, window.revision);
}

export const everythingOnce = (kit: Kit, outcomes: readonly Outcome[]) => {
  for (const { transactionId } of outcomes) expect(kit.store.get(transactionId)).toBe(1);
};

/** The end of what is settled. */
export async function markOf(store: Pick<Kit['store'], 'mark'>): Promise<string | undefined> {
  return (await store.mark('demo', 'settled'))?.split('/')[1];
}
