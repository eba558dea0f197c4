import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { operations } from '../../../lib/api/contract/operations.ts';
import { COMMON_OPTIONS } from '../../../lib/cli/command-line/program.ts';
import { commandTree } from '../../../lib/cli/command-tree.ts';
import { runHere } from '../../support/running/run-here.ts';

const HEADERS = join(mkdtempSync(join(tmpdir(), 'tidings-headers-')), 'headers.json');
writeFileSync(HEADERS, '{"authorization": "Bearer secret"}');

const AT = '2026-11-20T08:00:00Z';
const REASON = ['--reason', 'card_declined: Limit reached'];
const ENDPOINT = [
  ...['--type', 'payment.*', '--description', 'Pays', '--timeout', '5000', '--schedule', '15,60'],
  ...['--expect-body', 'OK', '--rate', '0.5', '--signature', 'both', '--headers', HEADERS],
];
const MERCHANT = ['--name', 'Seven', '--time-zone', 'Asia/Shanghai', '--schedule', 'wechat'];

/** Each command whose options become fields of a body, with all of them. */
const SENDING: Readonly<Record<string, readonly string[]>> = {
  record: [
    ...[
      'pay_1',
      '--status',
      'FAILED',
      '--amount',
      '5',
      '--currency',
      'EUR',
      '--type',
      'payment',
      '--occurred',
      AT,
    ],
    ...['--reference', 'ORDER-1', ...REASON, '--notify-url', 'https://shop.example/hook'],
  ],
  resolve: ['pay_1', '--status', 'FAILED', '--occurred', AT, ...REASON, '--yes'],
  ack: ['pay_1', '--version', '2', '--endpoint', 'ep_1'],
  replay: [
    ...['--from', '6h', '--to', '1h', '--include', 'undelivered', '--state', 'blocked', '--endpoint', 'ep_1'],
    ...['--detach', '--yes'],
  ],
  'merchants create': ['shop', ...MERCHANT],
  'merchants change': MERCHANT,
  'merchants rotate': ['--overlap', '60', '--yes'],
  'endpoints create': ['https://shop.example/hook', '--id', 'ep_1', ...ENDPOINT],
  'endpoints change': ['ep_1', '--url', 'https://shop.example/hook', ...ENDPOINT],
  'endpoints rotate': ['ep_1', '--overlap', '60', '--yes'],
  'endpoints enable': ['ep_1'],
  'endpoints disable': ['ep_1', '--yes'],
  'keys create': ['receiver', '--expires', '2036-11-20'],
  portal: ['--expires', '15m'],
  'dead-letters put-back': ['--queue', 'lanes', '--yes'],
};
/** The merchant stands in the path, or in the key. */
const ELSEWHERE = ['merchant', 'all-merchants', ...COMMON_OPTIONS.map(({ name }) => name)];

/** The bodies that a command sends. */
async function sentBy(words: readonly string[]) {
  const sent: { readonly method: string; readonly path: string; readonly body: unknown }[] = [];
  const fetch = async (url: string, { method = 'GET', body }: RequestInit) => {
    const { pathname: path } = new URL(url);
    if (path === '/v1/whoami') return Response.json({ scope: 'admin', keyId: 'k' });
    if (typeof body === 'string') sent.push({ method, path, body: JSON.parse(body) });
    return Response.json({ isDone: true, redriven: 0, left: 0, state: 'done' });
  };
  const env = { TIDINGS_API: 'https://tidings.example', TIDINGS_KEY: 'tk_a_secretsecretsecret' };
  const { stderr, status } = await runHere([...words, '--quiet'], { env, fetch });
  expect({ words, status, stderr }).toEqual({ words, status: 0, stderr: '' });
  return sent;
}

function bodySchemaOf(method: string, path: string) {
  const found = operations.find(
    (one) =>
      one.method.toUpperCase() === method &&
      new RegExp(`^${one.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
  return found?.body?.();
}

describe('a body that the command line sends', () => {
  it.each(Object.entries(SENDING))('fits the contract: %s', async (command, more) => {
    const merchant = ['ack', 'merchants create', 'dead-letters put-back'].includes(command);
    const words = [...command.split(' '), ...more, ...(merchant ? [] : ['--merchant', 'shop'])];
    const sent = await sentBy(words);
    expect(sent).toHaveLength(1);
    for (const { method, path, body } of sent) {
      expect({ path, issues: bodySchemaOf(method, path)?.safeParse(body).error?.issues }).toEqual({
        path,
        issues: undefined,
      });
    }
  });

  it.each(Object.entries(SENDING))('holds every option of %s', (command, words) => {
    const { options = [] } = commandTree('1.2.3').commands.find((one) => one.words.join(' ') === command) ?? {
      options: [],
    };
    const names = options.map(({ name }) => name).filter((name) => !ELSEWHERE.includes(name));
    expect(names.filter((name) => !words.includes(`--${name}`))).toEqual([]);
  });
});
