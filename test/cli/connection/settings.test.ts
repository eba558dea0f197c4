import { mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Keyring } from '../../../lib/cli/connection/keyring.ts';
import { profilesFile, readProfiles, writeProfiles } from '../../../lib/cli/connection/profiles.ts';
import { addressOf, connectionOf, type Wanted } from '../../../lib/cli/connection/settings.ts';

const KEY = 'tk_k1_secretsecretsecret';
const NO_KEYRING: Keyring = { read: async () => undefined, store: async () => false };
let folder: string;
let env: Record<string, string>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidings-cli-'));
  env = { TIDINGS_CONFIG_DIR: folder };
});

function connect(wanted: Partial<Wanted> = {}, keyring = NO_KEYRING) {
  const all = { api: undefined, profile: undefined, merchantId: undefined, dataDir: join(folder, 'data') };
  return connectionOf({ ...all, ...wanted }, { env, keyring });
}

function profile(name: string, details: object, current = name) {
  const { profiles } = readProfiles(env);
  writeProfiles(env, {
    profiles: { ...profiles, [name]: { api: 'https://a.example', ...details } },
    current,
  });
}

describe('the service of a command', () => {
  it('is what the environment names, before any profile', async () => {
    profile('live', { key: 'tk_other_secretsecretsecret' });
    Object.assign(env, { TIDINGS_API: 'https://b.example/v/', TIDINGS_KEY: KEY });
    expect(await connect()).toMatchObject({ api: 'https://b.example/v', key: KEY });
  });

  it('is the profile that was made last, or the one that is named', async () => {
    profile('live', { key: KEY, merchantId: 'shop' });
    profile('test', { api: 'https://t.example', key: KEY });
    expect(await connect()).toMatchObject({ api: 'https://t.example', from: 'profile test' });
    expect(await connect({ profile: 'live' })).toMatchObject({
      api: 'https://a.example',
      merchantId: 'shop',
    });
    env.TIDINGS_PROFILE = 'live';
    expect(await connect()).toMatchObject({ from: 'profile live' });
  });

  it('is the service on this machine without any setting', async () => {
    const content = {
      api: 'http://127.0.0.1:4510',
      adminKey: KEY,
      initiatorKey: 'tk_i',
      merchants: [{ merchantId: 'demo', merchantSecret: 'whsec_x', receiverKey: 'tk_r' }],
    };
    writeFileSync(join(folder, 'credentials.json'), JSON.stringify(content));
    expect(await connect({ dataDir: folder })).toEqual({
      api: 'http://127.0.0.1:4510',
      key: KEY,
      merchantId: 'demo',
      isMerchantDefault: true,
      secret: 'whsec_x',
      from: folder,
      others: { initiator: 'tk_i', receiver: 'tk_r' },
    });
  });

  it('has a default merchant, unless the command line names one', async () => {
    profile('live', { key: KEY, merchantId: 'shop' });
    expect(await connect()).toMatchObject({ merchantId: 'shop', isMerchantDefault: true });
    expect(await connect({ merchantId: 'fast' })).toMatchObject({
      merchantId: 'fast',
      isMerchantDefault: false,
    });
  });

  it('does not take the secret of its merchant for that of another one', async () => {
    profile('live', { key: KEY, merchantId: 'shop', secret: 'whsec_shop' });
    expect(await connect({ merchantId: 'shop' })).toMatchObject({ secret: 'whsec_shop' });
    expect(await connect({ merchantId: 'fast' })).not.toHaveProperty('secret');
  });

  it('has its key in the keyring if the profile has none', async () => {
    profile('live', {});
    const keyring = { ...NO_KEYRING, read: async (name: string) => (name === 'live' ? KEY : undefined) };
    expect(await connect({}, keyring)).toMatchObject({ key: KEY });
    await expect(connect()).rejects.toThrow(/not in the keyring any more/);
  });
});

