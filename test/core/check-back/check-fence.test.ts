import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sweep } from '../../support/scheduled-runs.ts';
import { END, HOUR, MINUTE, prepared, says, take } from './checked-payment.ts';

describe('the fence of a check', () => {
  it('a message that comes twice asks twice at most, and one next asking follows', async () => {
    const { world, check } = await prepared();
    world.receiver.answer = () => says(200, { status: 'PENDING' });
    const sent = take(world);
    await Promise.all([world.deliverOne(sent), world.deliverOne(sent)]);
    expect(check()).toMatchObject({ rev: 1, attempts: [{ number: 1 }] });
    expect(world.queue).toHaveLength(1);
  });

  it('one that died after its write sends what is due', async () => {
    const { world } = await prepared();
    world.receiver.answer = () => says(200, { status: 'PENDING' });
    const sent = take(world);
    const { sendAt } = world.ports.dispatcher;
    world.ports.dispatcher.sendAt = () => Promise.reject(new Error('died'));
    await expect(world.deliverOne(sent)).rejects.toThrow('died');
    world.ports.dispatcher.sendAt = sendAt;
    await world.deliverOne(sent, 2);
    expect(world.requests).toHaveLength(1);
    expect(world.queue).toMatchObject([{ lane: 'check', message: { rev: 1 } }]);
  });

  it('one that died after it recorded finds the end, and does not ask again', async () => {
    const { world, check, transaction } = await prepared();
    world.receiver.answer = () => says(200, END);
    const sent = take(world);
    const { settlePending } = world.ports.outcomes;
    world.ports.outcomes.settlePending = () => Promise.reject(new Error('died'));
    await expect(world.deliverOne(sent)).rejects.toThrow('died');
    world.ports.outcomes.settlePending = settlePending;
    await world.deliverOne(sent, 2);
    expect(world.requests).toHaveLength(1);
    expect(check()).toMatchObject({ state: 'resolved' });
    expect(await transaction()).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('one that died before it reported that it gave up reports when its message comes again', async () => {
    const { world } = await prepared({ afterSeconds: 900 });
    world.time.nowMs += 25 * HOUR;
    world.receiver.answer = () => says(500, '');
    const sent = take(world);
    await world.deliverOne(sent);
    world.events.length = 0;
    await world.deliverOne(sent, 2);
    expect(world.events.filter(({ event }) => event === 'unresolved')).toHaveLength(1);
  });

  it('the sweep asks where the message was lost', async () => {
    const { world, transaction } = await prepared();
    world.queue.splice(0);
    world.receiver.answer = () => says(200, END);
    world.time.nowMs += 5 * MINUTE;
    await sweep(world);
    await sweep(world);
    expect(world.queue).toHaveLength(1);
    await world.deliverOne(take(world));
    expect(await transaction()).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('a check and a record of the initiator end in one outcome, in every order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('SUCCEEDED', 'FAILED', 'CLOSED'),
        fc.constantFrom('SUCCEEDED', 'FAILED', 'CLOSED', 'PENDING'),
        fc.constantFrom('before', 'during', 'after'),
        async (own, asked, when) => {
          const { world, record, transaction, check } = await prepared();
          const say = () => record({ status: own });
          world.receiver.answer = async () => {
            if (when === 'during') await say();
            return says(200, asked === 'PENDING' ? { status: asked } : { ...END, status: asked });
          };
          if (when === 'before') await say();
          await world.deliverOne(take(world));
          const status = when === 'after' ? (await say()).status : 0;
          await world.relayAll();
          const { outcomes } = await transaction();
          expect(outcomes).toHaveLength(2);
          const isAskedFirst = when === 'after' && asked !== 'PENDING';
          expect(outcomes[1].status).toBe(isAskedFirst ? asked : own);
          if (isAskedFirst) expect(status).toBe(409);
          expect(check()).toMatchObject({ state: 'resolved' });
        },
      ),
      { numRuns: 40 },
    );
  });
});
