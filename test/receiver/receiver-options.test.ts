import { DatabaseSync } from 'node:sqlite';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocument, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import {
  createAnswerVerifier,
  createReceiver,
  createVerifier,
  toFetchHandler,
  toLambdaHandler,
  toNodeHandler,
} from '../../lib/receiver/index.ts';
import { dynamodbStore } from '../../lib/receiver/stores/dynamodb.ts';
import { memoryStore } from '../../lib/receiver/stores/memory.ts';
import { sqliteStore } from '../../lib/receiver/stores/sqlite.ts';
import { newSecret } from '../../lib/receiver/testing/index.ts';

/** What an environment variable gives that is not set, or was set with too much around it. */
const UNSET = [undefined, null, '', '  ', '\n'] as const;
const around = (good: string) => [`"${good}"`, `'${good}'`, `${good}\n`, ` ${good}`];

const SECRET = newSecret();
const service = { url: 'https://tidings.example', key: 'tk_a_b', merchantSecrets: SECRET };
const good = { merchantId: 'demo', secrets: SECRET, store: memoryStore(), onOutcome: () => undefined };
const document = DynamoDBDocument.from(new DynamoDBClient());

type Make = (changes: object) => unknown;
const receiver: Make = (changes) => createReceiver({ ...good, ...changes } as never);
const asking: Make = (changes) => receiver({ service: { ...service, ...changes } });
const verifier: Make = (changes) => createVerifier({ secrets: SECRET, ...changes } as never);
const answers: Make = (changes) =>
  createAnswerVerifier({ merchantSecrets: SECRET, merchantId: 'demo', ...changes } as never);
const table: Make = (changes) => dynamodbStore({ client: document, tableName: 't', ...changes } as never);

const badSecrets = [
  ...UNSET,
  ...around(SECRET),
  'undefined',
  'secret',
  'whsec_',
  SECRET.slice(0, 20),
  [],
  {},
  1,
];
const inLists = UNSET.map((unset) => [SECRET, unset]);

describe('an option that is not set', () => {
  it.each<[string, Make, readonly unknown[], string?]>([
    ['merchantId', receiver, [...UNSET, ...around('demo'), 'not a merchant', 1]],
    ['secrets', receiver, badSecrets, 'malformed_secret'],
    ['secrets[1]', receiver, inLists, 'malformed_secret'],
    ['secrets[1]', receiver, [Object.assign(new Array(2), { 0: SECRET })], 'malformed_secret'],
    ['secrets', verifier, badSecrets, 'malformed_secret'],
    ['toleranceSeconds', verifier, [null, 0, -1, Number.NaN, '300']],
    ['now', verifier, [null, Date.now()]],
    ['store', receiver, [undefined, null, {}, 'memory', { ...memoryStore(), find: undefined }]],
    ['onOutcome', receiver, [undefined, null, {}]],
    ['onConflict', receiver, [null, {}]],
    ['onEvent', receiver, [null, {}]],
    ['answerBody', receiver, [null, '', ' ', '"success"', 1]],
    ['service', receiver, [null, 'https://tidings.example']],
    [
      'service.url',
      asking,
      [...UNSET, ...around(service.url), 'tidings.example', 'http://tidings.example', 1],
    ],
    ['service.url', asking, ['https://a:b@tidings.example', 'https://tidings.example/?a=b']],
    [
      'service.key',
      asking,
      [...UNSET, ...around('tk_a_b'), 'undefined', 'sk_live_1', 'tk_shop', 'tk_a.b_c', 1],
    ],
    ['merchantSecrets', asking, badSecrets, 'malformed_secret'],
    ['merchantSecrets[1]', asking, inLists, 'malformed_secret'],
    ['service.timeoutMs', asking, [null, 0, 2_147_483_648, Number.NaN, '10']],
    ['service.tries', asking, [null, 0, 1.5]],
    ['service.maxAgeSeconds', asking, [null, 0]],
    ['service.fetch', asking, [null, {}]],
    ['service.pauses', asking, [null, {}]],
    ['service.since', asking, [null, '', ' ', 1]],
    ['service.types', asking, [null, 'payment.*', {}]],
    ['service.endpointId', asking, [null, '', ...around('ep_1'), 'ep 1', 1]],
    ['service.types', asking, [[], [undefined], ['Payment'], new Array(1)], 'invalid_types'],
    ['merchantSecrets', answers, badSecrets, 'malformed_secret'],
    ['merchantId', answers, UNSET],
    ['maxAgeSeconds', answers, [null, 0, Number.NaN]],
    ['tableName', table, [...UNSET, ...around('t'), 1]],
    [
      'client',
      table,
      [undefined, null, {}, new DynamoDBClient(), DynamoDBDocumentClient.from(document as never)],
    ],
    ['pauses', table, [null, {}]],
  ])('is refused by its name when the kit is made: %s', (name, make, values, code = 'invalid_option') => {
    const option = name.replace(/^service\./, '').replace(/\[\d\]$/, '');
    const fault = {
      name: 'ReceiverFault',
      code,
      retryable: false,
      message: expect.stringContaining(name),
    };
    for (const value of values) {
      expect(() => make({ [option]: value })).toThrow(expect.objectContaining(fault));
    }
  });

  it('is refused where all options are missing, and where a database or a handler is', () => {
    const makes: readonly (() => unknown)[] = [
      () => createReceiver(undefined as never),
      () => createVerifier(undefined as never),
      () => createAnswerVerifier(undefined as never),
      () => dynamodbStore(undefined as never),
      () => sqliteStore(undefined as never),
      () => sqliteStore({} as never),
      () => toNodeHandler(undefined as never),
      () => toFetchHandler({} as never),
      () => toLambdaHandler(undefined as never),
      () => toNodeHandler(() => ({ status: 204 }), { maxBodyBytes: Number.NaN }),
      () => toNodeHandler(() => ({ status: 204 }), { onRefused: null as never }),
    ];
    for (const make of makes) expect(make).toThrow(expect.objectContaining({ code: 'invalid_option' }));
  });

  it('is refused before the feed is asked without a pause', async () => {
    const { follow } = createReceiver({ ...good, service });
    for (const everySeconds of [0, -1, 2_147_484, Number.NaN, Number.POSITIVE_INFINITY, '10' as never]) {
      await expect(follow({ everySeconds })).rejects.toMatchObject({ code: 'invalid_option' });
    }
  });

  it('is named without its value: messages end in logs', () => {
    const [, bytes = ''] = SECRET.split('_');
    for (const value of [...around(SECRET), bytes, SECRET.slice(0, 30)]) {
      for (const make of [receiver, verifier]) {
        expect(() => make({ secrets: value })).toThrow(expect.not.stringContaining(bytes.slice(0, 10)));
      }
    }
  });

  it('is not needed if the option may be left out', () => {
    expect(() => receiver({ service })).not.toThrow();
    expect(() => receiver({ service: { ...service, url: 'http://127.0.0.1:4510/' } })).not.toThrow();
    expect(() => sqliteStore(new DatabaseSync(':memory:'))).not.toThrow();
  });
});
