import { describe, expect, it } from 'vitest';
import { useEndpoints } from './endpoints-world.ts';

const url = 'https://shop.example/hooks';

describe('the rate of an endpoint', () => {
  const setup = useEndpoints();
  const { path } = setup;
  const call = (request: string, body?: object) => setup.world.call(setup.demo.manager, request, body);
  const put = (settings: object) => call(`PUT ${path('/orders')}`, { url, ...settings });
  const change = (settings: object) => call(`PATCH ${path('/orders')}`, settings);

  it('is set, changed and removed like any setting', async () => {
    expect((await call(`POST ${path()}`, { url, ratePerSecond: 5 })).json.ratePerSecond).toBe(5);
    expect((await put({ ratePerSecond: 0.1 })).json.ratePerSecond).toBe(0.1);
    expect((await change({ ratePerSecond: 1_000 })).json.ratePerSecond).toBe(1_000);
    expect((await change({ timeoutMs: 5_000 })).json.ratePerSecond).toBe(1_000);
    expect((await change({ ratePerSecond: null })).json).not.toHaveProperty('ratePerSecond');
    await put({ ratePerSecond: 2.5 });
    expect((await call(`GET ${path('/orders')}`)).json.ratePerSecond).toBe(2.5);
    expect((await put({})).json).not.toHaveProperty('ratePerSecond');
  });

  it.each([
    [0, 'invalid_value'],
    [-1, 'invalid_value'],
    [0.05, 'invalid_value'],
    [1_001, 'invalid_value'],
    ['5', 'invalid_type'],
    [[5], 'invalid_type'],
  ])('%j is refused as %s', async (ratePerSecond, code) => {
    await put({});
    const answers = [
      await call(`POST ${path()}`, { url, ratePerSecond }),
      await put({ ratePerSecond }),
      await change({ ratePerSecond }),
    ];
    for (const { json } of answers) {
      expect(json).toMatchObject({ status: 400, code, errors: [{ pointer: '/ratePerSecond', code }] });
    }
    expect((await put({ ratePerSecond: null })).json.code).toBe('invalid_type');
  });
});
