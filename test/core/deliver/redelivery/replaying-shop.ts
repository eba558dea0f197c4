import { runJobs } from '../../../../lib/core/deliver/redelivery/run-jobs.ts';
import { shop } from '../../bookkeeping/closing-shop.ts';

const FROM = '2026-11-20T08:00:00.000Z';
export const RANGE = { from: FROM, to: '2026-11-20T23:00:00.000Z' };

/** A shop, with what replays need: it records and delivers, and runs jobs minute by minute. */
export async function replayingShop() {
  const opened = await shop();
  const { world, demo, record } = opened;
  const job = async (jobId: string) =>
    (await world.call(demo.receiver, `GET /v1/redeliveries/${jobId}`)).json;
  return {
    ...opened,
    job,
    /** Records, delivers, and lets the feed lag pass. */
    async tell(ids: readonly string[], changes: object = {}) {
      for (const id of ids) await record(id, changes);
      await world.relayAll();
      await world.drain();
      world.time.nowMs += 60_000;
    },
    start: async (request: object) =>
      world.call(demo.receiver, 'POST /v1/redeliveries', { ...RANGE, ...request }),
    /** Starts a job, runs it to its end, and returns it. */
    async replay(request: object) {
      const started = await world.call(demo.receiver, 'POST /v1/redeliveries', { ...RANGE, ...request });
      if (started.status !== 202) throw new Error(started.text);
      await run(opened);
      return job(started.json.jobId);
    },
    run: () => run(opened),
    set: async (endpointId: string, changes: object) => {
      const path = `PATCH /v1/merchants/demo/endpoints/${endpointId}`;
      const changed = await world.call(demo.manager, path, changes);
      if (changed.status !== 200) throw new Error(changed.text);
      // A change that adds expectations is in force after a moment.
      world.time.nowMs += 60_000;
    },
    stateOf: async (id: string) => {
      const { json } = await world.call(demo.receiver, `GET /v1/transactions/${id}`);
      return json.notifications.map(({ state }: { state: string }) => state);
    },
    /** The transactions that wait in the queue. */
    queued: () => world.queue.map(({ message }) => message.transactionId).sort(),
  };
}

/** Runs jobs as the timer does, until all have ended. */
async function run({ world }: Pick<Awaited<ReturnType<typeof shop>>, 'world'>): Promise<void> {
  const most = 100;
  for (let minute = 0; minute < most; minute += 1) {
    await runJobs(world.ports, Number.POSITIVE_INFINITY);
    if ((await world.ports.jobs.running()).length === 0) return;
    world.time.nowMs += 60_000;
  }
  throw new Error('A job does not end.');
}
