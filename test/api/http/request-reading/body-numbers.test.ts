import { describe, expect, it } from 'vitest';
import { isProblem } from '../../../support/http-events.ts';
import { payment } from '../../../support/world.ts';
import { useEvents } from './event-world.ts';

const setup = useEvents();
const { send, stored, record } = setup;

describe('keys and numbers', () => {
  const withField = (field: string) => JSON.stringify(payment()).replace('{', `{${field},`);

  it.each([
    ['amount twice', withField('"amount":1'), 'duplicate_key', '/amount'],
    ['amount twice, once escaped', withField('"\\u0061mount":1'), 'duplicate_key', '/amount'],
    [
      'a key of metadata twice',
      withField('"metadata":{"a":{"b":1,"b":1}}'),
      'duplicate_key',
      '/metadata/a/b',
    ],
    ['a number that becomes 0', withField('"metadata":{"x":5e-325}'), 'inexact_number', '/metadata/x'],
    [
      'a long decimal',
      withField('"metadata":{"x":[0.12345678901234567891]}'),
      'inexact_number',
      '/metadata/x/0',
    ],
    [
      'an integer beyond 2^53',
      withField('"metadata":{"x":9007199254740993}'),
      'inexact_number',
      '/metadata/x',
    ],
    ['2^53', withField('"metadata":{"x":9007199254740992}'), 'inexact_number', '/metadata'],
    [
      'an amount with many digits',
      withField('"x":0').replace('1999', '19.99999999999999999999e2'),
      'inexact_number',
      '/amount',
    ],
  ])('are refused that would change in silence: %s', async (_, body, code, pointer) => {
    const answer = await record(body);
    expect(answer).toMatchObject({ statusCode: 400, json: { code, errors: [{ code, pointer }] } });
    expect(isProblem(answer)).toBe(true);
    expect(stored()).toBe(0);
  });

  it('are refused of every request, not of outcomes alone', async () => {
    const ask = (path: string, body: string) => send({ method: 'POST', path, key: setup.world.admin, body });
    const twice = await ask('/v1/merchants', '{"merchantId":"a","name":"a","name":"b"}');
    expect(twice.json).toMatchObject({ code: 'duplicate_key', errors: [{ pointer: '/name' }] });
    const inexact = await ask(
      '/v1/merchants',
      '{"merchantId":"a","name":"a","feedShards":1.00000000000000000001}',
    );
    expect(inexact.json).toMatchObject({ code: 'inexact_number', errors: [{ pointer: '/feedShards' }] });
  });

  it.each(['1999.0', '1999e0', '199900e-2', '1.999e3'])('keeps the amount %s', async (amount) => {
    const { json } = await record(JSON.stringify(payment()).replace('1999', amount));
    expect(json.amount).toBe(1999);
  });
});
