import { describe, expect, it } from 'vitest';
import { createOrders } from '../../../bench/load/target/load-target.ts';
import { type KillTrial, runKillTrial } from '../../../bench/peers/trials/kill-trial.ts';

/** A service that keeps what it accepted in memory, and delivers it when the test says so. */
function createService() {
  const arrivals = new Map<string, number>();
  const waiting: string[] = [];
  let isUp = true;
  let requests = 0;
  const deliver = (id: string) => {
    requests += 1;
    if (!arrivals.has(id)) arrivals.set(id, requests);
  };
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
      count: async () => arrivals.size,
      take: async () => {
        const taken = { arrivals: new Map(arrivals), requests, unknown: 0 };
        arrivals.clear();
        requests = 0;
        return taken;
      },
    },
    down() {
      isUp = false;
    },
    up() {
      isUp = true;
    },
    deliver,
  };
}

const trialOf = (service: ReturnType<typeof createService>, changes: Partial<KillTrial>): KillTrial => ({
  target: service.target,
  sink: service.sink,
  orders: createOrders(40),
  callers: 4,
  standstillMs: 0,
  killAndRestart: async () => {},
  ...changes,
});

describe('the trial with SIGKILL', () => {
  it('counts what was accepted and never delivered as lost', async () => {
    const service = createService();
    const result = await runKillTrial(
      trialOf(service, {
        killAndRestart: async () => {
          // It forgets three that it has accepted, and delivers the others.
          service.waiting.splice(0, 3);
          for (const id of service.waiting.splice(0)) service.deliver(id);
        },
        sink: {
          ...service.sink,
          count: async () => {
            for (const id of service.waiting.splice(0)) service.deliver(id);
            return service.sink.count();
          },
        },
      }),
    );
    expect(result).toMatchObject({ accepted: 40, refused: 0, lost: 3, repeated: 0 });
  });

  it('counts a request that failed neither as accepted nor as lost', async () => {
    const service = createService();
    const result = await runKillTrial(
      trialOf(service, {
        killAndRestart: async () => {
          service.down();
          // Until the callers have noticed it.
          for (let turns = 0; turns < 100; turns += 1) await Promise.resolve();
          for (const id of service.waiting) service.deliver(id);
          service.up();
        },
        sink: {
          ...service.sink,
          count: async () => {
            for (const id of service.waiting.splice(0)) service.deliver(id);
            return service.sink.count();
          },
        },
      }),
    );
    expect(result.refused).toBeGreaterThan(0);
    expect(result.accepted + result.refused).toBe(40);
    expect(result.lost).toBe(0);
    // What had arrived before the kill arrived again.
    expect(result.repeated).toBeGreaterThan(0);
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
