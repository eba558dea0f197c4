import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectStatus } from '../../lib/local/api-client.ts';
import { eventually } from '../support/eventually.ts';
import {
  type LocalService,
  removeDirectory,
  startService,
  temporaryDirectory,
} from '../support/local-service.ts';
import { startChromium } from './support/chromium.ts';
import { accessibilityFindings, faultsOf, overflowOf } from './support/findings.ts';
import { largeLedger } from './support/large-ledger.ts';
import { type MadeUpShop, openMadeUpShop } from './support/made-up-shop.ts';
import { takePicture } from './support/pictures.ts';
import { WINDOWS, type WindowName } from './support/windows.ts';

interface FeedRow {
  readonly transactionId: string;
  readonly version: number;
  readonly status: string;
  readonly amount: number;
  readonly currency: string;
  readonly listedAt: string;
}

const COLUMNS = ['transactionId', 'version', 'status', 'amount', 'currency', 'listedAt'] as const;

describe('the console of a merchant', () => {
  const dataDir = temporaryDirectory();
  const files = temporaryDirectory();
  let service: LocalService;
  let shop: MadeUpShop;
  let browser: Browser;
  let base: string;
  let endpoint: { readonly endpointId: string; readonly url: string };
  beforeAll(async () => {
    [browser, service] = await Promise.all([startChromium(), startService(dataDir)]);
    shop = await openMadeUpShop(service);
    base = `${service.credentials.api}/console/merchants/${shop.merchantId}`;
    const { items } = await asMerchant(`GET /v1/merchants/${shop.merchantId}/endpoints`);
    endpoint = items.find(({ description }: { description: string }) => description === 'Order service');
  });
  afterAll(async () => {
    await browser?.close();
    shop?.close();
    await service?.stop();
    removeDirectory(dataDir);
    removeDirectory(files);
  });

  const asMerchant = async (request: string) =>
    expectStatus(await service.api(shop.merchantKey, request), 200).json;

  async function loggedIn(window: WindowName = 'light'): Promise<BrowserContext> {
    const context = await browser.newContext(WINDOWS[window]);
    const page = await context.newPage();
    await page.goto(`${service.credentials.api}/console`);
    await page.locator('input[name=key]').fill(shop.merchantKey);
    await page.locator('form:has(input[name=key]) button').click();
    await page.locator('.shell').waitFor();
    return context;
  }

  const PAGES = [
    { name: 'endpoint', path: () => `/endpoints/${endpoint.endpointId}` },
    { name: 'new-endpoint', path: () => '/endpoints/new' },
    { name: 'edit-endpoint', path: () => `/endpoints/${endpoint.endpointId}/edit` },
    { name: 'delete-endpoint', path: () => `/endpoints/${endpoint.endpointId}/delete` },
    { name: 'failing-delivery', path: () => '/transactions/pay_1011' },
    { name: 'reconciliation', path: () => '/reconciliation' },
    { name: 'statements', path: () => '/statements' },
    { name: 'catalogue', path: () => '/catalogue' },
    { name: 'alerts', path: () => '/alerts' },
    { name: 'keys', path: () => '/keys' },
  ] as const;

  it.each(['light', 'dark', 'phone'] as const)(
    'has nothing that axe finds, no fault and no sideways scrolling on any page (%s)',
    async (window) => {
      await using context = await loggedIn(window);
      const page = await context.newPage();
      const faults = faultsOf(page);
      for (const { name, path } of PAGES) {
        await page.goto(`${base}${path()}`);
        await page.evaluate(
          "document.querySelectorAll('details.more').forEach((part) => { part.open = true; })",
        );
        expect(await accessibilityFindings(page), name).toEqual([]);
        expect(await overflowOf(page), name).toBe(0);
        await takePicture(page, `${name}-${window}`);
      }
      expect(faults).toEqual([]);
    },
  );

  it('creates an endpoint, tests it, and replays what it missed', async () => {
    await using context = await loggedIn();
    const page = await context.newPage();
    await page.goto(`${base}/endpoints/new`);
    await page.locator('[name=url]').fill('https://');
    await page.locator('.form-card button').click();
    await page.locator('#error-url').waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.locator('[name=url]').fill(endpoint.url.replace('orders', 'ledger'));
    await page.locator('[name=description]').fill('Ledger');
    await page.locator('.form-card button').click();
    await page.getByRole('heading', { name: 'Copy the secret now' }).waitFor();
    expect(await page.locator('.id .copy').first().getAttribute('data-copy')).toMatch(/^whsec_/);
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('link', { name: 'Go to the endpoint' }).click();
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByRole('heading', { name: 'The endpoint answered as expected' }).waitFor();
    expect(await page.locator('main').innerText()).toContain('HTTP 204');
    expect(await accessibilityFindings(page)).toEqual([]);
    await replayWhatWasMissed(page);
  });

  async function replayWhatWasMissed(page: Page): Promise<void> {
    await page.goto(`${base}/replay`);
    await page.locator('[name=include]').selectOption('unexpected');
    await page.locator('[name=endpointId]').selectOption({ label: endpoint.url.replace('orders', 'ledger') });
    await page.locator('[name=to]').fill(new Date(Date.now() + 120_000).toISOString().slice(0, 16));
    await page.locator('main form button').click();
    await page.locator('main form[method=post] button').click();
    // The page loads itself again until the replay is done.
    await page.locator('.pill', { hasText: 'Done' }).waitFor({ timeout: 0 });
    expect(await accessibilityFindings(page)).toEqual([]);
    await takePicture(page, 'replay');
    await page.goto(`${base}/deliveries`);
    await page.locator('details.filters > summary').click();
    await page.locator('[name=endpointId]').selectOption({ label: 'Ledger' });
    await page.getByRole('button', { name: 'Apply' }).click();
    await eventually(
      async () => {
        await page.reload();
        return page.locator('tbody tr').count();
      },
      (count) => expect(count).toBeGreaterThan(10),
    );
  }

  it('acknowledges the order whose receiver fails, after a question', async () => {
    await using context = await loggedIn();
    const page = await context.newPage();
    await page.goto(`${base}/transactions/pay_1011`);
    await page.locator('[data-opens^=acknowledge]').first().click();
    await page.locator('dialog[open] [data-cancel]').click();
    await page.locator('[data-opens^=acknowledge]').first().click();
    await page.locator('dialog[open] button').click();
    await page.locator('.flash.success').waitFor();
    expect(await page.locator('.timeline .pill').first().innerText()).toBe('Acknowledged');
  });

  it('creates a key that is shown once, and revokes it', async () => {
    await using context = await loggedIn();
    const page = await context.newPage();
    await page.goto(`${base}/keys`);
    const keys = await page.locator('tbody tr').count();
    await page.getByRole('button', { name: 'Create a key' }).click();
    await page.getByRole('heading', { name: 'Copy the key now' }).waitFor();
    const key = await page.locator('.id .copy').first().getAttribute('data-copy');
    const keyId = /^tk_([^_]+)_/.exec(key ?? '')?.[1] ?? '';
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('link', { name: 'Back to the keys' }).click();
    expect(await page.locator('tbody tr').count()).toBe(keys + 1);
    await page.getByRole('row', { name: keyId }).getByRole('link').click();
    await page.getByRole('button', { name: 'Revoke' }).click();
    await page.locator('.flash.success').waitFor();
    expect(await page.locator('tbody tr').count()).toBe(keys);
    expect((await service.api(key ?? '', 'GET /v1/whoami')).status).toBe(401);
  });

  describe('and a ledger', () => {
    const csvOf = (rows: readonly FeedRow[]) => ({
      name: 'ledger.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(
        [COLUMNS.join(), ...rows.map((row) => COLUMNS.map((column) => row[column]).join())].join('\n'),
      ),
    });
    const shown = '[data-result]:not([hidden]), [data-failure]:not([hidden])';

    let rows: readonly FeedRow[];
    beforeAll(async () => {
      ({ items: rows } = await asMerchant('GET /v1/transactions?limit=100'));
      const last =
        rows
          .map(({ listedAt }) => listedAt)
          .toSorted()
          .at(-1) ?? '';
      const from = new Date(Math.floor(Date.parse(last) / 3_600_000) * 3_600_000).toISOString();
      await eventually(
        async () => (await service.api(shop.merchantKey, `GET /v1/windows?from=${from}&resolution=day`)).json,
        ({ closedThrough = '' }) => expect(closedThrough > last).toBe(true),
      );
    });

    it('that is equal is found equal, and no row leaves the browser', async () => {
      await using context = await loggedIn();
      const page = await context.newPage();
      await page.goto(`${base}/reconciliation`);
      await page.setInputFiles('input[type=file]', csvOf(rows));
      await page.locator(shown).waitFor({ timeout: 0 });
      expect(await page.locator('[data-summary]').innerText()).toContain('Nothing differs');
      expect(await accessibilityFindings(page)).toEqual([]);
    });

    it('that lacks a row shows it, and its callback is sent again', async () => {
      await using context = await loggedIn();
      const page = await context.newPage();
      await page.goto(`${base}/reconciliation`);
      await page.setInputFiles('input[type=file]', csvOf(rows.slice(1)));
      await page.locator('[data-rows]:not([hidden])').waitFor({ timeout: 0 });
      expect(await page.locator('[data-body] tr').count()).toBe(1);
      expect(await page.locator('[data-body] tr').innerText()).toContain(rows[0]?.transactionId);
      expect(await accessibilityFindings(page)).toEqual([]);
      await takePicture(page, 'reconciled');
      await page.locator('[data-rows] button.main').click();
      await page.locator('.flash.success').waitFor();
      await eventually(
        () => asMerchant(`GET /v1/transactions/${rows[0]?.transactionId}`),
        ({ notifications }) => expect(JSON.stringify(notifications)).toContain('"action":"redeliver"'),
      );
    });

    it('of 25 MB is added up with progress, while the page answers', async () => {
      await using context = await loggedIn();
      const page = await context.newPage();
      const faults = faultsOf(page);
      await page.goto(`${base}/reconciliation`);
      await page.evaluate(`
        window.parts = new Set();
        setInterval(() => window.parts.add(document.querySelector('[data-progress] progress').value), 50);`);
      await page.setInputFiles('input[type=file]', largeLedger(files));
      await page.locator('[data-progress]:not([hidden])').waitFor();
      await page.keyboard.press('?');
      await page.locator('dialog[open]').waitFor();
      expect(await page.locator('[data-progress]').isVisible()).toBe(true);
      await page.keyboard.press('Escape');
      await page.locator(shown).waitFor({ timeout: 0 });
      const parts = JSON.parse(await page.evaluate('JSON.stringify([...window.parts])')) as number[];
      expect(parts.filter((one) => one > 0 && one < 1).length).toBeGreaterThan(3);
      expect(await page.locator('[data-summary]').innerText()).toMatch(
        /Windows that differ: [\d,]+\. Compared: 2,000 rows/,
      );
      expect(await page.locator('[data-remarks]').innerText()).toContain(
        '300,000 rows of your ledger lie before',
      );
      expect(await page.locator('[data-body] tr').count()).toBeLessThanOrEqual(500);
      expect(faults).toEqual([]);
    });

    it('that is no ledger is refused with a sentence', async () => {
      await using context = await loggedIn();
      const page = await context.newPage();
      await page.goto(`${base}/reconciliation`);
      const wrong = {
        name: 'photo.png',
        mimeType: 'image/png',
        buffer: Buffer.from([137, 80, 78, 71, 0, 255]),
      };
      await page.setInputFiles('input[type=file]', wrong);
      await page.locator('[data-failure]:not([hidden])').waitFor({ timeout: 0 });
      expect((await page.locator('[data-failure]').innerText()).length).toBeGreaterThan(10);
      expect(await accessibilityFindings(page)).toEqual([]);
    });
  });
});
