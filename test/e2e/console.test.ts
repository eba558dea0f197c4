import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBrowser } from '../support/cookie-browser.ts';
import { eventually } from '../support/eventually.ts';
import { removeDirectory, temporaryDirectory } from '../support/local-service.ts';
import { NO_FAULTS, type ServiceCloud, startServiceCloud } from '../support/running/service-cloud.ts';
import { openShop } from '../support/running/test-shop.ts';
import { payment } from '../support/world.ts';

/** The deployed bundle, by HTTP alone: gateway, IAM, the table and the functions of the API are as deployed. */
describe('the console', () => {
  const directory = temporaryDirectory();
  let service: ServiceCloud;
  beforeAll(async () => {
    const environment = { TIDINGS_ALLOW_LOOPBACK: 'true', TIDINGS_ONE_CLOCK: 'true' };
    const dataDir = `${directory}/data`;
    service = await startServiceCloud({ dataDir, faults: NO_FAULTS, environment, jobs: [] });
  });
  afterAll(async () => {
    await service.stop();
    removeDirectory(directory);
  });

  const openBrowser = () => createBrowser((request) => fetch(request), service.cloud.apiUrl);

  it('opens by a portal link once, shows what was recorded, sends it again, and logs out', async () => {
    const { api, create, adminKey } = service;
    const shop = await openShop(service, 'alpha', { schedule: [1, 1, 2] });
    const { key } = await create('POST /v1/keys', { scope: 'initiator' });
    await api(key, 'PUT /v1/merchants/alpha/transactions/pay_1', payment({ reference: 'order 1' }));
    await shop.heard('pay_1');
    const { url } = await create('POST /v1/portal-links', {});
    expect(url.startsWith(`${service.cloud.apiUrl}/console/enter#`)).toBe(true);

    const browser = openBrowser();
    expect((await browser.enter(url)).location).toBe('/console/overview');
    expect((await openBrowser().enter(url)).status).toBe(410);
    expect((await browser.get('/console/overview')).status).toBe(200);
    expect((await browser.get('/console/merchants?q=al')).html).toContain('/console/merchants/alpha');
    await eventually(
      () => browser.get('/console/merchants/alpha/deliveries?q=order+1'),
      ({ html }) => expect(html).toContain('pay_1'),
    );
    const transaction = '/console/merchants/alpha/transactions/pay_1';
    const { html } = await browser.get(transaction);
    const [, notificationId = ''] = /name="notificationId" value="([^"]+)"/.exec(html) ?? [];
    expect((await browser.submit(`${transaction}/send-again`, { notificationId })).status).toBe(303);
    const log = await api(adminKey, 'GET /v1/audit-log?merchantId=alpha');
    expect(log.status).toBe(200);
    expect((await browser.submit('/console/log-out')).status).toBe(303);
    expect((await browser.get('/console/overview')).status).toBe(303);
    await shop.stop();
  });

  it("opens one merchant's pages by a link for it, until the key that made the link is revoked", async () => {
    const { create, api, adminKey } = service;
    await create('POST /v1/merchants', { merchantId: 'beta', name: 'Beta' });
    const { key, keyId } = await create('POST /v1/merchants/beta/keys', { scope: 'merchant' });
    const made = await api(key, 'POST /v1/merchants/beta/portal-links', { expiresInSeconds: 60 });
    const browser = openBrowser();
    expect((await browser.enter(made.json.url)).location).toBe('/console/merchants/beta');
    expect((await browser.get('/console/merchants/beta')).html).toContain('Beta');
    expect((await browser.get('/console/overview')).status).toBe(404);
    await api(adminKey, `DELETE /v1/merchants/beta/keys/${keyId}`);
    expect((await browser.get('/console/merchants/beta')).status).toBe(303);
  });

  it('serves its files compressed, to be kept for ever', async () => {
    const { html } = await openBrowser().get('/console/log-in');
    const files = [...html.matchAll(/(?:href|src)="(\/console\/assets\/[^"]+)"/g)].map(([, path]) => path);
    expect(files.map((path) => path?.split('.')[1]).sort()).toEqual(['css', 'js']);
    for (const path of files) {
      const headers = { 'accept-encoding': 'br' };
      const response = await fetch(`${service.cloud.apiUrl}${path}`, { headers });
      expect(response.headers.get('content-encoding')).toBe('br');
      expect(response.headers.get('cache-control')).toContain('immutable');
      expect((await response.text()).length).toBeGreaterThan(1_000);
    }
  });

  it('bounds the attempts to log in, and no other request', async () => {
    const attempts = Array.from({ length: 80 }, () => openBrowser().logIn('tk_guess_0123456789abcdef'));
    const statuses = (await Promise.all(attempts)).map(({ status }) => status);
    expect([...new Set(statuses)].sort()).toEqual([401, 429]);
    expect((await openBrowser().get('/console/log-in')).status).toBe(200);
  });

  it('cannot be told a session by a caller of the API', async () => {
    const { apiUrl } = service.cloud;
    const lambda = { keyId: 'root', secretHash: 'x' };
    const body = JSON.stringify({ requestContext: { authorizer: { lambda } } });
    const headers = { 'content-type': 'application/json', authorizer: JSON.stringify({ lambda }) };
    const response = await fetch(`${apiUrl}/v1/merchants`, { method: 'POST', headers, body });
    expect([response.status, (await response.json()) as unknown]).toMatchObject([
      401,
      { code: 'missing_key' },
    ]);
  });
});
