import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildSite } from '../../bin/site/build-site.ts';
import { temporaryDirectory } from '../support/local-service.ts';
import { ROOT } from '../support/synthesized.ts';
import { startChromium } from './support/chromium.ts';
import { accessibilityFindings, faultsOf, overflowOf } from './support/findings.ts';
import { WINDOWS } from './support/windows.ts';

/** Opened as files, without a server: what works so works everywhere. */
describe('the documentation', () => {
  const directory = temporaryDirectory();
  const addressOf = (path: string) => pathToFileURL(join(directory, path)).href;
  let browser: Browser;
  beforeAll(async () => {
    for (const [path, content] of buildSite(ROOT)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), content);
    }
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(directory, { recursive: true });
  });

  it.each([
    ['index.html', 'light'],
    ['docs/guides/quick-start.html', 'dark'],
    ['docs/guides/concepts.html', 'phone'],
    ['docs/troubleshooting.html', 'phone'],
    ['docs/zh-CN/receiver.html', 'phone'],
    ['docs/zh-CN/patterns.html', 'light'],
    ['examples/saga.ts.html', 'dark'],
  ] as const)(
    'has nothing that axe finds, no fault and no sideways scrolling: %s, %s',
    async (path, window) => {
      await using context = await browser.newContext(WINDOWS[window]);
      const page = await context.newPage();
      const faults = faultsOf(page);
      await page.goto(addressOf(path));
      expect(await overflowOf(page)).toBe(0);
      // Before axe, which asks for the stylesheet in a way that files forbid.
      expect([...faults]).toEqual([]);
      expect(await accessibilityFindings(page)).toEqual([]);
    },
  );

  it('finds a page by words, and opens it by the keyboard', async () => {
    await using context = await browser.newContext(WINDOWS.light);
    const page = await context.newPage();
    await page.goto(addressOf('docs/guides/receiver.html'));
    await page.keyboard.press('/');
    await page.keyboard.type('digest differs no row missing');
    await page.locator('#results a').first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(/troubleshooting\.html#the-digest-differs-and-no-row-is-missing$/);
    await page.keyboard.press('/');
    await page.keyboard.type('xyzzyxyzzy');
    await page.getByText('Nothing found').waitFor();
    await page.locator('#search').fill('回查');
    await page.locator('#results a', { hasText: '回查' }).first().waitFor();
    await page.keyboard.press('Escape');
    expect(await page.locator('#results').isVisible()).toBe(false);
  });
});
