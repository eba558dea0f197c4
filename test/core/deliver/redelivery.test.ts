import { describe, expect, it } from 'vitest';
import { runJobs } from '../../../lib/core/deliver/redelivery.ts';
import { statusExchange } from '../../support/world.ts';
import { shop, shopThatWasAway } from '../bookkeeping/closing-shop.ts';

describe('redelivering a range', () => {
  it('sends again what is exhausted or blocked, says how far it is, and nothing twice', async () => {
    const { world, demo, record } = await shop();
    await demo.endpoint();
    world.receiver.answer = () => statusExchange(500);
    for (let n = 0; n < 7; n += 1) await record(`pay_${n}`);
    await world.relayAll();
    await world.drain();
    const range = { from: '2026-11-20T08:00:00Z', to: '2026-11-20T09:00:00Z' };
    world.time.nowMs += 1_000;
    const started = await world.call(demo.receiver, 'POST /v1/redeliveries', range);
    expect(started.status).toBe(202);
    const { jobId } = started.json;
    await runJobs(world.ports, Number.POSITIVE_INFINITY);
    const done = await world.call(demo.receiver, `GET /v1/redeliveries/${jobId}`);
    expect(done.json).toMatchObject({ state: 'done', found: 7, sent: 7 });
    expect(world.queue).toHaveLength(7);
    expect(await world.ports.jobs.running()).toEqual([]);
  });

  it('counts right and sends once, wherever a run dies', async () => {
    const { world, demo } = await shopThatWasAway(120);
    const range = { from: '2026-11-20T08:00:00Z', to: '2026-11-20T09:00:00Z', states: ['exhausted'] };
    const { jobId } = (await world.call(demo.receiver, 'POST /v1/redeliveries', range)).json;
    const { save } = world.ports.jobs;
    const { sendNow } = world.ports.dispatcher;
    let calls = 0;
    // Every seventh write of progress fails, and every fiftieth message stays behind for the sweep.
    world.ports.jobs.save = async (job, rev) => {
      calls += 1;
      if (calls % 7 === 0) throw new Error('died');
      return save(job, rev);
    };
    let messages = 0;
    world.ports.dispatcher.sendNow = async (lane, sent) => {
      messages += 1;
      if (messages % 50 === 0) throw new Error('died');
      return sendNow(lane, sent);
    };
    for (let run = 0; run < 20; run += 1) {
      await runJobs(world.ports, Number.POSITIVE_INFINITY).catch(() => undefined);
    }
    const done = await world.call(demo.receiver, `GET /v1/redeliveries/${jobId}`);
    expect(done.json).toMatchObject({ state: 'done', found: 120, sent: 120 });
    expect(new Set(world.queue.map(({ message }) => message.transactionId)).size).toBe(world.queue.length);
    expect(world.queue.length).toBe(118);
  });

  it('counts right and sends once when two runs work on it', async () => {
    const { world, demo } = await shopThatWasAway(120);
    const range = { from: '2026-11-20T08:00:00Z', to: '2026-11-20T09:00:00Z', states: ['exhausted'] };
    const { jobId } = (await world.call(demo.receiver, 'POST /v1/redeliveries', range)).json;
    const run = () => runJobs(world.ports, Number.POSITIVE_INFINITY);
    await Promise.all([run(), run(), run()]);
    await run();
    const done = await world.call(demo.receiver, `GET /v1/redeliveries/${jobId}`);
    expect(done.json).toMatchObject({ state: 'done', found: 120, sent: 120 });
    expect(world.queue).toHaveLength(120);
  });

  it.each([
    [['exhausted', 'retrying', 'exhausted'], 500],
    [['exhausted', 'blocked'], 410],
  ])('finds nothing a second time that has changed its state meanwhile: %s', async (states, statusCode) => {
    const { world, demo } = await shopThatWasAway(60);
    const range = { from: '2026-11-20T08:00:00Z', to: '2026-11-20T09:00:00Z', states };
    const { jobId } = (await world.call(demo.receiver, 'POST /v1/redeliveries', range)).json;
    world.receiver.answer = () => statusExchange(statusCode);
    const { sendNow } = world.ports.dispatcher;
    world.ports.dispatcher.sendNow = async (lane, messages) => {
      await sendNow(lane, messages);
      for (const sent of world.queue.splice(0))
        if (sent.atMs <= world.time.nowMs) await world.deliverOne(sent);
    };
    await runJobs(world.ports, Number.POSITIVE_INFINITY);
    const done = await world.call(demo.receiver, `GET /v1/redeliveries/${jobId}`);
    expect(done.json).toMatchObject({ state: 'done', found: 60, sent: 60 });
  });

  it('is another merchant’s secret', async () => {
    const { world, demo } = await shop();
    const other = await world.merchant('other');
    const range = { from: '2026-11-20T08:00:00Z', to: '2026-11-20T09:00:00Z' };
    const { jobId } = (await world.call(demo.receiver, 'POST /v1/redeliveries', range)).json;
    const answer = await world.call(other.receiver, `GET /v1/redeliveries/${jobId}`);
    expect(answer.json).toMatchObject({ status: 404, code: 'unknown_job' });
  });

  it('runs three at a time for one merchant, and refuses more', async () => {
    const { world, demo } = await shop();
    const range = { from: '2026-11-20T08:00:00Z', to: '2026-11-20T09:00:00Z' };
    const start = async () => (await world.call(demo.receiver, 'POST /v1/redeliveries', range)).status;
    const answers = await Promise.all([start(), start(), start(), start(), start()]);
    expect(answers.sort()).toEqual([202, 202, 202, 409, 409]);
    await runJobs(world.ports, Number.POSITIVE_INFINITY);
    expect(await start()).toBe(202);
  });

  it('refuses a range that ends before it begins', async () => {
    const { world, demo } = await shop();
    const range = { from: '2026-11-20T09:00:00Z', to: '2026-11-20T08:00:00Z' };
    const answer = await world.call(demo.receiver, 'POST /v1/redeliveries', range);
    expect(answer.json).toMatchObject({ code: 'invalid_range', errors: [{ pointer: '/to' }] });
  });
});
