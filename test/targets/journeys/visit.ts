import assert from 'node:assert/strict';
import { expectStatus } from '../../../lib/local/api-client.ts';
import { createBrowser } from '../../support/cookie-browser.ts';
import { openMerchant } from '../suite/merchant.ts';
import type { Journey } from '../suite/scene.ts';
import { CannotError } from '../target.ts';

export const visit: Journey = {
  name: 'visit',
  shows:
    'a link opens the console of one merchant once, and shows what was recorded for it and nothing of others',
  async run({ api, target, ...scene }) {
    // Cookies and links belong to a host. Some emulators serve an API below a path of a shared one.
    if (new URL(target.apiUrl).pathname !== '/') {
      throw new CannotError('the API has no host of its own, which the pages of the console need');
    }
    const owner = await openMerchant({ api, target, ...scene }, 'owner');
    const other = await openMerchant({ api, target, ...scene }, 'other');
    await owner.record('pay_1');
    const request = `POST /v1/merchants/${owner.merchantId}/portal-links`;
    const { url } = expectStatus(await api(target.rootKey, request, {}), 201).json;
    const openBrowser = () => createBrowser((sent) => fetch(sent), target.apiUrl);
    const browser = openBrowser();
    const home = `/console/merchants/${owner.merchantId}`;
    assert.equal((await browser.enter(url)).location, home);
    assert.equal((await openBrowser().enter(url)).status, 410);
    const { status, html } = await browser.get(`${home}/transactions/pay_1`);
    assert.equal(status, 200);
    assert.match(html, /pay_1/);
    for (const path of [`/merchants/${other.merchantId}`, '/merchants', '/overview']) {
      assert.equal((await browser.get(`/console${path}`)).status, 404, path);
    }
    assert.equal((await browser.submit('/console/log-out')).status, 303);
    assert.equal((await browser.get(home)).status, 303);
  },
};
