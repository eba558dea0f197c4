import { describe, expect, it } from 'vitest';
import { runJobs } from '../../../lib/core/deliver/redelivery/run-jobs.ts';
import type { MerchantId } from '../../../lib/core/model.ts';
import { createQueryLimit, MAX_LARGE_QUERIES } from '../../../lib/core/query/query-limit.ts';
import { useDemoWorld } from '../../support/demo-world.ts';
import { payment, START_MS } from '../../support/world.ts';

const DAY_MS = 86_400_000;
const RANGE = { from: '2026-11-20T07:00:00.000Z', to: '2026-11-20T09:00:00.000Z' };
const time = (ms: number) => new Date(START_MS + ms).toISOString();

describe('redeliveries', () => {
  const setup = useDemoWorld();
  const start = (body: object) => setup.world.call(setup.demo.receiver, 'POST /v1/redeliveries', body);
  const list = (query = '') => setup.world.call(setup.demo.receiver, `GET /v1/redeliveries${query}`);
  const runAll = () => runJobs(setup.world.ports, Number.POSITIVE_INFINITY);
  const idsOf = (items: readonly { readonly jobId: string }[]) => items.map(({ jobId }) => jobId);

  it('name who started them, and when', async () => {
    const { json } = await start(RANGE);
    expect(json).toMatchObject({
      include: 'undelivered',
      createdAt: time(0),
      ...RANGE,
      progress: 0,
      notSent: [],
    });
    const log = await setup.world.call(setup.demo.manager, 'GET /v1/audit-log');
    const entries = log.json.items.filter(
      ({ action }: { action: string }) => action === 'redelivery.started',
    );
    expect(entries).toMatchObject([{ jobId: json.jobId, by: json.by }]);
  });

  it('write one entry of the audit log for each job', async () => {
    await start({ ...RANGE, include: 'all' });
    const { confirm } = (await start({ ...RANGE, include: 'all' })).json;
    for (let n = 0; n < 2; n += 1) await start({ ...RANGE, include: 'all', confirm });
    await setup.world.call(setup.demo.receiver, `POST /v1/redeliveries/${confirm.jobId}/cancel`);
    const log = await setup.world.call(setup.demo.manager, 'GET /v1/audit-log');
    const entries = log.json.items.filter(({ jobId }: { jobId?: string }) => jobId !== undefined);
    expect(entries).toMatchObject([{ action: 'redelivery.started', jobId: confirm.jobId }]);
  });

  it('count the outcomes of a range two at a time, and refuse a third count', async () => {
    const { gate } = setup.world.ports;
    const limit = createQueryLimit(setup.world.ports);
    for (let n = 0; n < MAX_LARGE_QUERIES; n += 1) await limit.enter('demo' as MerchantId);
    expect(await start({ ...RANGE, include: 'all' })).toMatchObject({
      status: 429,
      json: { code: 'too_many_queries' },
    });
    // The others count nothing.
    expect((await start({ ...RANGE, include: 'unexpected' })).status).toBe(202);
    const places = Array.from({ length: MAX_LARGE_QUERIES }, (_, n) => `query#${n}`);
    const untilMs = setup.world.time.nowMs + 25_000;
    for (const name of places) await gate.leave({ merchantId: 'demo' as MerchantId, name }, untilMs);
    setup.world.time.nowMs += 1_000;
    expect((await start({ ...RANGE, include: 'all' })).status).toBe(409);
  });

  it('are listed newest first, with a cursor', async () => {
    const made: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      made.unshift((await start(RANGE)).json.jobId);
      await runAll();
      setup.world.time.nowMs += 1_000;
    }
    const first = (await list('?limit=3')).json;
    expect(first).toMatchObject({ hasMore: true });
    const second = (await list(`?limit=3&cursor=${first.nextCursor}`)).json;
    expect(second.hasMore).toBe(false);
    expect(idsOf([...first.items, ...second.items])).toEqual(made);
    expect(first.items[0]).toMatchObject({ state: 'done', include: 'undelivered' });
  });

  it('are listed for an admin, and not for another merchant', async () => {
    const { world } = setup;
    const { jobId } = (await start(RANGE)).json;
    const other = await world.merchant('other');
    expect((await world.call(other.receiver, 'GET /v1/redeliveries')).json.items).toEqual([]);
    const seen = await world.call(world.admin, 'GET /v1/merchants/demo/redeliveries');
    expect(idsOf(seen.json.items)).toEqual([jobId]);
    const cancelled = await world.call(world.admin, `POST /v1/merchants/demo/redeliveries/${jobId}/cancel`);
    expect(cancelled.json).toMatchObject({ state: 'cancelling', cancelled: { by: 'root' } });
  });

  it.each(['undelivered', 'unexpected', 'all'])(
    'of %s to an endpoint that the merchant never had are refused, and start nothing',
    async (include) => {
      const { endpointId } = await (await setup.world.merchant('other')).endpoint();
      for (const wrong of ['typo', endpointId]) {
        expect(await start({ ...RANGE, include, endpointId: wrong })).toMatchObject({
          status: 404,
          json: { code: 'unknown_endpoint', errors: [{ pointer: '/endpointId' }] },
        });
      }
      expect((await list()).json.items).toEqual([]);
    },
  );

  it('start for an endpoint that was deleted, and for the URLs of the transactions themselves', async () => {
    const { endpointId } = await setup.demo.endpoint();
    await setup.world.call(setup.world.admin, `DELETE /v1/merchants/demo/endpoints/${endpointId}`);
    expect((await start({ ...RANGE, endpointId })).status).toBe(202);
    expect((await start({ ...RANGE, endpointId: 'notify-url' })).status).toBe(202);
  });

  it('take no cursor of another list or merchant', async () => {
    const { world, demo } = setup;
    for (let n = 0; n < 2; n += 1) {
      await start(RANGE);
      world.time.nowMs += 1_000;
    }
    const { nextCursor } = (await list('?limit=1')).json;
    const other = await world.merchant('other');
    const theirs = await world.call(other.receiver, `GET /v1/redeliveries?cursor=${nextCursor}`);
    expect(theirs.json.code).toBe('invalid_cursor');
    const feed = await world.call(demo.receiver, `GET /v1/transactions?cursor=${nextCursor}`);
    expect(feed.json.code).toBe('invalid_cursor');
    expect((await list('?cursor=AAAA')).json.code).toBe('invalid_cursor');
  });

  it.each([
    ['a range that ends before it begins', { from: RANGE.to, to: RANGE.from }, 'invalid_range', '/to'],
    ['an include that is none', { include: 'everything' }, 'invalid_value', '/include'],
    [
      'the id of a job that the service would not make',
      { include: 'all', confirm: { jobId: 'running', count: 1, to: RANGE.to } },
      'invalid_id',
      '/confirm/jobId',
    ],
    [
      'a negative count',
      { include: 'all', confirm: { jobId: 'a'.repeat(17), count: -1, to: RANGE.to } },
      'invalid_value',
      '/confirm/count',
    ],
    [
      'what is no longer kept',
      { include: 'unexpected', from: time(-91 * DAY_MS) },
      'beyond_retention',
      '/from',
    ],
    [
      'what is younger than the watermark',
      { include: 'all', from: time(-10_000), to: time(60_000) },
      'in_future',
      '/from',
    ],
  ])('refuse %s', async (_title, body, code, pointer) => {
    const answer = await start({ ...RANGE, ...body });
    expect(answer.json).toMatchObject({ status: 400, code, errors: [{ pointer, code }] });
  });

  const confirm = { jobId: 'a'.repeat(17), count: 1, to: RANGE.to };
  it.each([
    [
      { include: 'unexpected', states: ['blocked'] },
      'Use states only with include undelivered.',
      ['/states', '/include'],
    ],
    [{ include: 'unexpected', confirm }, 'Use confirm only with include all.', ['/confirm', '/include']],
    [{ confirm }, 'Use confirm only with include all.', ['/confirm']],
  ])(
    'refuse what does not go with include, and name all that was given: %j',
    async (body, detail, pointers) => {
      const { json } = await start({ ...RANGE, ...body });
      const code = 'exclusive_parameters';
      expect(json).toMatchObject({ status: 400, code, detail });
      expect(json.errors).toEqual(pointers.map((pointer) => ({ pointer, code, detail })));
    },
  );

  it('refuse a range with more outcomes than one job may send', async () => {
    const { world, demo } = setup;
    await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment());
    world.time.nowMs += 60_000;
    world.ports.feed.count = async ({ most }) => most;
    const answer = await start({ ...RANGE, include: 'all' });
    expect(answer.json).toMatchObject({ status: 400, code: 'range_too_large', maxOutcomes: 200_000 });
  });

  it('refuse a fourth job, and keep the confirmation good for later', async () => {
    setup.world.time.nowMs += 60_000;
    const { confirm } = (await start({ ...RANGE, include: 'all' })).json;
    for (let n = 0; n < 3; n += 1) await start(RANGE);
    const refused = await start({ ...RANGE, include: 'all', confirm });
    expect(refused.json).toMatchObject({ status: 409, code: 'too_many_jobs' });
    await runAll();
    expect((await start({ ...RANGE, include: 'all', confirm })).json).toMatchObject({ jobId: confirm.jobId });
  });
});
