import { describe, expect, it } from 'vitest';
import { passOnTo } from '../../../functions/wiring/pass-on.ts';
import { calling } from '../../../lib/adapters/aws-faults.ts';
import type { InvokeFunction } from '../../../lib/adapters/functions/invoke-function.ts';
import type { HttpEvent } from '../../../lib/api/http/http-event.ts';
import type { ServiceEvent } from '../../../lib/core/events.ts';
import { Fault } from '../../../lib/core/faults.ts';

const event: HttpEvent = {
  rawPath: '/console/merchants',
  rawQueryString: 'q=somebody',
  headers: {},
  requestContext: { domainName: 'service.example', http: { method: 'GET' } },
  isBase64Encoded: false,
};

async function passedOn(invoke: InvokeFunction) {
  const events: ServiceEvent[] = [];
  const time = { nowMs: 0 };
  const pass = passOnTo({
    functionName: 'Console',
    invoke: (call) => {
      time.nowMs += 40;
      return invoke(call);
    },
    clock: { now: () => time.nowMs },
    reporter: { report: (one) => void events.push(one) },
  });
  return { result: await pass(event), events };
}

describe('a request that is passed on', () => {
  it('is answered by the other function, which logs it', async () => {
    const answer = { statusCode: 200, headers: {}, body: 'page', isBase64Encoded: false };
    expect(await passedOn(async () => answer)).toEqual({ result: answer, events: [] });
  });

  it.each([
    { why: 'the function fails', code: 'function_failed', retryable: true },
    { why: 'Lambda refuses', code: 'invocation_refused', retryable: false },
  ])('is 503 where $why, and the reason is logged', async ({ why, code, retryable }) => {
    const fault = new Fault({ code, message: `Invoking Console: ${why}`, retryable });
    const { result, events } = await passedOn(() => Promise.reject(fault));
    expect(result).toMatchObject({ statusCode: 503, headers: { 'retry-after': '5' } });
    expect(events).toEqual([
      {
        event: 'request',
        request: 'GET /console/merchants',
        statusCode: 503,
        durationMs: 40,
        fault: `Fault: Invoking Console: ${why}`,
      },
    ]);
  });

  it.each(['TimeoutError', 'AbortError'])('is 504 after a %s: it may have been carried out', async (name) => {
    const late = () => Promise.reject(Object.assign(new Error('no answer in time'), { name }));
    const { result, events } = await passedOn(() => calling('Invoking Console', late));
    expect(result).toEqual({ statusCode: 504, headers: {}, body: '', isBase64Encoded: false });
    expect(events).toMatchObject([
      { event: 'request', statusCode: 504, fault: expect.stringContaining(name) },
    ]);
  });
});
