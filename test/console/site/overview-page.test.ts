import { beforeEach, describe, expect, it } from 'vitest';
import type { Browser } from '../../support/cookie-browser.ts';
import { audit } from '../../support/scheduled-runs.ts';
import { payment, statusExchange } from '../../support/world.ts';
import { type ConsoleWorld, createConsoleWorld } from '../console-world.ts';

const HOUR = 3_600_000;

describe('the overview', () => {
  let world: ConsoleWorld;
  let operator: Browser;
  beforeEach(async () => {
    world = createConsoleWorld();
    operator = world.browser();
  });

  /** Time passes in these tests, so each look needs a new session. */
  const overview = async () => {
    await operator.logIn(world.admin);
    return (await operator.get('/console/overview')).html;
  };
  /** Records outcomes of a new merchant and delivers them, or fails to. */
  async function shop(merchantId: string, count: number, statusCode = 200) {
    const made = await world.merchant(merchantId, { schedule: [1] });
    await made.endpoint();
    for (let n = 0; n < count; n += 1) {
      await world.call(made.initiator, `PUT /v1/merchants/${merchantId}/transactions/pay_${n}`, payment());
    }
    world.receiver.answer = () => statusExchange(statusCode);
    await world.relayAll();
    await world.drain();
    await world.countAll();
  }

  it('of an empty service says how to begin, and that nothing needs attention', async () => {
    const html = await overview();
    expect(html).toContain('No merchant yet');
    expect(html).toContain('/v1/merchants');
    expect(html).toContain('Nothing needs attention');
    expect(html).toContain('Nothing is audited yet. A window of 5 min is audited about 15 min 30 s');
  });

  it('says at once what was sent, before anything is audited', async () => {
    await shop('demo', 3);
    const html = await overview();
    expect(html).not.toContain('No merchant yet');
    expect(html).toContain('Sent, and waiting for the audit');
    expect(html).toMatch(/Not audited yet<\/dt><dd>3</);
    expect(html).toContain('href="/console/merchants/demo/deliveries?state=delivered"');
  });

  it('adds up once windows are audited, and says through when', async () => {
    await shop('demo', 2);
    world.time.nowMs += HOUR;
    for (let run = 0; run < 3; run += 1) {
      await world.closeWindows();
      await audit(world);
    }
    await world.countAll();
    const html = await overview();
    expect(html).toContain('Every expected notification is accounted for');
    expect(html).toMatch(/Audited through<\/dt><dd><time/);
    expect(html).not.toContain('Nothing is audited yet');
  });

  it('says how late windows are, beyond one slow run', async () => {
    await shop('demo', 1);
    world.time.nowMs += HOUR;
    await world.closeWindows();
    const secondsLate = async () =>
      (await world.call(world.admin, 'GET /v1/overview')).json.closedBehindSeconds ?? 0;
    while ((await secondsLate()) === 0) world.time.nowMs += 10_000;
    expect(await secondsLate()).toBeLessThanOrEqual(60);
    const slow = await overview();
    expect(slow).not.toContain('Closing of windows is late');
    expect(slow).not.toContain('class="late"');
    world.time.nowMs += 2 * HOUR;
    const html = await overview();
    expect(html).toContain('Closing of windows is late');
    expect(html).toContain('href="#progress"');
    expect(html).toContain('class="late"');
  });

  it('shows the classes without a delay between the shortest and the longest', async () => {
    const demo = await world.merchant('demo');
    await demo.endpoint();
    for (const [id, lateMs] of [
      ['pay_1', 0],
      ['pay_2', 4_000],
    ] as const) {
      await world.call(demo.initiator, `PUT /v1/merchants/demo/transactions/${id}`, payment());
      await world.relayAll();
      world.time.nowMs += lateMs;
      await world.drain();
    }
    await world.countAll();
    const html = await overview();
    const classes = [...html.matchAll(/<title>≤ ([^<]*): (\d+)<\/title>/g)].map(([, bound, count]) => [
      bound,
      count,
    ]);
    expect(classes).toEqual([
      ['100 ms', '1'],
      ['250 ms', '0'],
      ['500 ms', '0'],
      ['1 s', '0'],
      ['2.5 s', '0'],
      ['5 s', '1'],
    ]);
  });

  it('leads from each thing that needs attention to its page', async () => {
    await shop('demo', 2, 500);
    await world.ports.parking.park({ recordId: 'r1', reason: 'x', payload: '{}' });
    world.ports.deadLetterQueues.lanes.put({ body: 'x' });
    const html = await overview();
    expect(html).not.toContain('Nothing needs attention');
    for (const path of ['merchants/demo/deliveries?state=exhausted', 'dead-letters', 'parked']) {
      expect(html).toContain(`class="row-link" href="/console/${path}"`);
    }
    expect(html).not.toContain('class="row-link" href="/console/unresolved"');
    // No list shows the notifications of several merchants, so the way leads over the merchants that have some.
    await world.merchant('other');
    expect(await overview()).toContain('class="row-link" href="/console/merchants?state=exhausted"');
    const { html: merchants } = await operator.get('/console/merchants?state=exhausted');
    expect(merchants).toContain('href="/console/merchants/demo/deliveries?state=exhausted"');
    expect(merchants).not.toContain('/console/merchants/other');
    expect(merchants).toContain('Of 2 merchants looked at.');
    const { html: blocked } = await operator.get('/console/merchants?state=blocked');
    expect(blocked).toContain('None of these merchants');
    expect(blocked).not.toContain('/console/merchants/demo');
  });

  it('is there in Chinese', async () => {
    await overview();
    await operator.submit('/console/preferences', { language: 'zh-CN', back: '/console/overview' });
    expect(await overview()).toContain('没有需要处理的事项');
  });
});
