import { describe, expect, it } from 'vitest';
import { isProblem } from '../../../support/http-events.ts';
import { payment } from '../../../support/world.ts';
import { BATCH, useEvents } from './event-world.ts';

const setup = useEvents();
const { send, stored, record } = setup;

describe('a batch', () => {
  const item = (transactionId: string, more = '') =>
    `${JSON.stringify({ transactionId, ...payment() }).slice(0, -1)}${more === '' ? '' : `,${more}`}}`;
  const batch = (items: readonly string[]) =>
    send({
      method: 'POST',
      path: BATCH,
      key: setup.demo.initiator,
      body: `{"transactions":[${items.join(',')}]}`,
    });
  const nested = (depth: number) => '{"a":'.repeat(depth - 1).concat('{}', '}'.repeat(depth - 1));

  it('refuses a bad item alone, for each kind of fault', async () => {
    const bad: [string, string, string][] = [
      [item('b1', '"metadata":{"constructor":1}'), 'forbidden_key', '/metadata/constructor'],
      [item('b2', '"amount":1'), 'duplicate_key', '/amount'],
      [item('b3', '"metadata":{"x":1e-400}'), 'inexact_number', '/metadata/x'],
      [item('b4', `"metadata":${nested(32)}`), 'too_deep', `/metadata${'/a'.repeat(31)}`],
      [
        item('b5', `"metadata":${'['.repeat(5_000)}${']'.repeat(5_000)}`),
        'too_deep',
        `/metadata${'/0'.repeat(31)}`,
      ],
      [item('b6', `"metadata":{"x":"${'x'.repeat(2 * 1024 * 1024)}"}`), 'body_too_large', ''],
      [item('b7', `"metadata":{"x":"${'x'.repeat(17_000)}"}`), 'too_long', '/metadata'],
      [item('b8', '"metadata":{"x":"\\ud800"}'), 'invalid_text', '/metadata'],
      [item('b9', '"notifyUrl":"https://a.example/\\ud800"'), 'invalid_url', '/notifyUrl'],
      ['{"__proto__":{}}', 'forbidden_key', '/__proto__'],
      ['1e400', 'inexact_number', ''],
      ['"text"', 'invalid_type', ''],
    ];
    const answer = await batch(bad.flatMap(([text], index) => [text, item(`good-${index}`)]));
    expect(answer.statusCode).toBe(200);
    const { results } = answer.json;
    for (const [index, [, code, pointer]] of bad.entries()) {
      expect(results[2 * index]).toMatchObject({ code, errors: [{ code, pointer }] });
      expect(results[2 * index + 1]).toEqual({ transactionId: `good-${index}`, result: 'created' });
    }
    expect(stored()).toBe(bad.length);
  });

  it.each([29, 30, 31, 32])('says of metadata nested %d deep what is said of it alone', async (depth) => {
    const more = `"metadata":${nested(depth)}`;
    const alone = await record(`${JSON.stringify(payment()).slice(0, -1)},${more}}`);
    const [result] = (await batch([item('b', more)])).json.results;
    expect(alone.statusCode === 201).toBe(depth < 32);
    expect(result.code).toBe(alone.json.code);
    expect(result.errors).toEqual(alone.json.errors);
  });

  it('holds a hundred of the largest outcomes', async () => {
    const more = `"metadata":{"x":"${'x'.repeat(16_300)}"},"reason":{"code":"x","message":"${'支'.repeat(512)}"}`;
    const { json } = await batch(Array.from({ length: 100 }, (_, index) => item(`t${index}`, more)));
    expect(json.results.filter(({ result }: { result?: string }) => result === 'created')).toHaveLength(100);
  });

  it('is refused whole where the fault is in none of its items', async () => {
    const good = item('a');
    for (const [body, code] of [
      [`{"transactions":[${good}],"transactions":[${good}]}`, 'duplicate_key'],
      [`{"transactions":[${good}],"constructor":1}`, 'forbidden_key'],
      [`{"transactions":[${good}],"x":1e400}`, 'inexact_number'],
      [`{"transactions":{"a":1,"a":2}}`, 'invalid_type'],
      [`{"transactions":[${good}`, 'malformed_json'],
      [`{"transactions":[${good}]}${' '.repeat(4 * 1024 * 1024)}`, 'body_too_large'],
    ]) {
      const answer = await send({ method: 'POST', path: BATCH, key: setup.demo.initiator, body: body ?? '' });
      expect(answer.json.code).toBe(code);
      expect(isProblem(answer)).toBe(true);
    }
    expect(stored()).toBe(0);
  });
});
