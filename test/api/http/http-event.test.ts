import { describe, expect, it, vi } from 'vitest';
import { type HttpApp, serveEvents } from '../../../lib/api/http/http-event.ts';
import { eventClient, httpEvent, isProblem } from '../../support/http-events.ts';
import { createWorld, payment } from '../../support/world.ts';

/** An app that answers with what it was asked. */
const echo: HttpApp = {
  fetch: async (request, bindings) =>
    Response.json({
      method: request.method,
      url: request.url,
      headers: Object.fromEntries(request.headers),
      body: Buffer.from(bindings.content ?? []).toString(),
    }),
};

async function echoed(sent: Parameters<typeof httpEvent>[0], rawPath: 'decoded' | 'encoded' = 'decoded') {
  return JSON.parse((await serveEvents(echo, rawPath)(httpEvent(sent))).body);
}

describe('an event of payload format 2.0', () => {
  it('becomes the request that was sent', async () => {
    const request = await echoed({
      method: 'POST',
      path: '/v1/things/a b',
      query: 'x=1&x=2&y=%20z+',
      headers: { 'x-one': 'first,second' },
      cookies: ['a=1', 'b=2'],
      body: '{"ü":1}',
    });
    expect(request).toMatchObject({
      method: 'POST',
      url: 'https://api.example/v1/things/a%20b?x=1&x=2&y=%20z+',
      headers: { 'x-one': 'first,second', cookie: 'a=1; b=2', 'content-type': 'application/json' },
      body: '{"ü":1}',
    });
  });

  it.each([
    ['pay#1', 'pay%231'],
    ['pay?x=1', 'pay%3Fx%3D1'],
    ['pay\n1', 'pay%0A1'],
    ['50%', '50%25'],
    ['a%2Fb', 'a%252Fb'],
    ['支付', '%E6%94%AF%E4%BB%98'],
  ])('keeps the path %j whole, which was decoded on its way', async (id, encoded) => {
    expect((await echoed({ path: `/v1/t/${id}` })).url).toBe(`https://api.example/v1/t/${encoded}`);
  });

  // What is sent, and what an HTTP API and a function URL make of it. Both give the app the same request.
  it.each([
    ['a space', 'a%20b', 'a b', 'a%20b'],
    ['a percent sign', '50%25', '50%', '50%25'],
    ['an encoded slash that was encoded again', 'a%252Fb', 'a%2Fb', 'a%252Fb'],
    ['a plus, which is no space in a path', 'a+b', 'a+b', 'a+b', 'a%2Bb'],
    ['an encoded plus', 'a%2Bb', 'a+b', 'a%2Bb'],
    ['UTF-8', '%E6%94%AF', '支', '%E6%94%AF'],
    ['a number sign', 'pay%231', 'pay#1', 'pay%231'],
    ['a question mark', 'pay%3Fx', 'pay?x', 'pay%3Fx'],
    ['a backslash', 'a%5Cb', 'a\\b', 'a%5Cb'],
    ['a line break', 'a%0Ab', 'a\nb', 'a%0Ab'],
    ['a colon', 'a:1', 'a:1', 'a:1', 'a%3A1'],
    ['an empty segment', '/x', '/x', '/x'],
  ])('has one path behind either front door: %s', async (_, sent, decoded, url, reencoded = url) => {
    expect((await echoed({ path: `/v1/t/${sent}` }, 'encoded')).url).toBe(`https://api.example/v1/t/${url}`);
    const other = await echoed({ path: `/v1/t/${decoded}` }, 'decoded');
    expect(other.url).toBe(`https://api.example/v1/t/${reencoded}`);
  });

  it('tells an encoded slash from a slash only where the path comes as it was sent', async () => {
    expect((await echoed({ path: '/v1/t/a%2Fb' }, 'encoded')).url).toBe('https://api.example/v1/t/a%2Fb');
    expect((await echoed({ path: '/v1/t/a/b' }, 'decoded')).url).toBe('https://api.example/v1/t/a/b');
  });

  it.each([
    ['#', '%23'],
    ['?', '%3F'],
    ['\\', '%5C'],
    [' ', '%20'],
    ['支', '%E6%94%AF'],
    ['\n', '%0A'],
  ])('is not cut or bent by %j in a path that should have come encoded', async (raw, encoded) => {
    const { url } = await echoed({ path: `/v1/t/a${raw}b` }, 'encoded');
    expect(url).toBe(`https://api.example/v1/t/a${encoded}b`);
  });

  it.each(['decoded', 'encoded'] as const)('has its query as it was sent, %s path or not', async (form) => {
    const query = async (sent: string) => new URL((await echoed({ path: '/', query: sent }, form)).url);
    expect([...(await query('x=1&x=2&y=a%2Bb+c&z=%E6%94%AF')).searchParams]).toEqual([
      ['x', '1'],
      ['x', '2'],
      ['y', 'a+b c'],
      ['z', '支'],
    ]);
    // A function URL has turned the plus into a space already.
    expect((await query('y=a%2Bb c')).searchParams.get('y')).toBe('a+b c');
  });

  it.each(['decoded', 'encoded'] as const)('reads header names in any case, %s path or not', async (form) => {
    const headers = { Authorization: 'Bearer a', 'X-ONE': '1', 'content-type': 'text/plain' };
    const sent = { path: '/', method: 'POST', headers, body: new Uint8Array([0xe4, 0xbb, 0x98]) };
    expect(await echoed({ ...sent, cookies: ['a=1', 'b=2'] }, form)).toMatchObject({
      headers: { authorization: 'Bearer a', 'x-one': '1', cookie: 'a=1; b=2' },
      body: '付',
    });
  });

  it('takes the body as it was sent, as text or in base64', async () => {
    const bytes = new TextEncoder().encode('{"支":"付"}');
    expect((await echoed({ method: 'PUT', path: '/', body: bytes })).body).toBe('{"支":"付"}');
    expect((await echoed({ method: 'PUT', path: '/', body: '{"支":"付"}' })).body).toBe('{"支":"付"}');
  });

  it('has the body of a GET, which a Request cannot hold', async () => {
    expect(await echoed({ path: '/', body: '{}' })).toMatchObject({ method: 'GET', body: '{}' });
  });

  it('keeps a query whole that has a number sign in it', async () => {
    expect((await echoed({ path: '/', query: 'a=1#b=2' })).url).toBe('https://api.example/?a=1%23b=2');
  });

  it.each([
    ['decoded', '/v1/x/../merchants'],
    ['decoded', '/v1/./merchants'],
    ['encoded', '/v1/x/../merchants'],
    ['encoded', '/v1/x/%2e%2E/merchants'],
    ['encoded', '/v1/%2e/merchants'],
  ] as const)('becomes no other path by the steps in its %s path %s', async (rawPath, path) => {
    const world = createWorld();
    const headers = { authorization: `Bearer ${world.admin}` };
    const { statusCode, body } = await serveEvents(world.app, rawPath)(httpEvent({ path, headers }));
    expect({ statusCode, code: JSON.parse(body).code }).toEqual({ statusCode: 404, code: 'not_found' });
  });

  it('gives text as text, all else in base64, and cookies apart', async () => {
    const result = (body: string | Uint8Array<ArrayBuffer> | null, headers: [string, string][]) =>
      serveEvents(
        { fetch: () => new Response(body, { status: 201, headers }) },
        'decoded',
      )(httpEvent({ path: '/' }));
    const bytes = new Uint8Array([0, 255, 128]);
    expect(await result('支', [['content-type', 'text/plain']])).toMatchObject({
      statusCode: 201,
      body: '支',
      isBase64Encoded: false,
    });
    for (const type of ['application/problem+json', 'application/json; charset=utf-8', 'image/svg+xml']) {
      expect(await result('{}', [['content-type', type]])).toMatchObject({
        body: '{}',
        isBase64Encoded: false,
      });
    }
    expect(await result(bytes, [['content-type', 'image/png']])).toMatchObject({
      body: 'AP+A',
      isBase64Encoded: true,
    });
    const compressed: [string, string][] = [
      ['content-type', 'application/json'],
      ['content-encoding', 'br'],
    ];
    expect(await result(bytes, compressed)).toMatchObject({ body: 'AP+A', isBase64Encoded: true });
    expect(await result(null, [])).toMatchObject({ body: '', isBase64Encoded: false });
    const cookies: [string, string][] = [
      ['set-cookie', 'a=1; Path=/'],
      ['set-cookie', 'b=2'],
    ];
    const withCookies = await result(null, cookies);
    expect(withCookies.cookies).toEqual(['a=1; Path=/', 'b=2']);
    expect(withCookies.headers).not.toHaveProperty('set-cookie');
  });
});

