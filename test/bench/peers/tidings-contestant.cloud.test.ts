import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSink, type Sink } from '../../../bench/load/measure/sink.ts';
import { createOrders } from '../../../bench/load/target/load-target.ts';
import type { Contestant } from '../../../bench/peers/contestant.ts';
import { startTidings } from '../../../bench/peers/tidings-contestant.ts';
import { runKillTrial } from '../../../bench/peers/trials/kill-trial.ts';

describe('Tidings as bench:peers drives it', () => {
  let sink: Sink;
  let tidings: Contestant;
  beforeAll(async () => {
    sink = await openSink();
    tidings = await startTidings(sink.url);
  });
  afterAll(async () => {
    await tidings.close();
    await sink.close();
  });

  it('loses nothing when it is killed under load, and finds by windows what its receiver lost', async () => {
    const { target, killAndRestart } = tidings;
    const accepted: string[] = [];
    const record: typeof target.record = async (orders) => {
      await target.record(orders);
      accepted.push(...orders.map(({ id }) => id));
    };
    const before = target.processes[0]?.pid;
    const orders = createOrders(12);
    if (killAndRestart === undefined) throw new Error('Tidings can always be killed.');
    const trial = await runKillTrial({ target: { record }, sink, orders, callers: 2, killAndRestart });
    expect(trial.accepted + trial.refused).toBe(orders.length);
    expect(trial.lost).toBe(0);
    expect(target.processes[0]?.pid).not.toBe(before);

    const lost = new Set(accepted.slice(0, 2));
    const found = await tidings.find({ all: accepted, lost });
    expect(found).toMatchObject({ found: 2, lost: 2, among: accepted.length });
  });
});
