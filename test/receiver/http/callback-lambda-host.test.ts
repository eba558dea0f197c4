import { describe, expect, it } from 'vitest';
import { type ReceiverFault, toLambdaHandler } from '../../../lib/receiver/index.ts';
import { huge, signed, useHandler } from './seen-callbacks.ts';

const { seen, handler } = useHandler();

describe('the adapter for Lambda', () => {
  const handle = toLambdaHandler(handler);
  const { headers, body } = signed();
  const http = { requestContext: { http: { method: 'POST' } } };
  const titled = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase()),
      value,
    ]),
  );

  it.each([
    ['payload 2.0', { ...http, headers, body }],
    [
      'payload 2.0 in base64',
      { ...http, headers, body: Buffer.from(body).toString('base64'), isBase64Encoded: true },
    ],
    ['payload 1.0', { httpMethod: 'POST', headers: titled, multiValueHeaders: null, body }],
    [
      'a load balancer with multi-value headers',
      {
        httpMethod: 'POST',
        headers: null,
        multiValueHeaders: Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name, [value]]),
        ),
        body,
        isBase64Encoded: false,
      },
    ],
  ])('verifies %s', async (_name, event) => {
    expect(await handle(event)).toEqual({ statusCode: 204, headers: {}, body: '', isBase64Encoded: false });
    expect(seen).toEqual(['pay_1']);
  });

  it('refuses what is forged, too large, without body, or no POST', async () => {
    const statuses = await Promise.all(
      [
        { ...http, headers, body: '{}' },
        { ...http, headers, body: huge.body },
        { ...http, headers, body: null },
        { headers, body },
      ].map(async (event) => (await handle(event)).statusCode),
    );
    expect(statuses).toEqual([401, 413, 401, 405]);
  });

  it('reports what it refuses itself: parsed bodies, and events that are no request', async () => {
    const faults: ReceiverFault[] = [];
    const told = toLambdaHandler(handler, { onRefused: (fault) => faults.push(fault) });
    const events: readonly unknown[] = [
      { ...http, headers, body: JSON.parse(body) },
      { httpMethod: 'GET', headers, body: null },
      { Records: [] },
      undefined,
    ];
    for (const event of events) await told(event as never);
    expect(faults.map(({ code, message }) => [code, message])).toEqual([
      ['body_already_read', expect.stringContaining('proxy integration')],
      ['method_not_allowed', expect.stringContaining('GET')],
      ['method_not_allowed', expect.stringContaining('no HTTP method')],
      ['method_not_allowed', expect.stringContaining('no HTTP method')],
    ]);
  });
});
