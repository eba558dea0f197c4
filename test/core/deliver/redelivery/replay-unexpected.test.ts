import { describe, expect, it } from 'vitest';
import { runJobs } from '../../../../lib/core/deliver/redelivery/run-jobs.ts';
import { audit } from '../../../support/scheduled-runs.ts';
import { statusExchange } from '../../../support/world.ts';
import { replayingShop } from './replaying-shop.ts';

const IDS = ['pay_1', 'pay_2', 'pay_3'];

/** A shop with three outcomes from the time when its endpoint was disabled. It is enabled again. */
async function shopThatSlept() {
  const opened = await replayingShop();
  const { endpointId } = await opened.demo.endpoint();
  await opened.set(endpointId, { enabled: false });
  await opened.tell(IDS);
  await opened.set(endpointId, { enabled: true });
  return { ...opened, endpointId };
}

describe('replaying what an endpoint did not get', () => {
  it('sends what was listed while it was disabled, and says how far it is', async () => {
    const { world, replay, queued, stateOf } = await shopThatSlept();
    const ended = await replay({ include: 'unexpected' });
    expect(ended).toMatchObject({
      state: 'done',
      include: 'unexpected',
      progress: 1,
      examined: 3,
      found: 3,
      sent: 3,
      notSent: [],
    });
    expect(queued()).toEqual(IDS);
    await world.drain();
    for (const id of IDS) expect(await stateOf(id)).toEqual(['delivered']);
    expect(world.requests).toHaveLength(3);
  });

  it('sends what was listed before it existed', async () => {
    const { demo, tell, replay, queued } = await replayingShop();
    await tell(IDS);
    await demo.endpoint();
    expect(await replay({ include: 'unexpected' })).toMatchObject({ found: 3, sent: 3 });
    expect(queued()).toEqual(IDS);
  });

  it('sends what its filter left out then and lets through now, and says what it leaves out now', async () => {
    const { demo, tell, set, replay, queued } = await replayingShop();
    const { endpointId } = await demo.endpoint({ types: ['refund.*'] });
    await tell(['pay_1']);
    await tell(['pay_2'], { status: 'FAILED' });
    await set(endpointId, { types: ['payment.succeeded'] });
    expect(await replay({ include: 'unexpected' })).toMatchObject({
      found: 2,
      sent: 1,
      notSent: [{ reason: 'filter_excludes', count: 1, examples: [`pay_2.1.${endpointId}`] }],
    });
    expect(queued()).toEqual(['pay_1']);
  });

  it('sends nothing to an endpoint that is disabled, and names one that is deleted if it was asked for', async () => {
    const { world, demo, tell, set, replay } = await replayingShop();
    await tell(IDS);
    const { endpointId } = await demo.endpoint();
    await set(endpointId, { enabled: false });
    expect(await replay({ include: 'unexpected' })).toMatchObject({
      sent: 0,
      notSent: [{ reason: 'endpoint_disabled', count: 3 }],
    });
    await world.call(demo.manager, `DELETE /v1/merchants/demo/endpoints/${endpointId}`);
    world.time.nowMs += 1_000;
    expect(await replay({ include: 'unexpected' })).toMatchObject({ found: 0, notSent: [] });
    expect(await replay({ include: 'unexpected', endpointId })).toMatchObject({
      notSent: [{ reason: 'endpoint_deleted', count: 3 }],
    });
    expect(world.queue).toEqual([]);
  });

  it('makes no second one of what it sent, nor of what was expected', async () => {
    const { world, tell, replay } = await shopThatSlept();
    await tell(['pay_4']);
    await replay({ include: 'unexpected' });
    await world.drain();
    world.time.nowMs += 60_000;
    const again = await replay({ include: 'unexpected' });
    expect(again).toMatchObject({
      examined: 4,
      found: 3,
      sent: 0,
      notSent: [{ reason: 'already_delivered', count: 3 }],
    });
    expect(world.queue).toEqual([]);
    expect(world.requests).toHaveLength(4);
  });

  it('says of each that is there how it stands', async () => {
    const { world, demo, replay } = await shopThatSlept();
    world.receiver.answer = () => statusExchange(500);
    await replay({ include: 'unexpected' });
    await world.drain();
    await world.call(demo.receiver, 'POST /v1/transactions/pay_1/acknowledge', { version: 1 });
    world.time.nowMs += 60_000;
    expect((await replay({ include: 'unexpected' })).notSent).toMatchObject([
      { reason: 'already_acknowledged', count: 1 },
      { reason: 'undelivered', count: 2 },
    ]);
  });

  it('leaves a first attempt that is under way alone', async () => {
    const { world, demo, record, replay } = await replayingShop();
    await demo.endpoint();
    await record('pay_1');
    await world.relayAll();
    world.time.nowMs += 60_000;
    expect(await replay({ include: 'unexpected' })).toMatchObject({ examined: 1, found: 0, sent: 0 });
    expect(world.queue).toMatchObject([{ lane: 'first', message: { rev: 0 } }]);
  });

  it('examines nothing younger than the feed lag: the job ends where the watermark was', async () => {
    const { world, demo, record, start, run, job } = await replayingShop();
    await record('pay_1');
    world.time.nowMs += 60_000;
    await record('pay_2');
    await demo.endpoint();
    const started = await start({ include: 'unexpected' });
    expect(started.json.to).toBe(new Date(world.time.nowMs - 30_000).toISOString());
    await run();
    expect(await job(started.json.jobId)).toMatchObject({ examined: 1, sent: 1 });
    expect(world.queue).toMatchObject([{ message: { transactionId: 'pay_1' } }]);
  });

  it('follows the settings as they are when it gets there', async () => {
    const { world, demo, tell, set, start, run, job } = await replayingShop();
    await tell(Array.from({ length: 120 }, (_, n) => `pay_${n}`));
    const { endpointId } = await demo.endpoint();
    const { jobId } = (await start({ include: 'unexpected' })).json;
    const { save } = world.ports.jobs;
    // It is disabled after the first step.
    world.ports.jobs.save = async (next, rev) => {
      world.ports.jobs.save = save;
      await set(endpointId, { enabled: false });
      return save(next, rev);
    };
    await run();
    expect(await job(jobId)).toMatchObject({
      sent: 50,
      found: 120,
      notSent: [{ reason: 'endpoint_disabled', count: 70 }],
    });
  });

  it('stays outside what windows and audit expect', async () => {
    const { world, replay } = await shopThatSlept();
    await replay({ include: 'unexpected' });
    world.receiver.answer = () => statusExchange(500);
    world.time.nowMs += 30 * 60_000;
    await world.closeWindows();
    await audit(world);
    expect(world.events.filter(({ event }) => event === 'lost' || event === 'window_revised')).toEqual([]);
  });

  it('counts right and sends once, wherever a run dies', async () => {
    const { world, demo, tell, start, run, job } = await replayingShop();
    await tell(Array.from({ length: 120 }, (_, n) => `pay_${n}`));
    await demo.endpoint();
    const { jobId } = (await start({ include: 'unexpected' })).json;
    const { save } = world.ports.jobs;
    const { sendNow } = world.ports.dispatcher;
    let [writes, messages] = [0, 0];
    world.ports.jobs.save = async (next, rev) => {
      writes += 1;
      if (writes % 2 === 1) throw new Error('died');
      return save(next, rev);
    };
    world.ports.dispatcher.sendNow = async (lane, sent) => {
      messages += 1;
      if (messages % 50 === 0) throw new Error('died');
      return sendNow(lane, sent);
    };
    for (let runs = 0; runs < 20; runs += 1) {
      await runJobs(world.ports, Number.POSITIVE_INFINITY).catch(() => undefined);
    }
    await run();
    expect(await job(jobId)).toMatchObject({ state: 'done', found: 120, sent: 120, examined: 120 });
    expect(new Set(world.queue.map(({ message }) => message.transactionId)).size).toBe(world.queue.length);
    // What stayed behind is due, and the sweep sends it.
    expect(world.queue.length).toBe(118);
  });

  it('sends once when two runs work on it, and when two jobs overlap', async () => {
    const { world, demo, tell, start, run, job } = await replayingShop();
    await tell(Array.from({ length: 120 }, (_, n) => `pay_${n}`));
    await demo.endpoint();
    const jobIds: string[] = [];
    for (let n = 0; n < 2; n += 1) jobIds.push((await start({ include: 'unexpected' })).json.jobId);
    const once = () => runJobs(world.ports, Number.POSITIVE_INFINITY);
    await Promise.all([once(), once(), once()]);
    await run();
    for (const jobId of jobIds)
      expect(await job(jobId)).toMatchObject({ state: 'done', found: 120, sent: 120 });
    expect(world.queue).toHaveLength(120);
  });

  it('sends at most 2,000 a minute', async () => {
    const { world, demo, tell, start, job } = await replayingShop();
    await tell(Array.from({ length: 30 }, (_, n) => `pay_${n}`));
    await demo.endpoint();
    const { jobId } = (await start({ include: 'unexpected' })).json;
    const [running] = await world.ports.jobs.running();
    const stored = running && (await world.ports.jobs.read(running.merchantId, jobId));
    if (stored === undefined) throw new Error('There is no job.');
    const minute = new Date(Math.floor(world.time.nowMs / 60_000) * 60_000).toISOString();
    await world.ports.jobs.save({ ...stored, pace: { minute, sent: 1_980 }, rev: 2 }, 1);
    for (let runs = 0; runs < 5; runs += 1) await runJobs(world.ports, Number.POSITIVE_INFINITY);
    expect(world.queue).toHaveLength(20);
    world.time.nowMs += 60_000;
    await runJobs(world.ports, Number.POSITIVE_INFINITY);
    expect(world.queue).toHaveLength(30);
    expect(await job(jobId)).toMatchObject({ state: 'done', sent: 30 });
  });

  it('fails where a row of the feed cannot be read, and says how far it came', async () => {
    const { world, demo, tell, start, run, job } = await replayingShop();
    await tell(IDS);
    await demo.endpoint();
    const { jobId } = (await start({ include: 'unexpected' })).json;
    const [second] = [...world.ports.contents.outcomes.values()].filter(
      ({ transactionId }) => transactionId === 'pay_2',
    );
    Object.assign(second ?? {}, { amount: 'much' });
    await run();
    expect(await job(jobId)).toMatchObject({
      state: 'failed',
      failure: 'unreadable_row',
      examined: 1,
      sent: 1,
    });
  });
});
