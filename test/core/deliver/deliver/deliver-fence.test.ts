import { describe, expect, it } from 'vitest';
import { MINUTE_MS } from '../../../../lib/core/time.ts';
import { audit } from '../../../support/scheduled-runs.ts';
import { okExchange, START_MS, statusExchange } from '../../../support/world.ts';
import { recorded } from './recorded-payment.ts';

describe('the fence', () => {
  it('lets one of two messages for the same attempt schedule what follows', async () => {
    const { world } = await recorded({ schedule: [10, 10] });
    world.receiver.answer = () => statusExchange(500);
    const [first] = world.queue.splice(0);
    if (first === undefined) throw new Error('nothing was relayed');
    await Promise.all([world.deliverOne(first), world.deliverOne(first)]);
    expect(world.queue).toHaveLength(1);
    await world.drain();
    expect(world.requests).toHaveLength(4);
  });

  it('lets the message of an earlier attempt, arriving late, do nothing', async () => {
    const { world } = await recorded({ schedule: [10, 10] });
    world.receiver.answer = () => statusExchange(500);
    const [first] = world.queue.splice(0);
    if (first === undefined) throw new Error('nothing was relayed');
    await world.deliverOne(first);
    const [second] = world.queue.splice(0);
    if (second === undefined) throw new Error('no second attempt');
    await world.deliverOne(second);
    await world.deliverOne(second);
    expect(world.requests).toHaveLength(2);
    expect(world.queue).toHaveLength(1);
  });

  it('brings back what died between the write and the schedule', async () => {
    const { world, ask } = await recorded({ schedule: [10] });
    world.receiver.answer = () => statusExchange(500);
    const [first] = world.queue.splice(0);
    if (first === undefined) throw new Error('nothing was relayed');
    const { sendAt } = world.ports.dispatcher;
    world.ports.dispatcher.sendAt = () => Promise.reject(new Error('died here'));
    await expect(world.deliverOne(first)).rejects.toThrow('died here');
    world.ports.dispatcher.sendAt = sendAt;
    expect(world.queue).toHaveLength(0);

    await world.deliverOne(first, 2);
    expect(world.requests).toHaveLength(1);
    expect(world.queue).toMatchObject([{ atMs: START_MS + 10_000 }]);
    await world.drain();
    expect((await ask()).notifications[0].state).toBe('exhausted');
  });

  it('keeps a 2xx that was overtaken by another attempt’s failure', async () => {
    const { world, ask } = await recorded({ schedule: [10, 10] });
    const [first] = world.queue.splice(0);
    if (first === undefined) throw new Error('nothing was relayed');
    let overtake = true;
    world.receiver.answer = async () => {
      if (!overtake) return statusExchange(500);
      overtake = false;
      await world.deliverOne(first);
      return okExchange();
    };
    await world.deliverOne(first);
    expect((await ask()).notifications[0].state).toBe('delivered');
    await world.drain();
    expect(world.requests).toHaveLength(2);
  });

  it('counts an attempt that was under way when the audit made the notification', async () => {
    const { world, ask } = await recorded({ schedule: [10, 10] });
    const [first] = world.queue.splice(0);
    if (first === undefined) throw new Error('nothing was relayed');
    world.time.nowMs += 30 * MINUTE_MS;
    await world.closeWindows();
    world.receiver.answer = async () => {
      world.receiver.answer = () => statusExchange(500);
      world.time.nowMs += 100;
      await audit(world);
      return statusExchange(500);
    };
    await world.deliverOne(first);
    expect(world.events.filter(({ event }) => event === 'lost')).toHaveLength(1);
    expect((await ask()).notifications[0]).toMatchObject({ state: 'retrying', attempts: [{ number: 1 }] });
    await world.drain();
    expect(world.requests).toHaveLength(3);
    expect((await ask()).notifications[0]).toMatchObject({ state: 'exhausted', attempts: { length: 3 } });
  });

  it('never lets a failure undo a delivery', async () => {
    const { world, ask } = await recorded({ schedule: [10, 10] });
    const [first] = world.queue.splice(0);
    if (first === undefined) throw new Error('nothing was relayed');
    await world.deliverOne(first);
    world.receiver.answer = () => statusExchange(500);
    await world.deliverOne(first);
    expect((await ask()).notifications[0]).toMatchObject({ state: 'delivered', attempts: [{ number: 1 }] });
    expect(world.queue).toHaveLength(0);
  });
});
