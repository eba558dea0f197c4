import { describe, expect, it } from 'vitest';
import { nowMs } from '../../../bench/load/measure/shared-clock.ts';
import { createOrders } from '../../../bench/load/target/load-target.ts';
import { type KillTrial, runKillTrial } from '../../../bench/peers/trials/kill-trial.ts';

/** A service in memory that delivers, each time when the sink is asked, what it has accepted. */
function createService() {
  const waiting: string[] = [];
  let isUp = true;
  return {
    waiting,
    target: {
      record: async ([order]: readonly { readonly id: string }[]) => {
        await Promise.resolve();
        if (!isUp) throw new Error('ECONNREFUSED');
        if (order !== undefined) waiting.push(order.id);
      },
    },
    sink: {
      take: async () => {
        const ids = waiting.splice(0);
        const arrivals = new Map(ids.map((id): [string, number] => [id, nowMs()]));
        return { arrivals, requests: ids.length, unknown: 0 };
      },
    },
    down() {
      isUp = false;
    },
    up() {
      isUp = true;
    },
  };
}

const trialOf = (service: ReturnType<typeof createService>, changes: Partial<KillTrial> = {}): KillTrial => ({
  target: service.target,
  sink: service.sink,
  orders: createOrders(40),
  callers: 4,
  standstillMs: 0,
  killAndRestart: async () => {},
  ...changes,
});

/** Until all callers have had a turn. */
async function untilNoticed(): Promise<void> {
  for (let turns = 0; turns < 100; turns += 1) await Promise.resolve();
}

describe('the trial with SIGKILL', () => {
  it('counts what was accepted and never delivered as lost', async () => {
    const service = createService();
    const killAndRestart = async () => void service.waiting.splice(0, 3);
    const result = await runKillTrial(trialOf(service, { killAndRestart }));
    expect(result).toMatchObject({ accepted: 40, refused: 0, lost: 3, repeated: 0 });
  });

  it('counts a request that failed neither as accepted nor as lost', async () => {
    const service = createService();
    const killAndRestart = async () => {
      service.down();
      await untilNoticed();
      service.up();
    };
    const result = await runKillTrial(trialOf(service, { killAndRestart }));
    expect(result.refused).toBeGreaterThan(0);
    expect(result).toMatchObject({ accepted: 40 - result.refused, lost: 0, repeated: 0 });
  });

  it('counts what came more than once', async () => {
    const service = createService();
    const killAndRestart = async () => void service.waiting.push(...service.waiting.slice(0, 5));
    const result = await runKillTrial(trialOf(service, { killAndRestart }));
    expect(result).toMatchObject({ accepted: 40, lost: 0, repeated: 5 });
  });

  it('waits for what was accepted, however much else comes meanwhile', async () => {
    const service = createService();
    const late: string[] = [];
    let looks = 0;
    const killAndRestart = async () => {
      late.push(...service.waiting.splice(0, 2));
      service.waiting.push('load-other-1', 'load-other-2', 'load-other-3');
    };
    const take = () => {
      looks += 1;
      if (looks === 3) service.waiting.push(...late);
      return service.sink.take();
    };
    const result = await runKillTrial(
      trialOf(service, { killAndRestart, sink: { take }, standstillMs: 600_000 }),
    );
    expect(result).toMatchObject({ accepted: 40, lost: 0 });
    expect(looks).toBe(3);
  });

  it('kills once, when half of the orders are accepted', async () => {
    const service = createService();
    const killedAt: number[] = [];
    await runKillTrial(
      trialOf(service, {
        callers: 1,
        killAndRestart: async () => void killedAt.push(service.waiting.length),
      }),
    );
    expect(killedAt).toEqual([20]);
  });

  it('ends with an error if the service cannot be started again', async () => {
    const service = createService();
    const killAndRestart = () => Promise.reject(new Error('peer did not come back'));
    await expect(runKillTrial(trialOf(service, { killAndRestart }))).rejects.toThrow(
      'peer did not come back',
    );
  });

  it('ends with an error if the service accepts too little to be killed under load', async () => {
    const service = createService();
    service.down();
    await expect(runKillTrial(trialOf(service, {}))).rejects.toThrow(
      'only 0 of 40 messages were accepted, so it was not killed',
    );
  });
});
