import { describe, expect, it } from 'vitest';
import { createMemoryStores } from '../../../../lib/adapters/memory/memory-stores.ts';
import { createRateLimiter, type SlotStore } from '../../../../lib/core/deliver/rate/rate-limiter.ts';
import type { Asker } from '../../../../lib/core/deliver/rate/slots.ts';
import { endpointIdSchema, merchantIdSchema } from '../../../../lib/core/model.ts';

const endpoint = {
  merchantId: merchantIdSchema().parse('demo'),
  endpointId: endpointIdSchema().parse('ep_1'),
};

function limited(onSave: (save: SlotStore['save']) => SlotStore['save'] = (save) => save) {
  const time = { nowMs: 1_795_000_000_000 };
  const clock = { now: () => time.nowMs };
  const calls: string[] = [];
  const { slots } = createMemoryStores({ clock });
  const save = onSave(slots.save);
  const counted: SlotStore = {
    read: (...args) => {
      calls.push('read');
      return slots.read(...args);
    },
    save: (...args) => {
      calls.push('write');
      return save(...args);
    },
  };
  const timer = { sleep: async () => undefined };
  const process = () => createRateLimiter({ slots: counted, clock, timer, random: { fraction: () => 0 } });
  return { time, calls, process };
}

const kinds = (leaves: readonly { readonly kind: string }[]) => leaves.map(({ kind }) => kind);

describe('the rate limiter', () => {
  it('writes once for all requests of a batch, and reads only if it does not know the row', async () => {
    const { calls, process, time } = limited();
    const limiter = process();
    const batch = (asker: Asker) =>
      Promise.all(Array.from({ length: 10 }, () => limiter.ask({ endpoint, ratePerSecond: 4, asker })));
    expect(kinds(await batch('new')).filter((kind) => kind === 'go')).toHaveLength(4);
    expect(calls).toEqual(['read', 'write']);
    time.nowMs += 2_000;
    await batch('returning');
    expect(calls).toEqual(['read', 'write', 'write']);
  });

  it('keeps the rate across processes that ask at the same time', async () => {
    const { process } = limited();
    const processes = Array.from({ length: 4 }, process);
    const leaves = await Promise.all(
      processes.flatMap((limiter) =>
        Array.from({ length: 5 }, () => limiter.ask({ endpoint, ratePerSecond: 3, asker: 'new' })),
      ),
    );
    expect(kinds(leaves).filter((kind) => kind === 'go')).toHaveLength(3);
    const slots = leaves.flatMap((leave) => (leave.kind === 'wait' ? [leave.untilMs] : []));
    expect(new Set(slots).size).toBe(17);
  });

  it('loses slots and no request if a process dies after the write: the message asks again', async () => {
    let isDying = true;
    const { process } = limited((save) => async (...args) => {
      const isSaved = await save(...args);
      if (isDying) throw new Error('died');
      return isSaved;
    });
    await expect(process().ask({ endpoint, ratePerSecond: 1, asker: 'new' })).rejects.toThrow('died');
    isDying = false;
    expect(await process().ask({ endpoint, ratePerSecond: 1, asker: 'new' })).toMatchObject({ kind: 'wait' });
  });

  it('answers later requests after one that failed', async () => {
    let failures = 1;
    const { process } = limited((save) => async (...args) => {
      if (failures > 0) {
        failures -= 1;
        throw new Error('unavailable');
      }
      return save(...args);
    });
    const limiter = process();
    await expect(limiter.ask({ endpoint, ratePerSecond: 1, asker: 'new' })).rejects.toThrow('unavailable');
    expect(await limiter.ask({ endpoint, ratePerSecond: 1, asker: 'new' })).toEqual({ kind: 'go' });
  });

  it('does not use leave that is old when its write is answered', async () => {
    const world = limited((save) => async (...args) => {
      const isSaved = await save(...args);
      if (world.calls.length === 2) world.time.nowMs += 5_000;
      return isSaved;
    });
    expect(await world.process().ask({ endpoint, ratePerSecond: 1, asker: 'new' })).toEqual({ kind: 'go' });
    expect(world.calls).toEqual(['read', 'write', 'write']);
  });

  it('sends those back for a moment who lose every race, without a slot', async () => {
    const { process, time } = limited(() => async () => false);
    const leave = await process().ask({ endpoint, ratePerSecond: 1, asker: 'new' });
    expect(leave).toEqual({ kind: 'crowded', untilMs: time.nowMs + 1_000 });
  });
});
