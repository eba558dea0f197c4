import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Catalogue, startCatalogue } from './catalogue/catalogue-server.ts';
import { startChromium } from './support/chromium.ts';
import { WINDOWS } from './support/windows.ts';

let browser: Browser;
let catalogue: Catalogue;
let context: BrowserContext;
let page: Page;
beforeAll(async () => {
  [browser, catalogue] = await Promise.all([startChromium(), startCatalogue()]);
});
afterAll(async () => {
  await browser?.close();
  await catalogue?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
  context = await browser.newContext({
    ...WINDOWS.light,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  page = await context.newPage();
});
afterEach(() => context.close());

const open = (scene: string) => page.goto(catalogue.addressOf(scene));
const focused = () => page.evaluate<string>('document.activeElement.textContent.trim()');

describe('the keyboard', () => {
  it('reaches the search with /, and leaves it with Escape', async () => {
    await open('deliveries');
    await page.keyboard.press('/');
    await page.keyboard.type('ORDER/?jk');
    expect(await page.locator('[data-search]').inputValue()).toBe('ORDER/?jk');
    await page.keyboard.press('Escape');
    expect(await page.locator('[data-search]:focus').count()).toBe(0);
  });

  it('walks through the rows with j and k, and stays at the ends', async () => {
    await open('deliveries');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    expect(await focused()).toBe('ORDER-2026-118201');
    await page.keyboard.press('k');
    await page.keyboard.press('k');
    expect(await focused()).toBe('ORDER-2026-118204');
  });

  it('opens a row with Enter', async () => {
    await open('deliveries');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(/#pay_/);
  });

  it('shows its list with ?, and closes it with Escape', async () => {
    await open('overview');
    await page.keyboard.press('?');
    expect(await page.locator('#help').isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.locator('#help').isVisible()).toBe(false);
  });

  it('leaves keys with Ctrl to the browser', async () => {
    await open('deliveries');
    await page.keyboard.press('Control+j');
    expect(await page.locator('[data-row]:focus').count()).toBe(0);
  });

  it('reaches the content first', async () => {
    await open('overview');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('content');
  });
});

describe('a copy button', () => {
  it('copies exactly the value, and says so', async () => {
    await open('delivery');
    const button = page.locator('.id .copy').first();
    await button.click();
    await page.locator('.id .copy.is-copied').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('pay_8f3KtQz1');
    expect(await button.getAttribute('aria-label')).toBe('Copied');
  });
});

describe('a confirmation', () => {
  it('opens as a dialog, is cancelled, and carries the token against forged requests', async () => {
    await open('delivery');
    await page.locator('[data-opens="acknowledge"]').click();
    const dialog = page.locator('dialog#acknowledge');
    expect(await dialog.isVisible()).toBe(true);
    expect(await dialog.locator('input[name=csrf]').getAttribute('value')).toBe('made-up-token');
    await dialog.locator('[data-cancel]').click();
    expect(await dialog.isVisible()).toBe(false);
  });

  it('closes when the page behind it is clicked', async () => {
    await open('delivery');
    await page.locator('[data-opens="acknowledge"]').click();
    await page.mouse.click(5, 400);
    expect(await page.locator('dialog#acknowledge').isVisible()).toBe(false);
  });

  it('leads to its page where no script runs', async () => {
    await using plain = await browser.newContext({ ...WINDOWS.light, javaScriptEnabled: false });
    const without = await plain.newPage();
    await without.goto(catalogue.addressOf('delivery'));
    await without.locator('[data-opens="acknowledge"]').click();
    await without.waitForURL(/#confirm$/);
  });
});

describe('a form', () => {
  it('is sent once, however often it is clicked, and again when its page is shown again', async () => {
    let requests = 0;
    await page.route('**/*', (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      requests += 1;
      // The page stays, as it does while an answer is awaited.
      return route.fulfill({ status: 204 });
    });
    await open('delivery');
    await page.locator('[data-opens="acknowledge"]').click();
    const button = page.locator('dialog#acknowledge button:not([data-cancel])');
    await button.dblclick();
    await button.click();
    await expect.poll(() => requests).toBe(1);
    await page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))");
    await button.click();
    await expect.poll(() => requests).toBe(2);
    // What was sent before has arrived then.
    await open('overview');
    expect(requests).toBe(2);
  });
});

describe('menus and tabs', () => {
  it('opens the account menu without a script', async () => {
    await using plain = await browser.newContext({ ...WINDOWS.light, javaScriptEnabled: false });
    const without = await plain.newPage();
    await without.goto(catalogue.addressOf('overview'));
    await without.locator('.account-button').click();
    expect(await without.locator('#account').isVisible()).toBe(true);
  });

  it('opens the navigation on a phone', async () => {
    await using phone = await browser.newContext(WINDOWS.phone);
    const small = await phone.newPage();
    await small.goto(catalogue.addressOf('overview'));
    expect(await small.locator('.navigation').isVisible()).toBe(false);
    await small.locator('[popovertarget=side]').tap();
    expect(await small.locator('.navigation').isVisible()).toBe(true);
  });

  it('shows one language of a snippet at a time', async () => {
    await open('delivery');
    await page.locator('.tabs label', { hasText: 'Go' }).click();
    const shown = page.locator('.code-tabs .code-block:visible');
    expect(await shown.count()).toBe(1);
    expect(await shown.locator('pre').innerText()).toContain('func verify');
  });
});

describe('appearance', () => {
  const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');

  it('follows the device, unless a theme was chosen', async () => {
    await open('overview');
    const light = await ground();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await ground()).not.toBe(light);
    await page.goto(catalogue.addressOf('overview', { theme: 'light' }));
    expect(await ground()).toBe(light);
  });

  it('moves nothing for people who want less movement', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await open('nothing-yet');
    expect(await page.evaluate('document.getAnimations().length')).toBe(0);
  });

  it('prints the page without navigation and buttons, with exact times', async () => {
    await open('delivery');
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.side:visible, .top:visible, .copy:visible').count()).toBe(0);
    const printed = `getComputedStyle(document.querySelector('time[data-relative]'), '::after').content`;
    expect(await page.evaluate(printed)).toContain('2026-11-28 21:14:02.310 UTC');
  });
});

describe('the form of a portal link', () => {
  it('posts the token of the fragment, and takes it out of the address', async () => {
    const posted = page.waitForRequest((request) => request.method() === 'POST');
    await page.goto(`${catalogue.addressOf('portal')}#tp_token`);
    expect((await posted).postData()).toBe('token=tp_token');
    expect(page.url()).not.toContain('tp_token');
  });

  it('says so when the address holds no token', async () => {
    await open('portal');
    expect(await page.locator('[data-portal-empty]').isVisible()).toBe(true);
    expect(await page.locator('form[data-portal] button').count()).toBe(0);
  });
});
