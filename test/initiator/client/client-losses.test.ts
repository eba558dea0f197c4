import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createInitiator, transactionId } from '../../../lib/initiator/index.ts';
import { createWorld } from '../../support/world.ts';
import { createFakeMachine } from './fake-machine.ts';
import { type Fetch, json, payment, raw, SHOP } from './scripted-service.ts';

const FATES = ['fine', 'request lost', 'answer lost', 'unavailable', 'a page', 'a refusal'];

describe('an initiator over a network that loses requests and answers', () => {
  it('ends with the stored outcome, and never records twice or something else', async () => {
    const fates = fc.array(fc.constantFrom(...FATES), { maxLength: 12 });
    const statuses = fc.array(fc.constantFrom('SUCCEEDED', 'FAILED', 'PENDING'), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(fates, statuses, async (fate, sequence) => {
        const world = createWorld();
        const { initiator: key } = await world.merchant('shop');
        const waiting = [...fate];
        const fetch: Fetch = async (url, init) => {
          const next = waiting.shift() ?? 'fine';
          if (next === 'request lost') throw new TypeError('fetch failed');
          if (next === 'unavailable') return json(503, { code: 'unavailable' })();
          if (next === 'a page') return raw(200, 'text/html', '<html>maintenance</html>')();
          if (next === 'a refusal') return raw(404, 'text/html', '<html>not found</html>')();
          const response = await world.app.request(new URL(String(url)).pathname, init as RequestInit);
          if (next === 'answer lost') throw new TypeError('fetch failed');
          return response;
        };
        const { machine } = createFakeMachine();
        const options = { baseUrl: 'https://api.example', key, fetch, machine, maxTries: 20 };
        const initiator = createInitiator(options);
        const ids = { merchantId: SHOP, transactionId: transactionId('pay_1') };
        let end: string | undefined;
        for (const status of sequence) {
          const result = await initiator.record(payment({ status } as never));
          const isNew = end === undefined && (status !== 'PENDING' || result.kind !== 'outcome_conflict');
          if (end === undefined && status !== 'PENDING') end = status;
          if (isNew || status === end) expect(['created', 'unchanged']).toContain(result.kind);
          else expect(result.kind).toBe('outcome_conflict');
          const read = await initiator.readBack(ids);
          expect(read?.status).toBe(end ?? 'PENDING');
          expect(read?.outcomes.length).toBeLessThanOrEqual(2);
        }
      }),
      { numRuns: 60 },
    );
  });
});
