import { describe, expect, it } from 'vitest';
import { payment } from '../../../support/world.ts';
import { RECORD, useEvents } from './event-world.ts';

const setup = useEvents();
const { send } = setup;

describe('a callback URL over HTTP', () => {
  it.each([
    ['https://a..b/', 'invalid_url'],
    ['https://*.example/', 'invalid_url'],
    ['https://.example.com/', 'invalid_url'],
    ['https://exa\u200bmple.com/', 'invalid_url'],
    [`https://a.example/${'支'.repeat(700)}`, 'url_too_long'],
    ['https://@a.example/', 'credentials_in_url'],
  ])('such as %j is refused wherever it may stand', async (url, code) => {
    const pending = payment({ status: 'PENDING', checkBack: { url } });
    for (const [method, path, body, pointer] of [
      ['PUT', RECORD, payment({ notifyUrl: url }), '/notifyUrl'],
      ['PUT', RECORD, pending, '/checkBack/url'],
      ['POST', '/v1/merchants/demo/endpoints', { url }, '/url'],
    ] as const) {
      const key = method === 'PUT' ? setup.demo.initiator : setup.demo.manager;
      const answer = await send({ method, path, key, body: JSON.stringify(body) });
      expect(answer).toMatchObject({ statusCode: 400, json: { code, errors: [{ pointer, code }] } });
    }
  });
});

describe('a time zone', () => {
  it.each([
    'CST',
    'EST',
    'PRC',
    'GMT',
    'CST6CDT',
    'Etc/GMT+8',
    'etc/gmt-8',
    '+08:00',
    'Asia/Beijing',
    'Asia/',
  ])('%s is refused', async (timeZone) => {
    const body = JSON.stringify({ timeZone });
    const answer = await send({ method: 'PATCH', path: '/v1/merchants/demo', key: setup.world.admin, body });
    expect(answer).toMatchObject({ statusCode: 400, json: { code: 'unknown_time_zone' } });
  });

  it('is shown with the offset that it means', async () => {
    const { json } = await send({ path: '/v1/merchants/demo', key: setup.world.admin });
    expect(json).toMatchObject({ timeZone: 'UTC', utcOffset: '+00:00' });
    for (const [timeZone, utcOffset] of [
      ['Asia/Shanghai', '+08:00'],
      ['America/Chicago', '-06:00'],
      ['Asia/Kathmandu', '+05:45'],
      ['America/Argentina/Buenos_Aires', '-03:00'],
      ['Etc/UTC', '+00:00'],
    ]) {
      const body = JSON.stringify({ timeZone });
      const changed = await send({
        method: 'PATCH',
        path: '/v1/merchants/demo',
        key: setup.world.admin,
        body,
      });
      expect(changed.json).toMatchObject({ timeZone, utcOffset });
    }
  });
});
