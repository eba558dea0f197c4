import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isLoopbackHost } from '../../protocol/content/callback-url.ts';
import { isObject } from '../../protocol/json/json-values.ts';
import { usageFailure } from '../command-line/exit-status.ts';
import { jsonFileOf } from '../command-line/json-file.ts';
import type { Keyring } from './keyring.ts';
import { type Profile, readProfiles } from './profiles.ts';

/** Which service a command talks to, with which key. */
export interface Connection {
  /** Base URL of the API, without a trailing slash. */
  readonly api: string;
  readonly key: string;
  /** The merchant's own secret, to verify signed answers. */
  readonly secret?: string;
  /** The merchant that commands are about if their key is for all merchants. */
  readonly merchantId?: string;
  /** Nobody named the merchant for this command: it is that of the profile, or the demo's. */
  readonly isMerchantDefault?: boolean;
  /** Where the address came from, for `whoami` and failures. */
  readonly from: string;
  /** Keys of other scopes, for what the main key may not do. Only the service on this machine has them in one place. */
  readonly others?: OtherKeys;
}

export type OtherScope = 'initiator' | 'receiver';
type OtherKeys = Readonly<Partial<Record<OtherScope, string>>>;

/** What the command line says about the connection. */
export interface Wanted {
  readonly api: string | undefined;
  readonly profile: string | undefined;
  readonly merchantId: string | undefined;
  /** Data directory of the service that runs on this machine. */
  readonly dataDir: string;
  /** The key may go unencrypted to another machine. */
  readonly isHttpAllowed?: boolean;
}

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly keyring: Keyring;
}

/**
 * In this order: the command line, the environment, a profile, the service that runs on this machine. A profile that the
 * command line names is used as it is and not mixed with the environment. A profile's key goes to no other address than the
 * profile's own, and `TIDINGS_KEY` to no other one than `TIDINGS_API`, if that is set.
 *
 * @throws CommandFailure that says how to name a service
 */
export async function connectionOf(wanted: Wanted, around: Surroundings): Promise<Connection> {
  const { isHttpAllowed = false, ...connection } = await namedConnection(wanted, around);
  refuseOpenHttp(connection.api, isHttpAllowed || wanted.isHttpAllowed === true);
  return connection;
}

/** With what its profile allows. */
interface NamedConnection extends Connection {
  readonly isHttpAllowed?: boolean;
}

async function namedConnection(wanted: Wanted, around: Surroundings): Promise<NamedConnection> {
  const { env } = around;
  const onCommandLine = settingOf(wanted.profile);
  const named = onCommandLine ?? settingOf(env.TIDINGS_PROFILE);
  const { TIDINGS_API, TIDINGS_KEY }: Surroundings['env'] = onCommandLine === undefined ? env : {};
  const address = settingOf(wanted.api) ?? settingOf(TIDINGS_API);
  const key = address === undefined ? settingOf(TIDINGS_KEY) : keyFor(address, { TIDINGS_API, TIDINGS_KEY });
  const secret = settingOf(env.TIDINGS_SECRET);
  const given = { ...(secret !== undefined && { secret }), ...merchantOf(wanted) };
  if (address !== undefined && key !== undefined) {
    return { api: addressOf(address), key, from: 'TIDINGS_API and TIDINGS_KEY', ...given };
  }
  const found: NamedConnection | undefined =
    (await profileConnection(named, around)) ?? localConnection(wanted.dataDir);
  if (found === undefined) throw nothingKnown(address !== undefined);
  const api = address === undefined ? found.api : addressOf(address);
  if (api !== found.api && key === undefined) {
    throw usageFailure(
      `The key of ${found.from} is for ${found.api}, and is not sent to ${api}.`,
      'Set TIDINGS_KEY to a key of that service, or add a profile for it: tidings init.',
    );
  }
  // A key that was given is used for everything. What a profile allows, it allows for its own address.
  const isHttpAllowed = api === found.api && found.isHttpAllowed === true;
  const { secret: ownSecret, ...rest } = found;
  const { merchantId: known } = found;
  const isOther = known !== undefined && wanted.merchantId !== undefined && wanted.merchantId !== known;
  return {
    ...rest,
    // The secret is the merchant's own, and verifies nothing of another one.
    ...(ownSecret !== undefined && !isOther && { secret: ownSecret }),
    api,
    isHttpAllowed,
    ...(key !== undefined && { key, others: {} }),
    ...given,
  };
}

/**
 * The key of the environment, for this address.
 *
 * @throws CommandFailure if the environment names another address for it
 */
