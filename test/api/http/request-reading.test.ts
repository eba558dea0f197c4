import { beforeEach, describe, expect, it } from 'vitest';
import { eventClient, isProblem } from '../../support/http-events.ts';
import { createWorld, payment } from '../../support/world.ts';

/** Bodies as they come over the wire: bytes, text and numbers that must be kept as they are, or refused. */

const RECORD = '/v1/merchants/demo/transactions/pay_1';
const BATCH = '/v1/merchants/demo/transactions';

let world: ReturnType<typeof createWorld>;
let demo: Awaited<ReturnType<ReturnType<typeof createWorld>['merchant']>>;
let send: ReturnType<typeof eventClient>;
beforeEach(async () => {
  world = createWorld();
  demo = await world.merchant('demo');
  send = eventClient(world.app);
});

const stored = () => world.ports.held.outcomes.size;
const bytesOf = (text: string) => new TextEncoder().encode(text);
const record = (body: string | Uint8Array, headers = {}) =>
  send({ method: 'PUT', path: RECORD, key: demo.initiator, body, headers });

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
    ['GBK that says nothing', inGbk, {}, 400, 'invalid_utf8'],
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

const TEXT_REFUSED = [
  '\ud800',
  'a\udc00b',
  '\u0000',
  '\u0008',
  '\u000b',
  '\u001b[31m',
  '\u007f',
  '\u009b31m',
  '\ufffd',
  '\uffff',
];

describe('text that would be stored', () => {
  const cases = TEXT_REFUSED.flatMap(
    (text) =>
      [
        [text, { metadata: { a: text } }, 'invalid_text', '/metadata'],
        [text, { metadata: { a: [{ b: text }] } }, 'invalid_text', '/metadata'],
        [text, { metadata: { [text]: 1 } }, 'invalid_text', '/metadata'],
        [text, { metadata: { a: { [text]: {} } } }, 'invalid_text', '/metadata'],
        [text, { reason: { code: 'x', message: text } }, 'invalid_text', '/reason/message'],
        [text, { reason: { code: `x${text}`, message: '' } }, 'invalid_value', '/reason/code'],
        [text, { reference: `a${text}b` }, 'invalid_reference', '/reference'],
        [text, { notifyUrl: `https://a.example/${text}` }, 'invalid_url', '/notifyUrl'],
        [
          text,
          { status: 'PENDING', checkBack: { url: `https://a.example/${text}` } },
          'invalid_url',
          '/checkBack/url',
        ],
        [text, { relatedTransactionId: `a${text}` }, 'invalid_id', '/relatedTransactionId'],
        [text, { [`a${text}`]: 1 }, 'unknown_field', `/a${text}`],
      ] as const,
  );

  it.each(cases)('%j is refused in %j', async (_, changes, code, pointer) => {
    const answer = await record(JSON.stringify(payment(changes)));
    expect(answer).toMatchObject({ statusCode: 400, json: { code, errors: [{ code, pointer }] } });
    expect(isProblem(answer)).toBe(true);
    expect(stored()).toBe(0);
  });

  it.each(TEXT_REFUSED)('%j is refused in the settings of merchants and endpoints', async (text) => {
    const { endpointId } = await demo.endpoint();
    const url = 'https://a.example/';
    for (const [method, path, body, pointer] of [
      ['POST', '/v1/merchants', { merchantId: 'other', name: `a${text}` }, '/name'],
      ['PATCH', '/v1/merchants/demo', { name: text }, '/name'],
      ['POST', '/v1/merchants/demo/endpoints', { url: url + text }, '/url'],
      ['POST', '/v1/merchants/demo/endpoints', { url, expectBody: text }, '/expectBody'],
      ['POST', '/v1/merchants/demo/endpoints', { url, description: text }, '/description'],
      ['PATCH', `/v1/merchants/demo/endpoints/${endpointId}`, { url: url + text }, '/url'],
      ['PATCH', `/v1/merchants/demo/endpoints/${endpointId}`, { expectBody: text }, '/expectBody'],
      ['PATCH', `/v1/merchants/demo/endpoints/${endpointId}`, { description: text }, '/description'],
      ['POST', '/v1/merchants/demo/secrets', { rotationId: `a${text}` }, '/rotationId'],
    ] as const) {
      const answer = await send({ method, path, key: world.admin, body: JSON.stringify(body) });
      expect(answer).toMatchObject({ statusCode: 400, json: { errors: [{ pointer }] } });
    }
  });

  it.each(TEXT_REFUSED.filter((text) => text.isWellFormed()))(
    '%j is refused in paths and queries',
    async (text) => {
      const query = `reference=${encodeURIComponent(text)}`;
      for (const sent of [
        { path: `/v1/transactions/a${text}`, key: demo.receiver },
        { path: '/v1/transactions', query, key: demo.receiver },
        { path: `/v1/merchants/demo/endpoints/a${text}`, key: demo.manager },
        { path: `/v1/redeliveries/a${text}`, key: demo.receiver },
      ]) {
        expect((await send(sent)).statusCode).toBe(400);
      }
    },
  );

  it('may have tabs, line breaks, and every script', async () => {
    const text = 'a\tb\r\nc 支付 \u{1f600} \u0627 \u00a0';
    const content = payment({ metadata: { [text]: [text] }, reason: { code: 'x', message: text } });
    const { json } = await record(JSON.stringify(content));
    expect(json).toMatchObject({ metadata: { [text]: [text] }, reason: { message: text } });
  });

  it.each([
    ['expectBody', ' '],
    ['expectBody', '\n\t'],
    ['expectBody', '\u3000'],
    ['expectBody', ''],
    ['description', ' '],
    ['description', ''],
    ['name', ' '],
    ['name', 'two\nlines'],
    ['name', ''],
  ])('is refused where it says nothing: %s %j', async (field, text) => {
    const path = field === 'name' ? '/v1/merchants/demo' : '/v1/merchants/demo/endpoints';
    const method = field === 'name' ? 'PATCH' : 'POST';
    const url = field === 'name' ? {} : { url: 'https://a.example/' };
    const answer = await send({
      method,
      path,
      key: world.admin,
      body: JSON.stringify({ ...url, [field]: text }),
    });
    expect(answer).toMatchObject({ statusCode: 400, json: { errors: [{ pointer: `/${field}` }] } });
  });
});

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
    const ask = (path: string, body: string) => send({ method: 'POST', path, key: world.admin, body });
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

