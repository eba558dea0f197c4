import { describe, expect, it } from 'vitest';
import type { Api, ApiAnswer } from '../../../lib/local/api-client.ts';
import { createPatientApi } from './patient-api.ts';

const answer = (status: number, headers: Record<string, string> = {}): ApiAnswer => ({
  status,
  headers,
  text: '',
  json: undefined,
});

/** An API that gives these answers, one after the other; an error is thrown. */
function apiThatGives(...answers: readonly (ApiAnswer | Error)[]) {
  const requests: unknown[][] = [];
  const pauses: number[] = [];
  const api: Api = async (...request) => {
    const next = answers[Math.min(requests.length, answers.length - 1)];
    requests.push(request);
    if (next === undefined || next instanceof Error) throw next;
    return next;
  };
  const patient = createPatientApi(api, async (ms) => void pauses.push(ms));
  return { ...patient, requests, pauses };
}

describe('the client of the suite', () => {
  const PUT = ['key', 'PUT /v1/merchants/m/transactions/pay_1', { amount: 1 }] as const;

  it.each([429, 502, 503, 504])(
    'repeats a request that was answered %s, with the same id and body',
    async (status) => {
      const { call, requests, repeats } = apiThatGives(answer(status), answer(status), answer(201));
      expect((await call(...PUT)).status).toBe(201);
      expect(requests).toEqual([[...PUT], [...PUT], [...PUT]]);
      expect([...repeats]).toEqual([[String(status), 2]]);
    },
  );

  it('repeats a request that was not answered', async () => {
    const { call, repeats } = apiThatGives(new TypeError('fetch failed'), answer(200));
    expect((await call(...PUT)).status).toBe(200);
    expect([...repeats]).toEqual([['no answer', 1]]);
  });

  it('waits as long as Retry-After says, and at most five seconds', async () => {
    const { call, pauses } = apiThatGives(
      answer(503, { 'retry-after': '2' }),
      answer(503, { 'retry-after': '60' }),
      answer(201),
    );
    await call(...PUT);
    expect(pauses).toEqual([2_000, 5_000]);
  });

  it('gives up in the end, with the last answer or error', async () => {
    const refusing = apiThatGives(answer(503));
    expect((await refusing.call(...PUT)).status).toBe(503);
    expect(refusing.requests).toHaveLength(61);
    await expect(apiThatGives(new TypeError('fetch failed')).call(...PUT)).rejects.toThrow('fetch failed');
  });

  it.each([200, 201, 400, 404, 409, 500])('returns the answer %s as it is', async (status) => {
    const { call, requests } = apiThatGives(answer(status));
    expect((await call(...PUT)).status).toBe(status);
    expect(requests).toHaveLength(1);
  });

  it('never repeats the creation of an endpoint, which would make another', async () => {
    const { call, requests } = apiThatGives(answer(503));
    expect((await call('key', 'POST /v1/merchants/m/endpoints', {})).status).toBe(503);
    expect(requests).toHaveLength(1);
  });
});