describe('a key', () => {
  it('of a profile goes to no other address', async () => {
    profile('live', { key: KEY });
    await expect(connect({ api: 'https://evil.example' })).rejects.toMatchObject({ status: 2 });
    expect(await connect({ api: 'https://a.example/' })).toMatchObject({ key: KEY });
  });

  it('of the environment goes to the address of a profile', async () => {
    profile('live', { key: 'tk_other_secretsecretsecret' });
    env.TIDINGS_KEY = KEY;
    expect(await connect()).toMatchObject({ api: 'https://a.example', key: KEY });
  });
});

describe('a service that the command line names', () => {
  beforeEach(() => {
    profile('live', { key: 'tk_live_secretsecretsecret' });
    profile('test', { api: 'https://t.example', key: 'tk_test_secretsecretsecret' });
    Object.assign(env, { TIDINGS_API: 'https://b.example', TIDINGS_KEY: KEY });
  });

  it('as a profile has its own address and key, and nothing of the environment', async () => {
    const live = { api: 'https://a.example', key: 'tk_live_secretsecretsecret' };
    expect(await connect({ profile: 'live' })).toMatchObject(live);
    delete env.TIDINGS_API;
    expect(await connect({ profile: 'live' })).toMatchObject(live);
    await expect(connect({ profile: 'live', api: 'https://b.example' })).rejects.toThrow(/is not sent to/);
  });

  it('as an address does not get a key that the environment has for another one', async () => {
    await expect(connect({ api: 'https://a.example' })).rejects.toThrow(/is not sent to/);
    expect(await connect({ api: 'https://b.example/' })).toMatchObject({ key: KEY });
    delete env.TIDINGS_API;
    expect(await connect({ api: 'https://a.example' })).toMatchObject({ api: 'https://a.example', key: KEY });
  });
});

describe('without a usable setting', () => {
  it('says how to name a service', async () => {
    await expect(connect()).rejects.toMatchObject({
      status: 2,
      hint: expect.stringContaining('tidings init'),
    });
  });

  it('lists the profiles that there are', async () => {
    profile('live', { key: KEY });
    await expect(connect({ profile: 'lvie' })).rejects.toMatchObject({
      hint: expect.stringContaining('live'),
    });
  });

  it.each(['{', '[]', '{"profiles":{"a":{}}}'])('refuses a file of profiles with %s', async (text) => {
    writeFileSync(profilesFile(env), text);
    await expect(connect()).rejects.toThrow(/cannot be read/);
  });

  it.each(['', 'a.example', 'ftp://a.example', 'https://user:pw@a.example'])(
    'refuses the address %j',
    (text) => {
      expect(() => addressOf(text)).toThrow(/is not the address of an API/);
    },
  );
});

it('keeps profiles in a file that only its owner may read', () => {
  profile('live', { key: KEY });
  expect(statSync(profilesFile(env)).mode & 0o777).toBe(0o600);
});

describe('a key over http', () => {
  it.each(['http://localhost:4510', 'http://127.3.2.1', 'http://[::1]:4510', 'https://a.example'])(
    'goes to %s',
    async (api) => {
      Object.assign(env, { TIDINGS_API: api, TIDINGS_KEY: KEY });
      expect(await connect()).toMatchObject({ key: KEY });
    },
  );

  it.each(['http://a.example', 'http://10.0.0.7:4510', 'http://localhost.a.example', 'http://0.0.0.0'])(
    'does not go to %s, unless that is allowed',
    async (api) => {
      Object.assign(env, { TIDINGS_API: api, TIDINGS_KEY: KEY });
      await expect(connect()).rejects.toMatchObject({
        status: 2,
        message: expect.stringContaining('not encrypted'),
      });
      expect(await connect({ isHttpAllowed: true })).toMatchObject({ api });
    },
  );

  it('goes where a profile allows it, and to no other address', async () => {
    profile('lab', { api: 'http://lab.example', key: KEY, isHttpAllowed: true });
    expect(await connect()).toMatchObject({ api: 'http://lab.example' });
    profile('old', { api: 'http://old.example', key: KEY });
    await expect(connect()).rejects.toMatchObject({ status: 2 });
    env.TIDINGS_KEY = KEY;
    await expect(connect({ profile: undefined, api: 'http://other.example' })).rejects.toMatchObject({
      status: 2,
    });
  });
});
