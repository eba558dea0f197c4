import { describe, expect, it } from 'vitest';
import { eventClient } from '../support/http-events.ts';
import { createWorld } from '../support/world.ts';

describe('the address of the service alone', () => {
  const visit = (path: string, accept?: string, method = 'GET') =>
    createWorld().app.request(path, { method, ...(accept !== undefined && { headers: { accept } }) });
  const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

  const NOWHERE = {
    code: 'not_found',
    detail: 'Paths of the API begin with /v1/. Its reference is at /docs, the console at /console.',
  };

  it('leads a browser to the console', async () => {
    const response = await visit('/', BROWSER);
    expect([response.status, response.headers.get('location')]).toEqual([302, '/console']);
  });

  it.each([
    ['/', '*/*', 'GET'],
    ['/', undefined, 'GET'],
    ['/', 'application/json', 'GET'],
    ['/', BROWSER, 'POST'],
    ['/v2/transactions', BROWSER, 'GET'],
    ['/consol', BROWSER, 'GET'],
  ])(
    'is no path of the API, and names the pages for people: %s for %s by %s',
    async (path, accept, method) => {
      const response = await visit(path, accept, method);
      expect([response.status, await response.json()]).toMatchObject([404, NOWHERE]);
    },
  );

  it.each(['/.', '/..//evil.example', '/v1/../v1/whoami'])('is reached by no steps: %s', async (path) => {
    const headers = { accept: BROWSER };
    const { statusCode, json } = await eventClient(createWorld().app)({ path, headers });
    expect([statusCode, json]).toMatchObject([404, NOWHERE]);
  });
});
