import { describe, expect, it } from 'vitest';
import { createAttribution } from '../../../bench/profile/attribution.ts';
import type { SourcePlace } from '../../../bench/profile/bundle-maps.ts';

const ROOT = '/repository';
const PLACES: Readonly<Record<string, SourcePlace>> = {
  a: { file: 'lib/core/record/record.ts', line: 7, text: 'export async function record(store: Store) {' },
  b: { file: 'node_modules/@smithy/core/dist-es/client.js', line: 3, text: 'send(command, options) {' },
  c: {
    file: 'node_modules/x/node_modules/zod/v4/core/schemas.js',
    line: 9,
    text: 'return parts.map((part) => {',
  },
};
const attribute = createAttribution(ROOT, ({ functionName, url }) =>
  url.endsWith('/index.mjs') ? PLACES[functionName] : undefined,
);
const frame = (functionName: string, url: string) =>
  attribute({ functionName, url, lineNumber: 4, columnNumber: 2 });
const BUNDLE = 'file:///repository/cdk.out.cached/1/asset.1/index.mjs';

describe('whose code a function is', () => {
  it('is found by the source of a minified bundle', () => {
    expect(frame('a', BUNDLE)).toEqual({
      bucket: 'ours',
      room: 'lib/core/record',
      label: 'record lib/core/record/record.ts:7',
    });
    expect(frame('b', BUNDLE)).toEqual({
      bucket: 'AWS SDK',
      room: undefined,
      label: 'send @smithy/core/dist-es/client.js:3',
    });
    expect(frame('c', BUNDLE)).toMatchObject({
      bucket: 'zod',
      label: 'return parts.map((part) => { zod/v4/core/schemas.js:9',
    });
  });

  it('is the local cloud where it is no bundle, by folder', () => {
    expect(frame('judge', 'file:///repository/lib/local/iam/decision.ts')).toEqual({
      bucket: 'local cloud',
      room: 'lib/local/iam',
      label: 'judge lib/local/iam/decision.ts:5',
    });
    expect(frame('request', 'file:///repository/node_modules/undici/lib/api.js').bucket).toBe('undici');
  });

  it.each([
    ['(garbage collector)', '', 'GC'],
    ['(idle)', '', 'idle'],
    ['(program)', '', 'native, system calls'],
    ['stringify', '', 'JSON'],
    ['writev', '', 'sockets'],
    ['onSocket', 'node:_http_client', 'node http'],
    ['Hmac', 'node:internal/crypto/hash', 'node crypto'],
    ['fetch', 'node:internal/deps/undici/undici', 'undici'],
    ['nextTick', 'node:internal/process/task_queues', 'node, other'],
    ['post', 'node:inspector', 'profiler'],
    ['start', 'file:///repository/bench/profile/profiler-preload.ts?directory=x', 'profiler'],
    ['wasm-function[7]', 'wasm://wasm/17', 'other packages'],
  ])('of %s in "%s" is %s', (functionName, url, bucket) => {
    expect(frame(functionName, url).bucket).toBe(bucket);
  });

  it('of a built-in without a bucket is its caller', () => {
    expect(frame('slice', '').bucket).toBeUndefined();
  });
});
