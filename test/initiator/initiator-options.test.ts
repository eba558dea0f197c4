import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { committedMark, commitWithOutcome, endOrRollBack } from '../../lib/initiator/dynamodb.ts';
import {
  createCheckBackHandler,
  createInitiator,
  publishedKeys,
  toFetchHandler,
  toLambdaHandler,
  toNodeHandler,
} from '../../lib/initiator/index.ts';
import { publicKeyText } from '../../lib/protocol/signing/webhook-keys.ts';

/** What an environment variable gives that is not set, or was set with too much around it. */
const UNSET = [undefined, null, '', '  ', '\n'] as const;
const around = (good: string) => [`"${good}"`, `'${good}'`, `${good}\n`, ` ${good}`, `\`${good}\``];

const KEY = 'tk_k1_secret';
const PUBLIC_KEY = publicKeyText(new Uint8Array(32).fill(7));
const good = { baseUrl: 'https://api.example', key: KEY };
const checks = { publicKeys: PUBLIC_KEY, merchantIds: ['demo'], lookUp: () => 'unknown' as const };
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 1 }));
const commit = { tableName: 'tidings', transactItems: [], outcome: {} };
const end = { status: 'FAILED', amount: 1, currency: 'CNY', occurredAt: '2026-11-20T08:00:00Z' } as const;

type Make = (changes: object) => unknown;
const initiator: Make = (changes) => createInitiator({ ...good, ...changes } as never);
const handler: Make = (changes) => createCheckBackHandler({ ...checks, ...changes } as never);
const keys: Make = (changes) => publishedKeys({ baseUrl: good.baseUrl, ...changes } as never);

/** What is thrown, at once or as a rejection. */
async function thrownBy(make: () => unknown): Promise<unknown> {
  try {
    await make();
    return 'nothing';
  } catch (error) {
    return error;
  }
}

const named = (name: string) => ({
  name: 'InitiatorFault',
  code: 'invalid_option',
  retryable: false,
  message: expect.stringContaining(name),
});

describe('an option that is not set', () => {
  it.each<[string, Make, readonly unknown[]]>([
    [
      'baseUrl',
      initiator,
      [...UNSET, ...around('https://api.example'), 'api.example', 'http://api.example', 1],
    ],
    ['key', initiator, [...UNSET, ...around(KEY), 'undefined', 'sk_live_1', 'tk_only', 1]],
    ['timeoutMs', initiator, [null, 0, -1, 1.5, 2_147_483_648, Number.NaN, '10']],
    ['maxTries', initiator, [null, 0, Number.POSITIVE_INFINITY]],
    ['deadlineMs', initiator, [null, 0, 2 ** 53]],
    ['fetch', initiator, [null, {}]],
    ['machine', initiator, [null, {}, { sleep() {} }, { sleep() {}, clock: {}, random: {} }]],
    ['publicKeys', handler, [...UNSET, ...around(PUBLIC_KEY), 'whpk_', 'whsec_AAAA', [], {}, 1]],
    ['publicKeys[1]', handler, UNSET.map((unset) => [PUBLIC_KEY, unset])],
    ['publicKeys[1]', handler, [Object.assign(new Array(2), { 0: PUBLIC_KEY })]],
    ['publicKeys', handler, [{ get: 'no function' }]],
    ['merchantIds', handler, [undefined, null, '', [], [''], ['demo', undefined], 'demo']],
    ['lookUp', handler, [undefined, null, 'lookUp']],
    ['onError', handler, [null, 'onError']],
    ['clock', handler, [null, {}]],
    ['timeoutMs', handler, [null, 0, 2_147_483_648, Number.NaN]],
    [
      'baseUrl',
      keys,
      [...UNSET, ...around('https://api.example'), 'http://api.example', 'https://a:b@c.example'],
    ],
    ['fetch', keys, [null]],
  ])('is refused by its name when the kit is made: %s', (name, make, values) => {
    for (const value of values) {
      const option = name.replace(/\[\d\]$/, '');
      expect(() => make({ [option]: value })).toThrow(expect.objectContaining(named(name)));
    }
  });

  it.each<[string, readonly unknown[]]>([
    ['tableName', [...UNSET, ...around('tidings'), 1]],
    ['transactItems', [undefined, null, {}]],
    ['commitId', [null, '', 'short', 'with space']],
    ['feedLagSeconds', [null, 2, 301, '30', Number.NaN]],
    ['retentionDays', [null, 0, 3_651]],
    ['machine', [null, {}]],
  ])('is refused by its name before anything is written: %s', async (name, values) => {
    for (const value of values) {
      const call = () => commitWithOutcome(client, { ...commit, [name]: value } as never);
      expect(await thrownBy(call)).toMatchObject(named(name));
    }
  });

  it('is refused where all options are missing, and where a client or a handler is', async () => {
    const calls: readonly (() => unknown)[] = [
      () => createInitiator(undefined as never),
      () => createCheckBackHandler(undefined as never),
      () => publishedKeys(undefined as never),
      () => commitWithOutcome(client, undefined as never),
      () => commitWithOutcome(undefined as never, commit as never),
      () => toNodeHandler(undefined as never),
      () => toFetchHandler(undefined as never),
      () => toLambdaHandler({} as never),
    ];
    for (const call of calls) expect(await thrownBy(call)).toMatchObject({ code: 'invalid_option' });
  });

  it('is refused in the place of a mark', async () => {
    for (const tableName of UNSET) {
      expect(() => committedMark({ tableName, key: { id: '1' } } as never, end)).toThrow('tableName');
    }
    for (const key of [undefined, {}, { id: undefined }, { id: '' }, { mark: '1' }, { a: 1, b: 2, c: 3 }]) {
      const place = { tableName: 'marks', key } as never;
      expect(() => committedMark(place, end)).toThrow(expect.objectContaining(named('key')));
      expect(await thrownBy(() => endOrRollBack(client, place))).toMatchObject(named('key'));
    }
  });

  it('is named without its value: messages end in logs', async () => {
    for (const value of around(KEY)) {
      expect(String(await thrownBy(() => initiator({ key: value })))).not.toContain('secret');
    }
  });
});
