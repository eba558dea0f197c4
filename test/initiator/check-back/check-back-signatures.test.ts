import { describe, expect, it } from 'vitest';
import { ask, CHECK, END, OTHER_SEED, signed } from './asked-initiator.ts';

describe('a request that is no check of the service', () => {
  const body = JSON.stringify(CHECK);
  const good = signed(body);
  const lookUp = () => {
    throw new Error('must not be reached');
  };

  it.each([
    ['not signed', { ...good, headers: {} }, 400, 'missing_header'],
    ['by another key', signed(body, { seed: OTHER_SEED }), 401, 'signature_mismatch'],
    ['by a shared secret', signed(body, { scheme: 'v1' }), 401, 'signature_mismatch'],
    ['for another body', { ...good, body: `${body} ` }, 401, 'signature_mismatch'],
    ['six minutes ago', signed(body, { ageSeconds: 301 }), 400, 'timestamp_too_old'],
    ['in six minutes', signed(body, { ageSeconds: -301 }), 400, 'timestamp_too_new'],
    [
      'with an id of two parts',
      { ...good, headers: { ...good.headers, 'webhook-id': 'a.b' } },
      400,
      'malformed_header',
    ],
    [
      'without a time',
      { ...good, headers: { ...good.headers, 'webhook-timestamp': 'now' } },
      400,
      'malformed_header',
    ],
    [
      'a thousand times',
      { ...good, headers: { ...good.headers, 'webhook-signature': 'v1a,AAAA '.repeat(1_000) } },
      400,
      'malformed_header',
    ],
    ['over what is no JSON', signed('{'), 400, 'malformed_body'],
    ['over another question', signed('{"merchantId":"shop"}'), 400, 'malformed_body'],
    [
      'over an invalid id',
      signed(JSON.stringify({ ...CHECK, transactionId: '../x' })),
      400,
      'malformed_body',
    ],
    ['over no attempt', signed(JSON.stringify({ ...CHECK, attempt: 0 })), 400, 'malformed_body'],
    ['over too much', signed(JSON.stringify({ ...CHECK, x: 'x'.repeat(16_384) })), 413, 'body_too_large'],
    ['for a GET', { ...good, method: 'GET' }, 405, 'method_not_allowed'],
  ])('signed %s is refused', async (_what, request, status, code) => {
    expect(await ask(lookUp, request as typeof good)).toEqual({ status, json: { code } });
  });

  it('is one to the last second of its five minutes, and beside other signatures', async () => {
    for (const ageSeconds of [-300, 300]) {
      expect((await ask(() => END, signed(body, { ageSeconds }))).status).toBe(200);
    }
    const [first, second] = [signed(body, { seed: OTHER_SEED }), good].map(
      ({ headers }) => headers['webhook-signature'],
    );
    const both = { ...good, headers: { ...good.headers, 'webhook-signature': `v1,AAAA ${first} ${second}` } };
    expect((await ask(() => END, both)).status).toBe(200);
  });
});
