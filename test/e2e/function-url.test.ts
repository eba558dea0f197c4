import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ASSEMBLIES_DIRECTORY, synthesize } from '../../lib/local/synthesis/synthesize.ts';
import { createBrowser } from '../support/cookie-browser.ts';
import { eventually } from '../support/eventually.ts';
import { removeDirectory, temporaryDirectory } from '../support/local-service.ts';
import { type ServiceCloud, startServiceCloud } from '../support/running/service-cloud.ts';
import { openShop } from '../support/running/test-shop.ts';
import { ROOT } from '../support/synthesized.ts';
import { payment } from '../support/world.ts';

describe('the service behind a function URL', () => {
  const directory = temporaryDirectory();
  let service: ServiceCloud;
  beforeAll(async () => {
    const context = { preset: 'local', frontDoor: 'function-url' };
    const assembly = await synthesize(ROOT, join(ROOT, ASSEMBLIES_DIRECTORY), context);
    const dataDir = `${directory}/data`;
    service = await startServiceCloud({ assemblyDir: assembly.directory, dataDir, jobs: [] });
  });
  afterAll(async () => {
    await service.stop();
    removeDirectory(directory);
  });

  /** Indexes and the feed follow a moment later. Each answer has another time, so only the text looked for is compared. */
  const shows = (key: string, request: string, text: string) =>
    eventually(
      async () => ({ request, shown: (await service.api(key, request)).text.includes(text) }),
      ({ shown }) => expect({ request, shown }).toEqual({ request, shown: true }),
    );

  it('has one address, which the output names as that of an HTTP API', () => {
    expect(service.cloud.outputs.ApiUrl).toBe(service.cloud.apiUrl);
  });

  it('records, delivers a signed callback, and answers by id, by reference, in the feed and in windows', async () => {
    const { api, create, adminKey } = service;
    const shop = await openShop(service, 'alpha', { schedule: [1, 1, 2] });
    const { key } = await create('POST /v1/keys', { scope: 'initiator' });
    const path = '/v1/merchants/alpha/transactions/pay_1';
    const outcome = payment({ reference: 'order 1' });
    expect((await api(key, `PUT ${path}`, outcome)).status).toBe(201);
    expect((await api(key, `PUT ${path}`, outcome)).status).toBe(200);
    await shop.heard('pay_1');
    expect(shop.refused).toEqual([]);

    const ask = (request: string) => api(shop.receiverKey, request);
    const { json } = await ask('GET /v1/transactions/pay_1');
    expect(json).toMatchObject({ transactionId: 'pay_1', request: 'GET /v1/transactions/pay_1' });
    for (const [request, shown] of [
      ['GET /v1/transactions?reference=order+1', '"pay_1"'],
      ['GET /v1/transactions', '"pay_1"'],
      ['GET /v1/notifications', '"request":"GET /v1/notifications"'],
      ['GET /v1/windows', '"request":"GET /v1/windows"'],
    ] as const) {
      await shows(shop.receiverKey, request, shown);
    }
    // One request of each function that an HTTP API has.
    const { json: endpoints } = await api(adminKey, 'GET /v1/merchants/alpha/endpoints');
    const [{ endpointId }] = endpoints.items;
    const tested = await api(adminKey, `POST /v1/merchants/alpha/endpoints/${endpointId}/test`);
    expect(tested).toMatchObject({ status: 200, json: { statusCode: 204 } });
    expect((await api(adminKey, 'GET /v1/unresolved')).status).toBe(200);
    expect((await fetch(`${service.cloud.apiUrl}/v1/public-keys`)).status).toBe(200);
    await shop.stop();
  });

  it('passes requests for the console on to its function, which asks the API here', async () => {
    const { cloud, create } = service;
    const browser = createBrowser((request) => fetch(request), cloud.apiUrl);
    const { url } = await create('POST /v1/portal-links', {});
    expect((await browser.enter(url)).location).toBe('/console/overview');
    const page = await browser.get('/console/overview');
    expect(page.status).toBe(200);
    const [, stylesheet = ''] = /href="(\/console\/assets\/[^"]+\.css)"/.exec(page.html) ?? [];
    expect(await (await fetch(`${cloud.apiUrl}${stylesheet}`)).text()).toContain('{');
    await create('POST /v1/merchants', { merchantId: 'gamma', name: 'Gamma' });
    expect((await browser.get('/console/merchants?q=gam')).html).toContain('Gamma');
    expect((await browser.get('/console/merchants/a%2Fb')).status).toBe(404);
    expect((await browser.submit('/console/log-out')).location).toBe('/console/log-in');
    expect((await fetch(`${cloud.apiUrl}/consoles`)).status).toBe(404);
  });

  it('serves the document, and answers with a problem what it does not know', async () => {
    const { apiUrl } = service.cloud;
    const document = await fetch(`${apiUrl}/openapi.json`);
    expect(await document.json()).toMatchObject({ openapi: '3.1.0' });
    expect(await (await fetch(`${apiUrl}/docs`)).text()).toContain('id="recordTransaction"');
    const sent = (method: string, path: string) => fetch(`${apiUrl}${path}`, { method });
    expect(await (await sent('GET', '/nowhere')).json()).toMatchObject({ code: 'not_found' });
    expect(await (await sent('GET', '//v1/keys')).json()).toMatchObject({ code: 'not_found' });
    const refused = await sent('DELETE', '/v1/keys');
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });

  it('decodes a path once, and reads the query as the sender meant it', async () => {
    const { api, create, adminKey } = service;
    await create('POST /v1/merchants', { merchantId: 'beta', name: 'Beta' });
    const { key } = await create('POST /v1/merchants/beta/keys', { scope: 'receiver' });
    const { key: initiator } = await create('POST /v1/keys', { scope: 'initiator' });
    await api(initiator, 'PUT /v1/merchants/beta/transactions/a:1', payment({ reference: 'order 1+1' }));
    expect((await api(key, 'GET /v1/transactions/a%3A1')).json).toMatchObject({ transactionId: 'a:1' });
    for (const query of ['order+1%2B1', 'order%201%2B1']) {
      await shows(key, `GET /v1/transactions?reference=${query}`, '"a:1"');
    }
    for (const id of ['a%2F1', 'a%251', 'a%20b', '%E6%94%AF', 'a%231', 'a%3F1', 'a%5C1']) {
      const { status, json } = await api(key, `GET /v1/transactions/${id}`);
      expect({ id, status, code: json.code }).toEqual({ id, status: 400, code: 'invalid_id' });
    }
    const repeated = await api(adminKey, 'GET /v1/unresolved?limit=1&limit=2');
    expect(repeated.json.errors).toMatchObject([{ code: 'repeated_parameter' }]);
  });
});
