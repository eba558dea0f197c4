import { describe, expect, it } from 'vitest';
import { prepared, URL } from './checked-payment.ts';

describe('a PENDING with checkBack', () => {
  it.each([
    ['http://bank.example/check', 'https_required'],
    ['https://169.254.169.254/latest', 'address_refused'],
    ['https://[::ffff:10.0.0.1]/', 'address_refused'],
    ['https://bank.example:22/', 'port_refused'],
    ['https://user:pass@bank.example/', 'credentials_in_url'],
  ])('refuses %s', async (url, code) => {
    const { answer } = await prepared({ url });
    expect(answer.json).toMatchObject({ status: 400, code, errors: [{ pointer: '/checkBack/url', code }] });
  });

  it.each([
    [{ afterSeconds: 0 }, '/checkBack/afterSeconds'],
    [{ afterSeconds: 901 }, '/checkBack/afterSeconds'],
    [{ afterSeconds: 1.5 }, '/checkBack/afterSeconds'],
    [{ onUnknown: 'SUCCEEDED' }, '/checkBack/onUnknown'],
    [{ method: 'GET' }, '/checkBack/method'],
  ])('refuses %j', async (change, pointer) => {
    const { answer } = await prepared(change);
    expect(answer.json.errors).toMatchObject([{ pointer }]);
  });

  it('is refused of an end: there is nothing to ask about', async () => {
    const { record } = await prepared();
    const answer = await record({ checkBack: { url: URL } });
    expect(answer.json).toMatchObject({
      code: 'check_back_not_pending',
      errors: [{ pointer: '/checkBack', code: 'check_back_not_pending' }],
    });
  });

  it('is the same again with the same address, spelled out or not, and a conflict with another', async () => {
    const { record } = await prepared();
    const again = (checkBack: object) => record({ status: 'PENDING', checkBack: { url: URL, ...checkBack } });
    expect((await again({ afterSeconds: 60, onUnknown: 'ask' })).status).toBe(200);
    expect((await again({ afterSeconds: 61 })).json.code).toBe('outcome_conflict');
  });

  it('is not shown to receivers', async () => {
    const { transaction } = await prepared();
    expect(JSON.stringify(await transaction())).not.toContain('bank.example');
  });
});
