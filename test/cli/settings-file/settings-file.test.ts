import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { putEndpoint } from '../../../lib/api/endpoints/endpoints-contract.ts';
import { createMerchant } from '../../../lib/api/merchants/merchants-contract.ts';
import { readHeaderValues } from '../../../lib/cli/settings-file/header-values.ts';
import { openSecretsFile } from '../../../lib/cli/settings-file/secrets-file.ts';
import {
  ENDPOINT_FIELDS,
  MERCHANT_FIELDS,
  settingsIn,
} from '../../../lib/cli/settings-file/setting-fields.ts';
import {
  merchantsIn,
  settingsDocument,
  writeSettingsFile,
} from '../../../lib/cli/settings-file/settings-file.ts';

const endpoint = {
  endpointId: 'pay',
  url: 'https://shop.example/hook',
  types: ['*'],
  enabled: true,
  timeoutMs: 10_000,
  signature: 'v1',
};
const merchant = {
  merchantId: 'shop-7',
  name: 'Seven',
  schedule: [1, 2],
  timeZone: 'UTC',
  feedShards: 1,
  endpoints: [endpoint],
};
const document = (merchants: readonly unknown[]) => ({ format: 'tidings-settings/1', merchants });

function refusalOf(value: unknown): string {
  try {
    merchantsIn(value);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('It was accepted.');
}

describe('the file of an export', () => {
  it('holds everything that the API lets somebody set', () => {
    const names = (fields: readonly { readonly name: string }[]) => fields.map(({ name }) => name).sort();
    const { merchantId: _, ...merchantBody } = createMerchant.body().shape;
    expect(names(MERCHANT_FIELDS)).toEqual(Object.keys(merchantBody).sort());
    expect(names(ENDPOINT_FIELDS)).toEqual(Object.keys(putEndpoint.body().shape).sort());
  });

  it('is the same for the same settings, in any order in which a service lists them', () => {
    const [one, other] = merchantsIn(document([merchant, { ...merchant, merchantId: 'Shop-8' }]));
    if (one === undefined || other === undefined) throw new Error('Two are there.');
    const reversed = { ...one, settings: Object.fromEntries(Object.entries(one.settings).reverse()) };
    expect(JSON.stringify(settingsDocument([reversed, other]))).toBe(
      JSON.stringify(settingsDocument([other, one])),
    );
  });

  it('has the names of headers and not their values, nor state', () => {
    const answer = {
      ...endpoint,
      headers: [
        { name: 'x-b', setAt: '2026-11-20T08:00:00Z' },
        { name: 'authorization', setAt: 'then' },
      ],
      health: { state: 'failing' },
      inForceFrom: '2026-11-20T08:00:00Z',
      publicKey: 'whpk_…',
    };
    const { endpointId: _, ...settings } = endpoint;
    expect(settingsIn(answer, ENDPOINT_FIELDS)).toEqual({ ...settings, headers: ['authorization', 'x-b'] });
  });

  it.each([
    ['no object', []],
    ['another format', { format: 'tidings-settings/2', merchants: [] }],
    ['a field that nobody knows', { ...document([]), merchant: [] }],
  ])('is refused if it is %s', (_, value) => {
    expect(refusalOf(value)).toMatch(/format|no file of|no setting/);
  });

  it.each([
    [
      'a setting that is misspelt',
      { ...endpoint, timeout: 5 },
      'merchants[0].endpoints[0].timeout is no setting.',
    ],
    ['a setting that is missing', { ...endpoint, types: undefined }, 'endpoints[0].types must be a list'],
    [
      'a setting of another form',
      { ...endpoint, timeoutMs: '5' },
      'endpoints[0].timeoutMs must be a number.',
    ],
    [
      'an id that is none',
      { ...endpoint, endpointId: '../keys' },
      "endpoints[0].endpointId must be an endpoint's id",
    ],
  ])('is refused with its place if it has %s', (_, wrong, message) => {
    expect(refusalOf(document([{ ...merchant, endpoints: [wrong] }]))).toContain(message);
  });

  it('is refused if it names something twice', () => {
    expect(refusalOf(document([merchant, merchant]))).toContain('shop-7 is in the file twice');
    expect(refusalOf(document([{ ...merchant, endpoints: [endpoint, endpoint] }]))).toContain(
      'pay is in the file',
    );
  });

  it('is replaced as a whole, and stays as it was if it cannot be written', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'tidings-export-')), 'settings.json');
    writeSettingsFile(file, 'old');
    writeSettingsFile(file, 'new');
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(() => writeSettingsFile('/nowhere/settings.json', 'new')).toThrow('cannot be written');
  });
});

describe('new secrets', () => {
  it('are added to a file that only its owner may read, also if others could read it before', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'tidings-secrets-')), 'secrets.ndjson');
    writeFileSync(file, '{}\n', { mode: 0o644 });
    const secrets = openSecretsFile(file);
    secrets.add({ secret: 'whsec_1' });
    secrets.close();
    expect(readFileSync(file, 'utf8')).toBe('{}\n{"secret":"whsec_1"}\n');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('need a file that can be written before anything is made', () => {
    expect(() => openSecretsFile('/nowhere/secrets')).toThrow('cannot be written');
  });
});

it('finds the value of a header by merchant, endpoint and name in any case', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'tidings-headers-')), 'headers.json');
  writeFileSync(file, '\ufeff{"shop-7": {"pay": {"Authorization": "Bearer x"}}}');
  expect(readHeaderValues(file).of('shop-7', 'pay', 'authorization')).toBe('Bearer x');
  expect(readHeaderValues(file).of('shop-7', 'other', 'authorization')).toBeUndefined();
  writeFileSync(file, '{"shop-7": {"authorization": "Bearer x"}}');
  expect(() => readHeaderValues(file)).toThrow('another form');
});
