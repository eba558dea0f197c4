import { describe, expect, it } from 'vitest';
import { useLocalCloud } from './fixture/harness.ts';

const fixture = useLocalCloud();

describe('a cloud from a synthesized template', () => {
  it('carries a request through route, function, table, stream, function, queue and function', async () => {
    const { cloud, result } = await fixture.start();
    const response = await fetch(`${cloud.apiUrl}/things/one`, { method: 'PUT', body: '{"kind":"fine"}' });
    expect(response.status).toBe(201);
    expect(response.headers.get('x-thing')).toBe('one');
    await expect.poll(() => result('one'), { timeout: 10_000 }).toMatchObject({ runs: 1 });
  });
});
