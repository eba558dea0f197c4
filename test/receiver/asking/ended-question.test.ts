import { expect, it } from 'vitest';
import { createClient } from '../../../lib/receiver/asking/service-client.ts';
import { newSecret } from '../../../lib/receiver/testing/index.ts';

it('a question ends with its signal while it waits for its next try', async () => {
  const ending = new AbortController();
  let tries = 0;
  const client = createClient({
    url: 'https://tidings.example',
    key: 'tk_demo_secret',
    merchantId: 'demo',
    merchantSecrets: newSecret(),
    signal: ending.signal,
    fetch: async () => {
      tries += 1;
      return new Response('', { status: 503 });
    },
    pauses: {
      async sleep(_ms, signal) {
        ending.abort(new Error('ended'));
        signal?.throwIfAborted();
      },
      fraction: () => 0,
    },
  });
  await expect(client.read('/v1/transactions/pay_1')).rejects.toThrow('ended');
  expect(tries).toBe(1);
});
