import { describe, expect, it } from 'vitest';
import { runJobs } from '../../../../lib/core/deliver/redelivery/run-jobs.ts';
import { statusExchange } from '../../../support/world.ts';
import { RANGE, replayingShop } from './replaying-shop.ts';

/** A shop with a delivered, an exhausted and an acknowledged notification, and one that its endpoint did not expect. */
async function shopWithAll() {
  const opened = await replayingShop();
  const { world, demo, tell } = opened;
  await tell(['unexpected']);
  const { endpointId } = await demo.endpoint();
  world.time.nowMs += 60_000;
  await tell(['delivered']);
  world.receiver.answer = () => statusExchange(500);
  await tell(['exhausted', 'acknowledged']);
  await world.call(demo.receiver, 'POST /v1/transactions/acknowledged/acknowledge', { version: 1 });
  world.time.nowMs += 60_000;
  return { ...opened, endpointId };
}

describe('replaying all', () => {
  it('starts nothing before its count is confirmed', async () => {
    const { world, start } = await shopWithAll();
    const asked = await start({ include: 'all' });
    expect(asked.json).toMatchObject({ status: 409, code: 'confirmation_required', confirm: { count: 4 } });
    expect(await world.ports.jobs.running()).toEqual([]);
  });

  it('sends everything, and no delivered or acknowledged one becomes undelivered', async () => {
    const { world, start, replay, queued, stateOf } = await shopWithAll();
    const { confirm } = (await start({ include: 'all' })).json;
    expect(await replay({ include: 'all', confirm })).toMatchObject({
      jobId: confirm.jobId,
      to: confirm.to,
      total: 4,
      examined: 4,
      found: 4,
      sent: 4,
      notSent: [],
      progress: 1,
    });
    expect(queued()).toEqual(['acknowledged', 'delivered', 'exhausted', 'unexpected']);
    const before = world.requests.length;
    await world.drain();
    expect(await stateOf('delivered')).toEqual(['delivered']);
    expect(await stateOf('acknowledged')).toEqual(['acknowledged']);
    expect(await stateOf('exhausted')).toEqual(['exhausted']);
    expect(await stateOf('unexpected')).toEqual(['exhausted']);
    // One extra attempt each for what was settled, and a whole schedule for the others.
    expect(world.requests.length - before).toBe(2 * 1 + 2 * 2);
  });

  it('returns the same job to a confirmed request that is repeated, also at the same time', async () => {
    const { world, start, run, job } = await shopWithAll();
    const { confirm } = (await start({ include: 'all' })).json;
    const confirmed = () => start({ include: 'all', confirm });
    // A merchant has two ranges counted at a time.
    const answers = [...(await Promise.all([confirmed(), confirmed()])), await confirmed()];
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(await world.ports.jobs.running()).toHaveLength(1);
    await run();
    expect((await confirmed()).json).toMatchObject({ jobId: confirm.jobId, state: 'done' });
    expect(await job(confirm.jobId)).toMatchObject({ sent: 4 });
    expect(world.queue).toHaveLength(4);
  });

  it('asks again with the new count if the count is another one now', async () => {
    const { world, start } = await shopWithAll();
    const { confirm } = (await start({ include: 'all' })).json;
    const wrong = await start({ include: 'all', confirm: { ...confirm, count: 5 } });
    expect(wrong.json).toMatchObject({
      code: 'confirmation_required',
      confirm: { count: 4, to: confirm.to },
    });
    expect(await world.ports.jobs.running()).toEqual([]);
  });

  it('counts what was listed until the first answer, not what came since', async () => {
    const { world, demo, tell, start, replay } = await shopWithAll();
    const { confirm } = (await start({ include: 'all' })).json;
    await tell(['later']);
    expect(await replay({ include: 'all', confirm })).toMatchObject({ examined: 4, sent: 4 });
    const { json } = await world.call(demo.receiver, 'GET /v1/transactions/later');
    expect(json.notifications[0].lastRequest).toBeUndefined();
  });

  it('confirms nothing that was asked for another range or by another merchant', async () => {
    const { world, demo, start } = await shopWithAll();
    const other = await world.merchant('other');
    const { confirm } = (await start({ include: 'all' })).json;
    const elsewhere = { ...RANGE, include: 'all', confirm };
    const theirs = await world.call(other.receiver, 'POST /v1/redeliveries', elsewhere);
    expect(theirs.json).toMatchObject({ code: 'confirmation_required', confirm: { count: 0 } });
    const later = { ...elsewhere, to: '2026-11-20T08:00:01.000Z' };
    const short = await world.call(demo.receiver, 'POST /v1/redeliveries', later);
    expect(short.json).toMatchObject({ code: 'confirmation_required' });
    expect(await world.ports.jobs.running()).toEqual([]);
  });

  it('does not take the job of another request for its own', async () => {
    const { world, start } = await shopWithAll();
    const running = (await start({})).json;
    const { confirm } = (await start({ include: 'all' })).json;
    const claimed = await start({ include: 'all', confirm: { ...confirm, jobId: running.jobId } });
    expect(claimed.json.include).not.toBe('undelivered');
    expect(await world.ports.jobs.running()).toHaveLength(1);
  });

  it('asks again with another id if the id is that of a job that another request started', async () => {
    const { start, replay, endpointId } = await shopWithAll();
    const { confirm } = (await start({ include: 'all' })).json;
    await replay({ include: 'all', confirm });
    const another = { include: 'all', endpointId };
    const asked = await start({ ...another, confirm });
    expect(asked.json).toMatchObject({
      code: 'confirmation_required',
      confirm: { count: confirm.count, to: confirm.to },
    });
    expect(asked.json.confirm.jobId).not.toBe(confirm.jobId);
    expect(await start({ ...another, confirm: asked.json.confirm })).toMatchObject({
      status: 202,
      json: { jobId: asked.json.confirm.jobId, endpointId },
    });
  });

  it('asks again with another id, and says nothing else, if a job of another merchant has the id', async () => {
    const { world, start, replay } = await shopWithAll();
    const other = await world.merchant('other');
    const { confirm } = (await start({ include: 'all' })).json;
    await replay({ include: 'all', confirm });
    const theirs = { ...RANGE, include: 'all', confirm: { ...confirm, count: 0 } };
    const { json } = await world.call(other.receiver, 'POST /v1/redeliveries', theirs);
    expect(json).toMatchObject({ code: 'confirmation_required', merchantId: 'other' });
    expect(json.confirm).toEqual({ jobId: expect.any(String), count: 0, to: confirm.to });
    expect(json.confirm.jobId).not.toBe(confirm.jobId);
  });

  it('says what it leaves alone where the endpoint is disabled or deleted', async () => {
    const { world, demo, endpointId, set, start, replay } = await shopWithAll();
    await set(endpointId, { enabled: false });
    const { confirm } = (await start({ include: 'all' })).json;
    expect(await replay({ include: 'all', confirm })).toMatchObject({
      sent: 0,
      found: 4,
      notSent: [{ reason: 'endpoint_disabled', count: 4 }],
    });
    await world.call(demo.manager, `DELETE /v1/merchants/demo/endpoints/${endpointId}`);
    world.time.nowMs += 1_000;
    const second = (await start({ include: 'all' })).json.confirm;
    expect(await replay({ include: 'all', confirm: second })).toMatchObject({
      sent: 0,
      found: 3,
      notSent: [{ reason: 'endpoint_deleted', count: 3 }],
    });
    expect(world.queue).toEqual([]);
  });

  it('sends the notifications of one endpoint only if asked, also of a transaction’s own URL', async () => {
    const { world, demo, tell, start, replay } = await replayingShop();
    await demo.endpoint();
    world.time.nowMs += 60_000;
    await tell(['pay_1'], { notifyUrl: 'https://till.example/' });
    const { confirm } = (await start({ include: 'all', endpointId: 'notify-url' })).json;
    expect(await replay({ include: 'all', endpointId: 'notify-url', confirm })).toMatchObject({
      found: 1,
      sent: 1,
    });
    expect(world.queue).toMatchObject([{ message: { endpointId: 'notify-url' } }]);
  });

  it('counts right and sends once, wherever a run dies', async () => {
    const { world, demo, tell, start, run, job } = await replayingShop();
    await demo.endpoint();
    world.time.nowMs += 60_000;
    await tell(Array.from({ length: 120 }, (_, n) => `pay_${n}`));
    const { confirm } = (await start({ include: 'all' })).json;
    await start({ include: 'all', confirm });
    const { save } = world.ports.jobs;
    let writes = 0;
    world.ports.jobs.save = async (next, rev) => {
      writes += 1;
      if (writes % 2 === 1) throw new Error('died');
      return save(next, rev);
    };
    for (let runs = 0; runs < 10; runs += 1) {
      await runJobs(world.ports, Number.POSITIVE_INFINITY).catch(() => undefined);
    }
    await run();
    expect(await job(confirm.jobId)).toMatchObject({ state: 'done', found: 120, sent: 120 });
    expect(world.queue).toHaveLength(120);
  });
});
