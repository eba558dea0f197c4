import { describe, expect, it } from 'vitest';
import { type ReceiverFault, toFetchHandler } from '../../../lib/receiver/index.ts';
import { huge, signed, useHandler } from './seen-callbacks.ts';

const { seen, handler } = useHandler();

describe('the adapter for fetch-style hosts', () => {
  const told: ReceiverFault[] = [];
  const handle = toFetchHandler(handler, { onRefused: (fault) => void told.push(fault) });
  const url = 'https://shop.example/hooks';

  it.each([
    ['read', (request: Request) => request.text()],
    ['being read', (request: Request) => request.body?.getReader()],
  ])('says so where the body was %s by something else', async (_, read) => {
    const request = new Request(url, signed());
    await read(request);
    const response = await handle(request);
    expect([response.status, await response.json()]).toEqual([500, { code: 'body_already_read' }]);
    expect(told.splice(0)).toMatchObject([{ code: 'body_already_read' }]);
  });

  it('takes a Request and gives a Response', async () => {
    const response = await handle(new Request(url, signed()));
    expect([response.status, await response.text()]).toEqual([204, '']);
    expect(seen).toEqual(['pay_1']);
  });

  it('refuses what is forged, too large, or no POST', async () => {
    const statuses = await Promise.all(
      [
        new Request(url, { ...signed(), body: '{}' }),
        new Request(url, huge),
        new Request(url, { method: 'POST' }),
        new Request(url),
      ].map(async (request) => (await handle(request)).status),
    );
    expect(statuses).toEqual([401, 413, 400, 405]);
  });
});
