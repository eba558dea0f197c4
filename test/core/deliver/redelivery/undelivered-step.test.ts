import { describe, expect, it } from 'vitest';
import { runJobs } from '../../../../lib/core/deliver/redelivery/run-jobs.ts';
import { statusExchange } from '../../../support/world.ts';
import { shop, shopThatWasAway } from '../../bookkeeping/closing-shop.ts';

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

  it('says why it left some alone', async () => {
    const { world, demo } = await shopThatWasAway(4);
    const range = { from: '2026-11-20T08:00:00Z', to: '2026-11-20T09:00:00Z' };
    const { jobId } = (await world.call(demo.receiver, 'POST /v1/redeliveries', range)).json;
    const { save } = world.ports.jobs;
    // Once their keys are found, one is acknowledged, and one expires.
    world.ports.jobs.save = async (job, rev) => {
      const isSaved = await save(job, rev);
      const keys = job.keys.map(({ transactionId }) => String(transactionId));
      if (keys.includes('pay_0'))
        await world.call(demo.receiver, 'POST /v1/transactions/pay_0/acknowledge', { version: 1 });
      const { notifications } = world.ports.contents;
      const expired = [...notifications].find(([, { transactionId }]) => String(transactionId) === 'pay_1');
      if (keys.includes('pay_1') && expired !== undefined) {
        (notifications as Map<string, unknown>).delete(expired[0]);
      }
      return isSaved;
    };
    await runJobs(world.ports, Number.POSITIVE_INFINITY);
    const done = (await world.call(demo.receiver, `GET /v1/redeliveries/${jobId}`)).json;
    expect(done).toMatchObject({ state: 'done', found: 4, sent: 2, progress: 1 });
    expect(done.notSent).toHaveLength(2);
    expect(done.notSent).toContainEqual({
      reason: 'already_acknowledged',
      count: 1,
      examples: [expect.stringMatching(/^pay_0\.1\.ep_/)],
    });
    expect(done.notSent).toContainEqual(expect.objectContaining({ reason: 'expired', count: 1 }));
  });

  it.each([
    ['endpoint_disabled', 'PATCH', { enabled: false }],
    ['endpoint_deleted', 'DELETE', undefined],
  ])('leaves alone what no endpoint takes: %s', async (reason, method, body) => {
    const { world, demo } = await shopThatWasAway(60);
    const { items } = (await world.call(demo.manager, 'GET /v1/merchants/demo/endpoints')).json;
    await world.call(demo.manager, `${method} /v1/merchants/demo/endpoints/${items[0].endpointId}`, body);
    world.time.nowMs += 1_000;
    const range = { from: '2026-11-20T08:00:00Z', to: '2026-11-20T09:00:00Z' };
    const { jobId } = (await world.call(demo.receiver, 'POST /v1/redeliveries', range)).json;
    await runJobs(world.ports, Number.POSITIVE_INFINITY);
    const done = (await world.call(demo.receiver, `GET /v1/redeliveries/${jobId}`)).json;
    expect(done).toMatchObject({ state: 'done', found: 60, sent: 0, notSent: [{ reason, count: 60 }] });
    expect(done.notSent[0].examples).toHaveLength(3);
    expect(world.queue).toEqual([]);
    const { notifications } = (await world.call(demo.receiver, 'GET /v1/transactions/pay_0')).json;
    expect(notifications).toMatchObject([{ state: 'exhausted' }]);
  });

  it('goes on with a job of a version that knew no other kind', async () => {
    const { world, demo } = await shopThatWasAway(3);
    const range = { from: '2026-11-20T08:00:00Z', to: '2026-11-20T09:00:00Z' };
    const { jobId } = (await world.call(demo.receiver, 'POST /v1/redeliveries', range)).json;
    const [running] = await world.ports.jobs.running();
    const stored = running && (await world.ports.jobs.read(running.merchantId, jobId));
    if (stored === undefined) throw new Error('There is no job.');
    const { include: _unknown, by: _then, ...older } = stored;
    await world.ports.jobs.save({ ...older, rev: 2 }, 1);
    await runJobs(world.ports, Number.POSITIVE_INFINITY);
    const done = (await world.call(demo.receiver, `GET /v1/redeliveries/${jobId}`)).json;
    expect(done).toMatchObject({ state: 'done', include: 'undelivered', found: 3, sent: 3, notSent: [] });
    expect(world.queue).toHaveLength(3);
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
