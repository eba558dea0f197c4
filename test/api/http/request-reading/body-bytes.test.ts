import { describe, expect, it } from 'vitest';
import { isProblem } from '../../../support/http-events.ts';
import { payment } from '../../../support/world.ts';
import { bytesOf, useEvents } from './event-world.ts';

const { stored, record } = useEvents();

/** A payment in which the message of its reason is `你` in GBK. */
function inGbk(): Uint8Array {
  const [before = '', after = ''] = JSON.stringify(payment({ reason: { code: 'x', message: '|' } })).split(
    '|',
  );
  return Buffer.concat([bytesOf(before), Buffer.from([0xc4, 0xe3]), bytesOf(after)]);
}

describe('the bytes of a body', () => {
  it.each<[string, () => string | Uint8Array, Record<string, string>, number, string]>([
    [
      'GBK that says so',
      inGbk,
      { 'content-type': 'application/json; charset=GBK' },
      415,
      'unsupported_media_type',
    ],
    ['GBK without a charset', inGbk, {}, 400, 'invalid_utf8'],
    [
      'GBK that says UTF-8',
      inGbk,
      { 'content-type': 'application/json; charset=utf-8' },
      400,
      'invalid_utf8',
    ],
    [
      'GBK that a gateway has made text of',
      () => Buffer.from(inGbk()).toString('utf8'),
      {},
      400,
      'invalid_text',
    ],
    ['a first half of UTF-8', () => bytesOf('{"a":"支"}').slice(0, 7), {}, 400, 'invalid_utf8'],
    [
      'UTF-8 written longer than it is',
      () => Buffer.from('{"a":"\xc0\xaf"}', 'latin1'),
      {},
      400,
      'invalid_utf8',
    ],
    [
      'half a surrogate pair in UTF-8',
      () => Buffer.from('{"a":"\xed\xa0\x80"}', 'latin1'),
      {},
      400,
      'invalid_utf8',
    ],
    ['UTF-16', () => Buffer.from(`\ufeff${JSON.stringify(payment())}`, 'utf16le'), {}, 400, 'invalid_utf8'],
    [
      'what is compressed',
      () => bytesOf('{}'),
      { 'content-encoding': 'gzip' },
      415,
      'unsupported_media_type',
    ],
  ])('%s are refused', async (_, body, headers, status, code) => {
    const answer = await record(body(), headers);
    expect({ status: answer.statusCode, code: answer.json.code }).toEqual({ status, code });
    expect(isProblem(answer)).toBe(true);
    expect(stored()).toBe(0);
  });

  it.each([
    'application/json;charset=latin1',
    'application/json; charset="iso-8859-1"',
    'application/json; charset=',
    'application/json; Charset=utf-16',
    'application/json; charset=utf-8; charset=gbk',
    'application/json,application/json',
    'text/json',
    'application/vnd.api+json',
  ])('of type %s are refused', async (type) => {
    const answer = await record(JSON.stringify(payment()), { 'content-type': type });
    expect(answer).toMatchObject({ statusCode: 415, json: { code: 'unsupported_media_type' } });
    expect(stored()).toBe(0);
  });

  it.each([
    'application/json',
    'Application/JSON; charset=UTF-8',
    'application/json;charset="utf-8"',
    'application/json; charset=utf8; q=1',
  ])('of type %s are taken, as text and in base64', async (type) => {
    const body = JSON.stringify(payment({ metadata: { 支: '付 \u{1f600}' } }));
    for (const each of [body, bytesOf(body)]) {
      const { json } = await record(each, { 'content-type': type });
      expect(json.metadata).toEqual({ 支: '付 \u{1f600}' });
    }
    expect(stored()).toBe(1);
  });

  it('may begin with a byte order mark', async () => {
    const body = `\u{feff}${JSON.stringify(payment())}`;
    expect((await record(bytesOf(body))).statusCode).toBe(201);
    expect((await record(body)).statusCode).toBe(200);
  });
});
