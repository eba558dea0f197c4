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
import { type MadeUpShop, openMadeUpShop } from './support/made-up-shop.ts';
import { TAKES_PICTURES, takePicture } from './support/pictures.ts';
import { WINDOWS, type WindowName } from './support/windows.ts';

/** Chromium asks for a user name beside each password; a key has none. */
const WISH = /Password forms should have/;

describe('the console of a service that runs', () => {
  const dataDir = temporaryDirectory();
  let service: LocalService;
  let shop: MadeUpShop;
  let browser: Browser;
  let root: string;
  let jobId: string;
  beforeAll(async () => {
    [browser, service] = await Promise.all([startChromium(), startService(dataDir)]);
    shop = await openMadeUpShop(service);
    root = `${service.credentials.api}/console`;
    const range = { from: new Date(Date.now() - 3_600_000).toISOString(), to: new Date().toISOString() };
    const started = await service.api(
      service.adminKey,
      `POST /v1/merchants/${shop.merchantId}/redeliveries`,
      range,
    );
    ({ jobId } = expectStatus(started, 202).json);
    if (TAKES_PICTURES) await audited();
  });

  /** The pictures show a service whose audit has seen everything. */
  const audited = () =>
    eventually(
      async () => expectStatus(await service.api(service.adminKey, 'GET /v1/overview'), 200).json.balance,
      ({ expected, notAuditedYet }) => {
        expect(expected).toBeGreaterThan(0);
        expect(notAuditedYet).toBe(0);
      },
    );
  afterAll(async () => {
    await browser?.close();
    shop?.close();
    await service?.stop();
    removeDirectory(dataDir);
  });

  const PAGES = [
    { name: 'overview', path: () => '/overview' },
    { name: 'unresolved', path: () => '/unresolved' },
    { name: 'unresolved-ended', path: () => `/unresolved/${shop.merchantId}/pay_1000` },
    { name: 'dead-letters', path: () => '/dead-letters' },
    { name: 'put-letters-back', path: () => '/dead-letters/put-back?queue=lanes' },
    { name: 'parked', path: () => '/parked' },
    { name: 'put-all-back', path: () => '/parked/put-back' },
    { name: 'jobs', path: () => '/jobs' },
    { name: 'merchant-jobs', path: () => `/merchants/${shop.merchantId}/jobs` },
    { name: 'job', path: () => `/merchants/${shop.merchantId}/jobs/${jobId}` },
    { name: 'replay', path: () => `/merchants/${shop.merchantId}/replay` },
    { name: 'audit-log', path: () => `/audit-log?merchantId=${shop.merchantId}` },
    { name: 'merchants', path: () => '/merchants' },
    { name: 'merchant', path: () => `/merchants/${shop.merchantId}` },
    { name: 'deliveries', path: () => `/merchants/${shop.merchantId}/deliveries` },
    { name: 'delivery', path: () => `/merchants/${shop.merchantId}/transactions/pay_1011` },
    { name: 'endpoints', path: () => `/merchants/${shop.merchantId}/endpoints` },
  ] as const;

  /** A window in which somebody is logged in. */
  async function loggedIn(key: string, window: WindowName = 'light'): Promise<BrowserContext> {
    const context = await browser.newContext(WINDOWS[window]);
    const page = await context.newPage();
    await logIn(page, key);
    return context;
  }

  async function logIn(page: Page, key: string): Promise<void> {
    await page.goto(root);
    await page.locator('input[name=key]').fill(key);
    await page.locator('form:has(input[name=key]) button').click();
    await page.locator('.shell').waitFor();
  }

  it.each(['light', 'dark', 'phone'] as const)(
    'has nothing that axe finds, no fault and no sideways scrolling on any page (%s)',
    async (window) => {
      await using context = await loggedIn(service.adminKey, window);
      const page = await context.newPage();
      const faults = faultsOf(page);
      for (const { name, path } of PAGES) {
        await page.goto(`${root}${path()}`);
        expect(await accessibilityFindings(page), name).toEqual([]);
        expect(await overflowOf(page), name).toBe(0);
        await takePicture(page, `${name}-${window}`);
      }
      expect(faults.filter((fault) => !WISH.test(fault))).toEqual([]);
    },
  );

  it('logs in with a key, says why not with another, and logs out', async () => {
    await using context = await browser.newContext(WINDOWS.light);
    const page = await context.newPage();
    await page.goto(`${root}/merchants`);
    await page.locator('input[name=key]').fill('no key');
    await page.keyboard.press('Enter');
    await page.locator('#error-key').waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await takePicture(page, 'log-in');
    await page.locator('input[name=key]').fill(service.adminKey);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Merchants', level: 1 }).waitFor();
    await page.locator('.account-button').click();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.locator('input[name=key]').waitFor();
    await page.goto(`${root}/merchants`);
    expect(await page.locator('input[name=key]').isVisible()).toBe(true);
  });

  it('leads from the list to a failing delivery by keyboard alone, and sends it again', async () => {
    await using context = await loggedIn(service.adminKey);
    const page = await context.newPage();
    await page.goto(`${root}/merchants/${shop.merchantId}/deliveries`);
    await page.keyboard.press('/');
    await page.keyboard.type(shop.failing);
    await page.keyboard.press('Enter');
    await page.getByRole('row', { name: shop.failing }).waitFor();
    // The script runs after the page can be read.
    await page.waitForLoadState();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: shop.failing, level: 1 }).waitFor();
    const events = page.locator('.event');
    expect(await page.locator('.event.attempt').count()).toBe(3);
    expect(await events.first().innerText()).toContain('HTTP 503');
    expect(await page.locator('.event.planned').count()).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Send again' }).click();
    await page.locator('.flash.success').waitFor();
    await eventually(
      async () => {
        await page.reload();
        return page.locator('.event.attempt').count();
      },
      (count) => expect(count).toBeGreaterThan(3),
    );
  });

  it('starts a replay once its count is confirmed, and shows what it sent', async () => {
    await using context = await loggedIn(service.adminKey);
    const page = await context.newPage();
    await page.goto(`${root}/merchants/${shop.merchantId}/jobs`);
    await page.getByRole('link', { name: 'Start a replay' }).click();
    await page.getByLabel('What', { exact: true }).selectOption('all');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Start this replay?' }).waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Start a replay' }).click();
    await page.locator('.flash.success').waitFor();
    await eventually(
      async () => {
        await page.reload();
        return page.locator('.pill').innerText();
      },
      (state) => expect(state).toBe('Done'),
    );
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  it('disables an endpoint after a confirmation, and enables it again', async () => {
    await using context = await loggedIn(service.adminKey);
    const page = await context.newPage();
    await page.goto(`${root}/merchants/${shop.merchantId}/endpoints`);
    const card = page.locator('.health', { hasText: 'Order service' });
    await card.locator('[data-opens]').click();
    await card.locator('dialog [data-cancel]').click();
    expect(await card.locator('.pill').innerText()).not.toBe('Disabled');
    await card.locator('[data-opens]').click();
    await card.locator('dialog button').click();
    await page.locator('.flash.success').waitFor();
    expect(await card.locator('.pill').innerText()).toBe('Disabled');
    await card.getByRole('button', { name: 'Enable' }).click();
    await page.locator('.flash.success', { hasText: 'again' }).waitFor();
  });

  it('asks on a page of its own where no script runs', async () => {
    await using context = await browser.newContext({ ...WINDOWS.light, javaScriptEnabled: false });
    const page = await context.newPage();
    await logIn(page, service.adminKey);
    await page.goto(`${root}/merchants/${shop.merchantId}/endpoints`);
    await page.locator('.health', { hasText: 'Order service' }).locator('[data-opens]').click();
    await page.getByRole('heading', { name: 'Disable this endpoint?' }).waitFor();
    await page.getByRole('link', { name: 'Cancel' }).click();
    await page.getByRole('heading', { name: 'Endpoints', level: 1 }).waitFor();
  });

  it('speaks Chinese and stays dark once that was chosen', async () => {
    await using context = await loggedIn(service.adminKey);
    const page = await context.newPage();
    await page.goto(`${root}/merchants`);
    await page.locator('.account-button').click();
    await page.getByRole('button', { name: '简体中文' }).click();
    await page.getByRole('heading', { name: '商户', level: 1 }).waitFor();
    await page.locator('.account-button').click();
    await page.getByRole('button', { name: '深色' }).click();
    await page.locator('html[data-theme=dark]').waitFor();
    await page.goto(`${root}/overview`);
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  it.each([
    ['overview', 'light'],
    ['delivery', 'light'],
    ['delivery', 'dark'],
    ['merchant', 'light'],
    ['merchant', 'dark'],
  ] as const)('shows the page %s in Chinese to a browser that asks for it (%s)', async (shown, window) => {
    await using context = await browser.newContext({ ...WINDOWS[window], locale: 'zh-CN' });
    const page = await context.newPage();
    await logIn(page, service.adminKey);
    for (const { path } of PAGES.filter(({ name }) => name === shown)) await page.goto(`${root}${path()}`);
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
    expect(await accessibilityFindings(page)).toEqual([]);
    expect(await overflowOf(page)).toBe(0);
    await takePicture(page, `${shown}-${window}-chinese`);
  });

  it('opens for a merchant by a portal link, once, and shows nothing of the operator', async () => {
    const path = `POST /v1/merchants/${shop.merchantId}/portal-links`;
    const { url } = expectStatus(await service.api(service.adminKey, path, {}), 201).json;
    await using context = await browser.newContext(WINDOWS.light);
    const page = await context.newPage();
    await page.goto(url);
    await page.locator('.shell').waitFor();
    expect(page.url()).not.toContain(url.split('#')[1]);
    expect(await page.locator('.navigation').innerText()).not.toContain('Merchants');
    await page.goto(`${root}/merchants`);
    expect(await page.locator('.error-message').isVisible()).toBe(true);
    await using second = await browser.newContext(WINDOWS.light);
    const late = await second.newPage();
    await late.goto(url);
    await late.getByRole('heading', { name: 'This link was used or has expired' }).waitFor();
    expect(await accessibilityFindings(late)).toEqual([]);
  });

  it('ends a session at once when its key is revoked, and says so', async () => {
    await using context = await loggedIn(shop.merchantKey);
    const page = await context.newPage();
    const keyId = /^tk_([^_]+)_/.exec(shop.merchantKey)?.[1];
    expectStatus(
      await service.api(service.adminKey, `DELETE /v1/merchants/${shop.merchantId}/keys/${keyId}`),
      204,
    );
    await page.goto(root);
    await page.locator('input[name=key]').waitFor();
  });
});
