import { afterEach, beforeEach, expect, it } from 'vitest';
import { close, listen } from '../../../lib/local/aws/listen.ts';
import type { FunctionPool } from '../../../lib/local/functions/pool.ts';
import { readSentPath } from '../../../lib/local/http-api/event.ts';
import { createHttpApiServer, type HttpApiServer } from '../../../lib/local/http-api/http-server.ts';

/** What the function answers to every request. */
let result: unknown;
const lines: string[] = [];
let api: HttpApiServer;
let url: string;

beforeEach(async () => {
  lines.length = 0;
  api = createHttpApiServer(({ line }) => lines.push(line));
  url = await listen(api.server, 0);
});

afterEach(() => close(api.server));

function serve(faultStatus: 500 | 502): void {
  const pool = { invoke: async () => result } as unknown as FunctionPool;
  api.serve({
    apiId: 'api',
    stage: '$default',
    routes: [{ routeKey: '$default', target: { pool, timeoutMs: 60_000 } }],
    maxBodyBytes: 1_000,
    faultStatus,
    readPath: readSentPath,
    admits: () => true,
  });
}

async function ask() {
  const response = await fetch(`${url}/thing`);
  return { status: response.status, kept: response.headers.get('x-kept'), body: await response.text() };
}

const FAULT = '{"message":"Internal Server Error"}';
const good = { statusCode: 200, headers: { 'x-kept': 'yes' }, body: 'good' };

it.each<[what: string, malformed: unknown]>([
  ['a line break in a header', { ...good, headers: { 'x-kept': 'yes', 'x-bad': 'a\nb' } }],
  ['other letters than latin ones in a header', { ...good, headers: { 'x-kept': 'yes', 'x-bad': '注' } }],
  ['a line break in a cookie', { ...good, cookies: ['a=b\r\nx: y'] }],
  ['a header without a name', { ...good, headers: { 'x-kept': 'yes', '': 'a' } }],
  ['a space in the name of a header', { ...good, headers: { 'x-kept': 'yes', 'x bad': 'a' } }],
  ['a trailer', { ...good, headers: { 'x-kept': 'yes', trailer: 'x-late' } }],
  ['a header that is no text', { ...good, headers: { 'x-kept': 'yes', 'x-bad': { toString: 1 } } }],
  ['a status that does not exist', { ...good, statusCode: 999 }],
  ['a body that is no text', { ...good, body: { text: 'good' } }],
])('logs a response with %s, answers the fault of a malformed one, and goes on', async (_, malformed) => {
  serve(502);
  result = malformed;
  expect(await ask()).toEqual({ status: 502, kept: null, body: FAULT });
  expect(lines).toEqual([expect.stringMatching(/^GET \/thing failed: .+/)]);
  result = good;
  expect(await ask()).toEqual({ status: 200, kept: 'yes', body: 'good' });
});

it('answers 500 where an API Gateway stands in front', async () => {
  serve(500);
  result = { ...good, headers: { 'x-bad': 'a\nb' } };
  expect(await ask()).toEqual({ status: 500, kept: null, body: FAULT });
});
