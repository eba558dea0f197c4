import { afterEach, expect, it, vi } from 'vitest';
import { defaultProvider } from '../../../lib/adapters/secrets/lambda-credentials.ts';

afterEach(() => vi.unstubAllEnvs());

it('reads the credentials of its environment once for all clients and requests', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'one');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_SESSION_TOKEN', 'token');
  const first = await defaultProvider()();
  expect(first).toMatchObject({ accessKeyId: 'one', secretAccessKey: 'secret', sessionToken: 'token' });
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'two');
  expect(await defaultProvider()()).toBe(first);
});
