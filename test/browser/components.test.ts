import { brotliCompressSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Catalogue, SCENES, startCatalogue } from './catalogue/catalogue-server.ts';
import { startChromium } from './support/chromium.ts';
import { accessibilityFindings, faultsOf, overflowOf } from './support/findings.ts';
import { WINDOWS } from './support/windows.ts';

let browser: Browser;
let catalogue: Catalogue;
beforeAll(async () => {
  [browser, catalogue] = await Promise.all([startChromium(), startCatalogue()]);
});
afterAll(async () => {
  await browser?.close();
  await catalogue?.[Symbol.asyncDispose]();
});

/** One console message is a wish of Chromium and no fault: a key has no user name. */
const USER_NAME = /Password forms should have/;

const VARIANTS = [
  { name: 'light, in English', window: 'light', language: 'en' },
  { name: 'dark, in Chinese', window: 'dark', language: 'zh-CN' },
  { name: 'on a phone, in English', window: 'phone', language: 'en' },
] as const;

describe.each(Object.keys(SCENES))('the scene %s', (scene) => {
  it.each(VARIANTS)(
    'has nothing that axe finds, no fault and no sideways scrolling, $name',
    async ({ window, language }) => {
      await using context = await browser.newContext(WINDOWS[window]);
      const page = await context.newPage();
      const faults = faultsOf(page);
      await page.goto(catalogue.addressOf(scene, { language }));
      expect(await accessibilityFindings(page)).toEqual([]);
      expect(await overflowOf(page)).toBe(0);
      expect(faults.filter((fault) => !USER_NAME.test(fault))).toEqual([]);
    },
  );

  it('loads at most 60 KB compressed, with style and script', async () => {
    const texts = ['console.css', 'console.js', scene].map(async (file) => {
      const answer = await fetch(`${catalogue.origin}/${file}`);
      return brotliCompressSync(Buffer.from(await answer.arrayBuffer())).byteLength;
    });
    const sizes = await Promise.all(texts);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(60 * 1024);
  });

  it('can be read without a script', async () => {
    await using context = await browser.newContext({ ...WINDOWS.light, javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(catalogue.addressOf(scene));
    expect(await page.locator('h1').first().isVisible()).toBe(true);
    expect(await page.locator('.needs-script:visible, .copy:visible').count()).toBe(0);
  });
});