describe('what a request cannot hold', () => {
  const world = createWorld();
  const send = eventClient(world.app);

  it.each(['TRACE', 'CONNECT', 'TRACK', 'trace'])(
    '%s is answered 405, with what is allowed',
    async (method) => {
      const answer = await send({ method, path: '/v1/keys', key: world.admin });
      expect(answer).toMatchObject({ statusCode: 405, json: { code: 'method_not_allowed' } });
      expect(answer.headers.allow).toBe('GET, POST');
      expect(isProblem(answer)).toBe(true);
      const nowhere = await send({ method, path: '/nowhere' });
      expect(nowhere).toMatchObject({ statusCode: 404, json: { code: 'not_found' } });
    },
  );

  it.each<[string, Parameters<typeof send>[0]]>([
    ['half a surrogate pair in the path', { path: '/v1/merchants/\ud800' }],
    ['a query that is no UTF-8', { path: '/v1/transactions', query: 'reference=%ff' }],
    ['half a percent sign in a query', { path: '/v1/transactions', query: 'reference=%4' }],
    ['a name of a parameter that is no UTF-8', { path: '/v1/transactions', query: '%c3=1' }],
    ['a header with a line break', { path: '/v1/keys', headers: { 'x-a': 'a\nb: c' } }],
    ['a header without a name', { path: '/v1/keys', headers: { '': 'a' } }],
    ['an invalid method', { path: '/v1/keys', method: 'GE T' }],
  ])('%s is answered 400', async (_, sent) => {
    const answer = await send({ key: world.admin, ...sent });
    expect(answer).toMatchObject({ statusCode: 400, json: { code: 'malformed_request' } });
    expect(isProblem(answer)).toBe(true);
  });

  it('is said once in the log, and never with a stack trace', async () => {
    const said = vi.spyOn(console, 'error');
    const before = world.events.length;
    await send({ method: 'TRACE', path: '/v1/keys' });
    expect(world.events.slice(before)).toEqual([
      expect.objectContaining({ event: 'request', request: 'TRACE /v1/keys', code: 'method_not_allowed' }),
    ]);
    expect(said).not.toHaveBeenCalled();
  });

  it('ignores an invalid host', async () => {
    const event = httpEvent({ path: '/v1/keys', key: world.admin });
    const requestContext = { ...event.requestContext, domainName: 'a b' };
    const { statusCode } = await serveEvents(world.app, 'decoded')({ ...event, requestContext });
    expect(statusCode).toBe(200);
  });
});

