import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliDecompressSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import openApi from '../../docs/openapi.json' with { type: 'json' };
import type { OpenApi } from '../../lib/reference/open-api.ts';
import { packReference } from '../../lib/stack/bundling/packed-reference.ts';
import { startChromium } from './support/chromium.ts';
import { accessibilityFindings, faultsOf, overflowOf } from './support/findings.ts';
import { WINDOWS } from './support/windows.ts';

const { packed, policy } = packReference(openApi as unknown as OpenApi);
const page = brotliDecompressSync(Buffer.from(packed, 'base64'));

/** The page at `/docs`, with the policy under which the service sends it. */
describe('the reference', () => {
  let browser: Browser;
  let server: Server;
  let address: string;
  beforeAll(async () => {
    browser = await startChromium();
    server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy }).end(page);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/docs`;
  });
  afterAll(async () => {
    await browser?.close();
    server.closeAllConnections();
    server.close();
  });

  it.each(['light', 'dark', 'phone'] as const)(
    'has nothing that axe finds, no fault and no sideways scrolling: %s',
    async (window) => {
      await using context = await browser.newContext(WINDOWS[window]);
      const tab = await context.newPage();
      const faults = faultsOf(tab);
      await tab.goto(address);
      expect(await accessibilityFindings(tab)).toEqual([]);
      expect(await overflowOf(tab)).toBe(0);
      expect(faults).toEqual([]);
    },
  );

  it('is filtered by the keyboard, and a link leads to what the filter hides', async () => {
    await using context = await browser.newContext(WINDOWS.light);
    const tab = await context.newPage();
    await tab.goto(address);
    await tab.keyboard.press('/');
    await tab.keyboard.type('redeliver job cancel');
    expect(await tab.locator('#cancelRedelivery').isVisible()).toBe(true);
    expect(await tab.locator('#recordTransaction').isVisible()).toBe(false);
    expect(await tab.locator('#found').textContent()).toMatch(/^\d+ found$/);
    await tab.evaluate("location.hash = '#recordTransaction'");
    await tab.locator('#recordTransaction').waitFor({ state: 'visible' });
    expect(await tab.locator('#filter').inputValue()).toBe('');
    await tab.keyboard.type('409');
    await tab.keyboard.press('Escape');
    expect(await tab.locator('#filter').inputValue()).toBe('');
  });

  it('is whole without a script', async () => {
    await using context = await browser.newContext({ ...WINDOWS.light, javaScriptEnabled: false });
    const tab = await context.newPage();
    await tab.goto(`${address}#outcome_conflict`);
    expect(await tab.locator('#outcome_conflict').isVisible()).toBe(true);
    expect(await tab.locator('.copy').count()).toBe(0);
  });
});
