import { describe, expect, it } from 'vitest';
import { runJobs } from '../../../../lib/core/deliver/redelivery/run-jobs.ts';
import type { World } from '../../../support/demo-world.ts';
import { shopThatWasAway } from '../../bookkeeping/closing-shop.ts';
import { RANGE, replayingShop } from './replaying-shop.ts';

const COUNT = 120;
const runOnce = (world: World) => runJobs(world.ports, Number.POSITIVE_INFINITY);

/** A shop with a job of each kind that has 120 notifications to send. */
async function shopToReplay(include: string) {
  if (include === 'undelivered') {
    const { world, demo } = await shopThatWasAway(COUNT);
    return { world, demo };
  }
  const { world, demo, tell } = await replayingShop();
  await tell(Array.from({ length: COUNT }, (_, n) => `pay_${n}`));
  await demo.endpoint();
  return { world, demo };
}

async function startedJob(include: string) {
  const opened = await shopToReplay(include);
  const { world, demo } = opened;
  const ask = { ...RANGE, include };
  const first = await world.call(demo.receiver, 'POST /v1/redeliveries', ask);
  const { confirm } = first.json;
  const started =
    confirm === undefined
      ? first
      : await world.call(demo.receiver, 'POST /v1/redeliveries', { ...ask, confirm });
  const path = `/v1/redeliveries/${started.json.jobId}`;
  const cancel = async () => (await world.call(demo.receiver, `POST ${path}/cancel`)).json;
  const job = async () => (await world.call(demo.receiver, `GET ${path}`)).json;
  /** Cancels the job in the middle of its step, once it has sent this many. */
  const cancelWhile = (sent: number) => {
    const { sendNow } = world.ports.dispatcher;
    let messages = 0;
    world.ports.dispatcher.sendNow = async (lane, batch) => {
      messages += 1;
      if (messages === sent) await cancel();
      return sendNow(lane, batch);
    };
  };
  return { ...opened, cancel, cancelWhile, job };
}

interface Sums {
  readonly found: number;
  readonly sent: number;
  readonly notSent: readonly { readonly count: number }[];
}

const addsUp = ({ found, sent, notSent }: Sums) =>
  found === sent + notSent.reduce((sum, { count }) => sum + count, 0);

describe.each(['undelivered', 'unexpected', 'all'])('cancelling a redelivery of %s', (include) => {
  it('before its first step sends nothing, and ends it', async () => {
    const { world, cancel, job } = await startedJob(include);
    expect(await cancel()).toMatchObject({ state: 'cancelling', cancelled: { by: expect.any(String) } });
    await runOnce(world);
    expect(world.queue).toEqual([]);
    world.time.nowMs += 60_000;
    await runOnce(world);
    expect(await job()).toMatchObject({ state: 'cancelled', sent: 0, found: 0 });
    expect(await world.ports.jobs.running()).toEqual([]);
  });

  it('during a step ends it with what that step sent', async () => {
    const { world, cancelWhile, job } = await startedJob(include);
    cancelWhile(2);
    await runOnce(world);
    const ended = await job();
    expect(ended.state).toBe('cancelled');
    expect(ended.sent).toBe(world.queue.length);
    expect(ended.sent).toBeLessThan(COUNT);
    expect(ended.sent).toBeGreaterThanOrEqual(2);
    expect(ended).toSatisfy(addsUp);
    expect(await world.ports.jobs.running()).toEqual([]);
  });

  it('counts what a step had sent whose process died', async () => {
    const { world, cancel, job } = await startedJob(include);
    const { sendNow } = world.ports.dispatcher;
    const { save } = world.ports.jobs;
    let messages = 0;
    world.ports.dispatcher.sendNow = async (lane, batch) => {
      messages += 1;
      if (messages > 2) throw new Error('died');
      return sendNow(lane, batch);
    };
    await runOnce(world).catch(() => undefined);
    world.ports.dispatcher.sendNow = sendNow;
    world.ports.jobs.save = save;
    await cancel();
    await runOnce(world);
    expect((await job()).state).toBe('cancelling');
    world.time.nowMs += 60_000;
    await runOnce(world);
    const ended = await job();
    const resent = [...world.ports.contents.notifications.values()].filter(
      ({ lastRequest }) => lastRequest?.action === 'redeliver',
    );
    expect(ended).toMatchObject({ state: 'cancelled', sent: resent.length });
    expect(ended).toSatisfy(addsUp);
    expect(world.queue).toHaveLength(2);
  });

  it('stays cancelled, however often it is asked and run', async () => {
    const { world, cancel, cancelWhile, job } = await startedJob(include);
    cancelWhile(2);
    await runOnce(world);
    const ended = await job();
    for (let n = 0; n < 3; n += 1) {
      world.time.nowMs += 60_000;
      expect({ ...(await cancel()), asOf: '', request: '' }).toEqual({ ...ended, asOf: '', request: '' });
      await runOnce(world);
    }
    expect(world.queue).toHaveLength(ended.sent);
  });

  it('leaves a job that is done as it is', async () => {
    const { world, cancel, job } = await startedJob(include);
    await runOnce(world);
    const done = await job();
    expect(done).toMatchObject({ state: 'done', sent: COUNT });
    expect(await cancel()).toMatchObject({ state: 'done', sent: COUNT });
    expect((await job()).cancelled).toBeUndefined();
  });

  it('frees its place, and takes no place of the job that comes after it', async () => {
    const { world, demo, cancel } = await startedJob(include);
    await cancel();
    world.time.nowMs += 60_000;
    await runOnce(world);
    const next = await world.call(demo.receiver, 'POST /v1/redeliveries', RANGE);
    await cancel();
    expect(await world.ports.jobs.running()).toMatchObject([{ jobId: next.json.jobId }]);
  });
});

it('of another merchant is refused', async () => {
  const { world, demo } = await shopToReplay('unexpected');
  const other = await world.merchant('other');
  const { json } = await world.call(demo.receiver, 'POST /v1/redeliveries', {
    ...RANGE,
    include: 'unexpected',
  });
  const refused = await world.call(other.receiver, `POST /v1/redeliveries/${json.jobId}/cancel`);
  expect(refused.json).toMatchObject({ status: 404, code: 'unknown_job' });
  const seen = await world.call(demo.receiver, `GET /v1/redeliveries/${json.jobId}`);
  expect(seen.json.state).toBe('running');
});
