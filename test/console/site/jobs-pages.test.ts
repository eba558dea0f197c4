import { beforeEach, describe, expect, it } from 'vitest';
import { runJobs } from '../../../lib/core/deliver/redelivery/run-jobs.ts';
import type { Browser } from '../../support/cookie-browser.ts';
import { payment, statusExchange } from '../../support/world.ts';
import { type ConsoleWorld, createConsoleWorld } from '../console-world.ts';

const JOBS = '/console/merchants/demo/jobs';
const REPLAY = '/console/merchants/demo/replay';
const MINUTE = 60_000;

describe('jobs', () => {
  let world: ConsoleWorld;
  let operator: Browser;
  let endpointId: string;
  beforeEach(async () => {
    world = createConsoleWorld();
    const demo = await world.merchant('demo', { schedule: [1] });
    ({ endpointId } = await demo.endpoint());
    for (const id of ['pay_1', 'pay_2']) {
      world.receiver.answer = () => statusExchange(id === 'pay_1' ? 500 : 200);
      await world.call(demo.initiator, `PUT /v1/merchants/demo/transactions/${id}`, payment());
      await world.relayAll();
      await world.drain();
    }
    world.time.nowMs += 5 * MINUTE;
    operator = world.browser();
    await operator.logIn(world.admin);
  });

  const htmlOf = async (path: string) => (await operator.get(path)).html;
  const jobs = async () => (await world.call(world.admin, 'GET /v1/merchants/demo/redeliveries')).json.items;
  const RANGE = { from: '2026-11-20T07:00', to: '2026-11-20T08:05' };
  const asking = (fields: object) => htmlOf(`${REPLAY}?${new URLSearchParams({ ...RANGE, ...fields })}`);
  /** The hidden fields of the question that a page asks. */
  const hidden = (html: string) =>
    Object.fromEntries(
      [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
        .map(([, name = '', value = '']) => [name, value] as const)
        .filter(([name]) => name !== 'csrf'),
    );

  it('are found by their merchant', async () => {
    expect(await htmlOf('/console/jobs?q=de')).toContain(`href="${JOBS}"`);
    expect(await htmlOf('/console/jobs?q=zz')).toContain('No merchant begins like this');
    const html = await htmlOf(JOBS);
    expect(html).toContain('No job yet');
    expect(html).toContain(`href="${REPLAY}"`);
  });

  it('begin after a confirmation that names what is sent', async () => {
    const html = await asking({ include: 'undelivered', exhausted: 'true', endpointId });
    expect(html).toContain('Start this replay?');
    for (const part of ['What was not delivered', '2026-11-20 07:00:00 UTC', endpointId, 'Exhausted']) {
      expect(html).toContain(part);
    }
    expect(await jobs()).toEqual([]);
    const answer = await operator.submit(REPLAY, hidden(html));
    const [job] = await jobs();
    expect(answer.location).toBe(`${JOBS}/${job.jobId}`);
    expect(job).toMatchObject({ include: 'undelivered', endpointId });
    expect(await htmlOf(answer.location ?? '')).toContain('has started');
    expect(await htmlOf(JOBS)).toContain(`href="${JOBS}/${job.jobId}"`);
  });

  it('show what was sent, and why the rest was not', async () => {
    const { location = '' } = await operator.submit(
      REPLAY,
      hidden(await asking({ include: 'all', endpointId })),
    );
    await runJobs(world.ports, Number.POSITIVE_INFINITY);
    const html = await htmlOf(location);
    const [{ found, sent }] = await jobs();
    expect(html).toContain(`Found</dt><dd>${found}</dd>`);
    expect(html).toContain(`Sent</dt><dd>${sent}</dd>`);
    expect(sent).toBe(2);
    const again = await asking({ include: 'unexpected' });
    const second = (await operator.submit(REPLAY, hidden(again))).location ?? '';
    await runJobs(world.ports, Number.POSITIVE_INFINITY);
    expect((await jobs())[0].state).toBe('done');
    expect(await htmlOf(second)).toContain('Done');
  });

  it('say why notifications were not sent, with an example', async () => {
    const { location = '' } = await operator.submit(REPLAY, hidden(await asking({ include: 'undelivered' })));
    await world.call(world.admin, `PATCH /v1/merchants/demo/endpoints/${endpointId}`, { enabled: false });
    world.time.nowMs += MINUTE;
    await runJobs(world.ports, Number.POSITIVE_INFINITY);
    const html = await htmlOf(location);
    expect(html).toContain('Why some were not sent');
    expect(html).toContain('The endpoint was disabled.');
    expect(html).toContain('href="/console/merchants/demo/transactions/pay_1"');
  });

  it('for everything name their count first, and start only with it', async () => {
    const html = await asking({ include: 'all' });
    expect(html).toContain('2 outcomes are in the range');
    expect(await jobs()).toEqual([]);
    const fields = hidden(html);
    for (const count of ['7', '']) {
      const changed = await operator.submit(REPLAY, { ...fields, count });
      expect(changed.html).toContain('The number of outcomes has changed');
    }
    expect(await jobs()).toEqual([]);
    // Two windows, or a second click: one job.
    for (let n = 0; n < 2; n += 1) expect((await operator.submit(REPLAY, fields)).status).toBe(303);
    expect(await jobs()).toHaveLength(1);
  });

  it.each([
    [{ include: 'undelivered', from: '2026-11-20T09:00' }, 'Give a start and a later end'],
    [{ include: 'undelivered', from: 'x' }, 'Give a start and a later end'],
    [{ include: 'everything' }, 'Give a start and a later end'],
    [{ include: 'all', from: '2020-01-01T00:00' }, 'before the oldest outcome'],
    [{ include: 'all', from: '2029-01-01T00:00', to: '2030-01-01T00:00' }, 'begins in the future'],
  ])('do not begin while the form is wrong: %o', async (fields, says) => {
    const html = await asking(fields);
    expect(html).toContain(says);
    expect(html).not.toContain('Start this replay?');
    const sent = await operator.submit(REPLAY, { ...RANGE, ...fields });
    expect(sent.html).toContain(says);
    expect(await jobs()).toEqual([]);
  });

  it('are three at most, and the page says so', async () => {
    const fields = hidden(await asking({ include: 'undelivered' }));
    for (let n = 0; n < 3; n += 1) expect((await operator.submit(REPLAY, fields)).status).toBe(303);
    expect((await operator.submit(REPLAY, fields)).html).toContain('Three jobs of this merchant are running');
  });

  it('are cancelled after a confirmation, and name who did it', async () => {
    const fields = hidden(await asking({ include: 'undelivered' }));
    const { location = '' } = await operator.submit(REPLAY, fields);
    expect(await htmlOf(`${location}/cancel`)).toContain('Cancel this job?');
    expect((await jobs())[0].cancelled).toBeUndefined();
    const answer = await operator.submit(`${location}/cancel`);
    expect(answer.location).toBe(location);
    const html = await htmlOf(location);
    expect(html).toContain('takes no further step');
    expect(html).toContain('Cancelled by');
    expect(html).not.toContain(`href="${location}/cancel"`);
  });

  it('of a merchant are its own to see and to start', async () => {
    const { url } = (await world.call(world.admin, 'POST /v1/merchants/demo/portal-links')).json;
    const merchant = world.browser();
    await merchant.enter(url);
    const { html } = await merchant.get(`${REPLAY}?${new URLSearchParams({ ...RANGE, include: 'all' })}`);
    expect(html).toContain('2 outcomes are in the range');
    expect((await merchant.submit(REPLAY, hidden(html))).status).toBe(303);
    expect((await merchant.get('/console/jobs')).status).toBe(404);
  });
});