describe('a request that takes no body', () => {
  it('is refused with one, after its key and its scope, unless it is blank', async () => {
    const world = createWorld();
    const demo = await world.merchant('demo');
    const send = eventClient(world.app);
    const question = { path: '/v1/transactions/pay_1', key: demo.receiver };
    for (const method of ['GET', 'HEAD']) {
      const { statusCode } = await send({ ...question, method, body: '{"reference":"x"}' });
      expect(statusCode).toBe(400);
    }
    const refused = await send({ ...question, body: '{"reference":"x"}' });
    expect(refused.json).toMatchObject({ code: 'unexpected_content' });
    expect(isProblem(refused)).toBe(true);
    for (const body of ['{}', ' { } ', '']) {
      expect((await send({ ...question, body })).json.code).toBe('unknown_transaction');
    }
    expect((await send({ path: question.path, body: 'x' })).json.code).toBe('missing_key');
    const { endpointId } = await demo.endpoint();
    const path = `/v1/merchants/demo/endpoints/${endpointId}`;
    const deleted = await send({ path, method: 'DELETE', key: demo.manager, body: '{"enabled":false}' });
    expect(deleted.json.code).toBe('unexpected_content');
    expect((await send({ path, method: 'DELETE', key: demo.manager, body: '{}' })).statusCode).toBe(204);
  });

  it('is served by its id however the id was encoded', async () => {
    const world = createWorld();
    const demo = await world.merchant('demo');
    const send = eventClient(world.app);
    const path = '/v1/merchants/demo/transactions/a:1';
    await send({ method: 'PUT', path, key: demo.initiator, body: JSON.stringify(payment()) });
    const answer = await send({ path: '/v1/transactions/a:1', key: demo.receiver });
    expect(answer).toMatchObject({ statusCode: 200, json: { transactionId: 'a:1' } });
    const refused = await send({ path: '/v1/transactions/a#1', key: demo.receiver });
    expect(refused).toMatchObject({ statusCode: 400, json: { code: 'invalid_id' } });
  });
});