export function keyFor(
  address: string,
  { TIDINGS_API, TIDINGS_KEY }: Surroundings['env'],
): string | undefined {
  const [own, key] = [settingOf(TIDINGS_API), settingOf(TIDINGS_KEY)];
  if (own === undefined || key === undefined || addressOf(own) === addressOf(address)) return key;
  throw usageFailure(
    `TIDINGS_KEY is for TIDINGS_API, which is ${own}, and is not sent to ${address}.`,
    'Set both for the other service, or add a profile for it: tidings init.',
  );
}

function settingOf(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text.trim();
}

function merchantOf({ merchantId }: Wanted): Pick<Connection, 'merchantId' | 'isMerchantDefault'> {
  return merchantId === undefined ? {} : { merchantId, isMerchantDefault: false };
}

/** @throws CommandFailure if it is no HTTP address */
export function addressOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.username !== '') {
    throw usageFailure(
      `${text} is not the address of an API.`,
      'It looks like https://abc123.execute-api.eu-central-1.amazonaws.com or http://127.0.0.1:4510.',
    );
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/**
 * Anybody on the way reads a key that is sent by http, and may then do what it may do.
 *
 * @throws CommandFailure unless the address is of this machine, encrypted, or allowed
 */
export function refuseOpenHttp(api: string, isAllowed: boolean): void {
  const { protocol, hostname } = new URL(api);
  if (isAllowed || protocol === 'https:' || isLoopbackHost(hostname)) return;
  throw usageFailure(
    `${api} is not encrypted, so anybody on the way could read the key.`,
    'Use https. If the network is yours alone, pass --allow-http; with tidings init, the profile remembers it.',
  );
}

async function profileConnection(
  named: string | undefined,
  { env, keyring }: Surroundings,
): Promise<NamedConnection | undefined> {
  const { profiles, current } = readProfiles(env);
  const name = named ?? current;
  if (name === undefined) return undefined;
  const profile = profiles[name];
  if (profile === undefined) {
    const known = Object.keys(profiles);
    const hint = known.length === 0 ? 'There is none yet.' : `There are: ${known.join(', ')}.`;
    throw usageFailure(`There is no profile ${name}.`, `${hint} tidings init makes one.`);
  }
  const key = await keyOf(name, profile, keyring);
  const { api, merchantId, secret, isHttpAllowed } = profile;
  return {
    api,
    ...(isHttpAllowed === true && { isHttpAllowed }),
    key,
    from: `profile ${name}`,
    ...(merchantId !== undefined && { merchantId, isMerchantDefault: true }),
    ...(secret !== undefined && { secret }),
  };
}

async function keyOf(name: string, { key }: Profile, keyring: Keyring): Promise<string> {
  const found = key ?? (await keyring.read(name));
  if (found !== undefined) return found;
  throw usageFailure(
    `The key of profile ${name} is not in the keyring any more.`,
    `tidings init --profile ${name} stores it again.`,
  );
}

/** The service that `npm start` runs: its admin key, and the demo's merchant. */
function localConnection(dataDir: string): Connection | undefined {
  const file = join(dataDir, 'credentials.json');
  if (!existsSync(file)) return undefined;
  const content = jsonFileOf(file);
  if (!isObject(content) || typeof content.api !== 'string' || typeof content.adminKey !== 'string') {
    throw usageFailure(`${file} is not a file of npm start.`, 'Start the service again, or pass --data-dir.');
  }
  const merchants: unknown = content.merchants;
  const first: unknown = Array.isArray(merchants) ? merchants[0] : undefined;
  const merchant = isObject(first) ? first : {};
  return {
    api: content.api,
    key: content.adminKey,
    from: dataDir,
    ...(typeof merchant.merchantId === 'string' && {
      merchantId: merchant.merchantId,
      isMerchantDefault: true,
    }),
    ...(typeof merchant.merchantSecret === 'string' && { secret: merchant.merchantSecret }),
    others: {
      ...(typeof content.initiatorKey === 'string' && { initiator: content.initiatorKey }),
      ...(typeof merchant.receiverKey === 'string' && { receiver: merchant.receiverKey }),
    },
  };
}

function nothingKnown(hasAddress: boolean): Error {
  return hasAddress
    ? usageFailure(
        'There is an address, but no key.',
        'Set TIDINGS_KEY=tk_…, or make a profile: tidings init.',
      )
    : usageFailure(
        'No service is known.',
        'Start one with npm start, set TIDINGS_API and TIDINGS_KEY, or make a profile: tidings init.',
      );
}
