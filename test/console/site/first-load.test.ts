import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { SITE } from '../../../lib/console/pages/all-pages.ts';
import { openAssets, packedFile } from '../../../lib/console/site/http/assets.ts';
import { packConsoleAssets } from '../../../lib/stack/bundling/console-assets.ts';
import type { Browser } from '../../support/cookie-browser.ts';
import { payment, statusExchange } from '../../support/world.ts';
import { type ConsoleWorld, createConsoleWorld, ORIGIN } from '../console-world.ts';

/** What a browser loads for its first page: the page with its styles, and the scripts, compressed as they are sent. */

const MAX_BYTES = 60 * 1_024;
/** More than a page of any list shows. */
const MANY = 110;
/** Random, as ids are, so that they compress no better. */
const id = () => randomBytes(12).toString('hex');
/** A body of the longest kind that is kept of an answer. */
const LONG_ANSWER = randomBytes(400).toString('base64');

describe('the first page of a browser', () => {
  let world: ConsoleWorld;
  let params: Readonly<Record<string, string>>;
  const scripts = new Map<string, number>();

  beforeAll(async () => {
    const files = packConsoleAssets().assets;
    const packed = Object.values(files).map(
      (file) => [packedFile(file), Buffer.from(file.packed, 'base64')] as const,
    );
    for (const [file, bytes] of packed)
      scripts.set(`/console/assets/${file.replace(/\.br$/, '')}`, bytes.byteLength);
    const assets = openAssets(files, (file) => new Map(packed).get(file) ?? new Uint8Array());
    world = createConsoleWorld({ ports: { assets } });
    params = await fill(world);
  });

  /** The compressed bytes of a page, and of what it loads before somebody does anything. */
  async function loadedFor(browser: Browser, path: string) {
    const cookie = [...browser.cookies]
      .filter(([name]) => name.includes('tidings'))
      .map((pair) => pair.join('='))
      .join('; ');
    const headers = { 'accept-encoding': 'br', cookie };
    const response = await world.console.fetch(new Request(`${ORIGIN}${path}`, { headers }), {});
    expect(response.headers.get('content-encoding')).toBe('br');
    const page = (await response.arrayBuffer()).byteLength;
    const { html } = await browser.get(path);
    const loaded = [...html.matchAll(/<(?:script|link)[^>]*(?:src|href)="([^"]+\.(?:js|css))"/g)].map(
      ([, at = '']) => at,
    );
    const unknown = loaded.filter((at) => !scripts.has(at));
    expect(unknown).toEqual([]);
    const more = loaded
      .filter((at) => at.endsWith('.js'))
      .reduce((sum, at) => sum + (scripts.get(at) ?? 0), 0);
    return { status: response.status, bytes: page + more };
  }

  const addressOf = (path: string) =>
    `/console${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => params[name] ?? 'nothing')}`;

  it.each([
    ...SITE.pages.map(({ path, who }) => ({ path, who })),
    { path: '/log-in', who: 'operator' as const },
  ])('is at most 60 KB compressed at $path, with everything that it needs', async ({ path, who }) => {
    const browser = world.browser();
    if (path !== '/log-in')
      await browser.logIn(who === 'operator' ? world.admin : (params.merchantKey ?? ''));
    const { status, bytes } = await loadedFor(browser, addressOf(path));
    expect(status).toBe(200);
    expect({ path, bytes, isSmall: bytes <= MAX_BYTES }).toEqual({ path, bytes, isSmall: true });
  });
});

/** A service where every list is full, and a delivery that failed to its end. */
async function fill(world: ConsoleWorld): Promise<Readonly<Record<string, string>>> {
  for (let index = 0; index < MANY; index += 1) await world.merchant(`shop_${id()}`);
  const demo = await world.merchant('demo', { schedule: Array.from({ length: 20 }, () => 60) });
  const endpoint = await demo.endpoint({ url: 'https://shop.example/hooks' });
  for (let index = 0; index < 15; index += 1) {
    await demo.endpoint({ url: `https://${id()}.example/hooks`, types: ['nothing.*'] });
  }
  await demo.endpoint({ url: 'https://watch.example/alerts', types: ['tidings.*'] });
  const record = (transactionId: string, more: object = {}) =>
    world.call(
      demo.initiator,
      `PUT /v1/merchants/demo/transactions/${transactionId}`,
      payment({ reference: id(), ...more }),
    );
  world.receiver.answer = ({ url }) => ({
    ...statusExchange(url.includes('watch') ? 200 : 500),
    body: LONG_ANSWER,
  });
  const transactionId = `pay_${id()}`;
  await record(transactionId);
  await work(world);
  const pending = { status: 'PENDING', checkBack: { url: 'https://bank.example/check' } };
  for (const kind of [{}, pending, {}]) {
    for (let index = 1; index <= MANY; index += 1) {
      await record(`pay_${id()}`, kind);
      if (index % 10 === 0) await work(world);
    }
  }
  world.time.nowMs += 600_000;
  await world.closeWindows();
  await world.countAll();
  for (let index = 0; index < 50; index += 1)
    await world.call(world.admin, 'POST /v1/merchants/demo/keys', { scope: 'receiver' });
  const range = {
    from: new Date(world.time.nowMs - 3_600_000).toISOString(),
    to: new Date(world.time.nowMs).toISOString(),
  };
  const job = await world.call(world.admin, 'POST /v1/merchants/demo/redeliveries', {
    ...range,
    include: 'undelivered',
  });
  const key = (await world.call(world.admin, 'POST /v1/merchants/demo/keys', { scope: 'merchant' })).json;
  return {
    merchantId: 'demo',
    transactionId,
    endpointId: endpoint.endpointId,
    keyId: key.keyId,
    merchantKey: key.key,
    jobId: job.json.jobId,
  };
}

async function work(world: ConsoleWorld): Promise<void> {
  await world.relayAll();
  await world.drain();
}
