import { describe, expect, it } from 'vitest';
import { useStatements } from './statement-world.ts';

describe('the statement of a day', () => {
  const setup = useStatements();
  const { setZone } = setup;

  describe('a time zone', () => {
    it('is UTC by default, and shown with the merchant', async () => {
      const read = () => setup.world.call(setup.world.admin, 'GET /v1/merchants/demo');
      expect((await read()).json.timeZone).toBe('UTC');
      expect((await setZone('Asia/Shanghai')).json.timeZone).toBe('Asia/Shanghai');
      expect((await read()).json.timeZone).toBe('Asia/Shanghai');
    });

    it('may be said when the merchant is made, and the same again changes nothing', async () => {
      const body = { merchantId: 'shop', name: 'Shop', timeZone: 'Asia/Kathmandu' };
      const make = (changes: object = {}) =>
        setup.world.call(setup.world.admin, 'POST /v1/merchants', { ...body, ...changes });
      expect((await make()).json).toMatchObject({ timeZone: 'Asia/Kathmandu' });
      expect((await make()).status).toBe(200);
      expect((await make({ timeZone: 'UTC' })).json.code).toBe('merchant_conflict');
    });

    it.each(['Mars/Phobos', '+08:00', '', 'UTC; DROP', 8])('is not %j', async (timeZone) => {
      expect(
        (await setup.world.call(setup.world.admin, 'PATCH /v1/merchants/demo', { timeZone })).json,
      ).toMatchObject({
        status: 400,
        code: 'unknown_time_zone',
        errors: [{ pointer: '/timeZone', code: 'unknown_time_zone' }],
      });
    });
  });
});
