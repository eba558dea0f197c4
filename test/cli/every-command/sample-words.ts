import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Each command with words that make it ask the service. A test fails if a command of the tree is missing. */

export const FOLDER = mkdtempSync(join(tmpdir(), 'tidings-every-command-'));
const file = (name: string, text: string) => {
  writeFileSync(join(FOLDER, name), text);
  return join(FOLDER, name);
};
const LEDGER = file(
  'ledger.csv',
  'transactionId,version,status,amount,currency,listedAt\r\npay_1,1,SUCCEEDED,5,EUR,2026-11-20T08:00:00.000Z\r\n',
);
const SETTINGS = file('settings.json', '{"format": "tidings-settings/1", "merchants": []}');
const OUTCOME = '--status SUCCEEDED --amount 5 --currency EUR --occurred 2026-11-20T08:00:00Z';

/** Commands that ask the service. */
export const ASKING: Readonly<Record<string, string>> = {
  init: '--profile sample --no-keyring',
  whoami: '',
  status: '',
  try: '',
  record: `pay_1 ${OUTCOME}`,
  get: 'pay_1',
  ask: 'pay_1',
  deliveries: '',
  tail: '--once',
  undelivered: '',
  redeliver: 'pay_1.1.ep_1',
  ack: 'pay_1',
  replay: '--from 6h',
  'jobs list': '',
  'jobs get': '01JD2ZK7Q8W9X0Y1Z',
  'jobs cancel': '01JD2ZK7Q8W9X0Y1Z --yes',
  unresolved: '',
  resolve: 'pay_1 --status FAILED --occurred 2026-11-20T08:00:00Z --yes',
  'merchants list': '',
  'merchants get': '',
  'merchants create': 'shop --name Shop',
  'merchants change': '--name Shop',
  'merchants rotate': '--yes',
  'merchants erase': 'shop --yes',
  'merchants erasure': 'shop',
  'endpoints list': '',
  'endpoints get': 'ep_1',
  'endpoints create': 'https://shop.example/hook',
  'endpoints change': 'ep_1 --timeout 5000',
  'endpoints enable': 'ep_1',
  'endpoints disable': 'ep_1 --yes',
  'endpoints rotate': 'ep_1 --yes',
  'endpoints test': 'ep_1',
  'endpoints delete': 'ep_1 --yes',
  'keys list': '',
  'keys create': 'receiver',
  'keys revoke': 'abc123 --yes',
  portal: '',
  export: '',
  import: `${SETTINGS} --dry-run`,
  reconcile: `--ledger ${LEDGER}`,
  statement: '2026-11-20 --json',
  alerts: '',
  'audit-log': '',
  'dead-letters list': '',
  'dead-letters put-back': '--yes',
  'parked list': '',
  'parked put-back': '--all --yes',
  listen: '--forward-to http://127.0.0.1:9/hook --once',
};

/** Commands that ask no service. */
export const OFFLINE: readonly string[] = ['trigger', 'doctor', 'verify', 'sign', 'completion'];

export function wordsOf(command: string): readonly string[] {
  return `${command} ${ASKING[command] ?? ''}`.split(' ').filter((word) => word !== '');
}

/** Surroundings with a key of this name, and no profile of anybody. */
export function envOf(api: string, name: string): Readonly<Record<string, string>> {
  return {
    TIDINGS_API: api,
    TIDINGS_KEY: `tk_${name}_secretsecretsecret`,
    TIDINGS_SECRET: `whsec_${Buffer.alloc(32, 5).toString('base64')}`,
    TIDINGS_CONFIG_DIR: join(FOLDER, `config-${name}`),
  };
}
