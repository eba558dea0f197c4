import { describe, expect, it } from 'vitest';
import { useDemoWorld } from '../../support/demo-world.ts';
import { eventClient, type SentRequest } from '../../support/http-events.ts';
import { payment } from '../../support/world.ts';

/** Characters whose pointer has two for each. */
const LONG = '~'.repeat(3_000_000);
const SMALL_ANSWER = 10_000;

describe('the errors of a refusal', () => {
  const setup = useDemoWorld();
  const send = async (request: SentRequest) => {
    const { body, json } = await eventClient(setup.world.app)(request);
    expect(body.length).toBeLessThan(SMALL_ANSWER);
    return json;
  };
  const batch = (body: object) =>
    send({
      method: 'POST',
      path: '/v1/merchants/demo/transactions',
      key: setup.demo.initiator,
      body: JSON.stringify(body),
    });
  const ask = (query: string) => send({ path: '/v1/overview', query, key: setup.world.admin });

  it.each([
    [{ [LONG]: 1 }, '', 'unknown_field'],
    [{ [LONG]: JSON.parse('{"__proto__":1}') }, '', 'forbidden_key'],
  ])('point to the object that holds a field with a name of megabytes: %#', async (fields, pointer, code) => {
    const { errors } = await batch({ transactions: [payment()], ...fields });
    expect(errors).toContainEqual({ pointer, code });
  });

  it('are as short for each item of a batch, so that the answer about the others arrives', async () => {
    const name = '~'.repeat(30_000);
    const bad = { ...payment(), transactionId: 'pay_1', [name]: 1, metadata: { [name]: 1 } };
    const forbidden = { ...payment(), metadata: { [name]: JSON.parse('{"__proto__":1}') } };
    const { results } = await batch({ transactions: [bad, forbidden] });
    expect(results[0]?.errors).toContainEqual({ pointer: '', code: 'unknown_field' });
    expect(results[1]?.errors).toEqual([{ pointer: '/metadata', code: 'forbidden_key' }]);
  });

  it.each(['unknown', 'repeated'])('are at most 20, also for %s parameters', async (kind) => {
    const query = Array.from({ length: 100 }, (_, index) => `a${index}=1`).join('&');
    const { errors } = await ask(kind === 'unknown' ? query : `${query}&${query}`);
    expect(errors).toHaveLength(20);
  });

  it.each(['a/b~=1', 'a/b~=1&a/b~=2'])('escape the names of parameters: %s', async (query) => {
    const { errors } = await ask(query);
    expect(errors).toMatchObject([{ pointer: '/query/a~1b~0' }]);
  });
});