describe('a batch', () => {
  const item = (transactionId: string, more = '') =>
    `${JSON.stringify({ transactionId, ...payment() }).slice(0, -1)}${more === '' ? '' : `,${more}`}}`;
  const batch = (items: readonly string[]) =>
    send({ method: 'POST', path: BATCH, key: demo.initiator, body: `{"transactions":[${items.join(',')}]}` });
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
      const answer = await send({ method: 'POST', path: BATCH, key: demo.initiator, body: body ?? '' });
      expect(answer.json.code).toBe(code);
      expect(isProblem(answer)).toBe(true);
    }
    expect(stored()).toBe(0);
  });
});

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
      const key = method === 'PUT' ? demo.initiator : demo.manager;
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
    const answer = await send({ method: 'PATCH', path: '/v1/merchants/demo', key: world.admin, body });
    expect(answer).toMatchObject({ statusCode: 400, json: { code: 'unknown_time_zone' } });
  });

  it('is shown with the offset that it means', async () => {
    const { json } = await send({ path: '/v1/merchants/demo', key: world.admin });
    expect(json).toMatchObject({ timeZone: 'UTC', utcOffset: '+00:00' });
    for (const [timeZone, utcOffset] of [
      ['Asia/Shanghai', '+08:00'],
      ['America/Chicago', '-06:00'],
      ['Asia/Kathmandu', '+05:45'],
      ['America/Argentina/Buenos_Aires', '-03:00'],
      ['Etc/UTC', '+00:00'],
    ]) {
      const body = JSON.stringify({ timeZone });
      const changed = await send({ method: 'PATCH', path: '/v1/merchants/demo', key: world.admin, body });
      expect(changed.json).toMatchObject({ timeZone, utcOffset });
    }
  });
});
