import { join } from 'node:path';
import { type Api, createApi, expectStatus } from './api-client.ts';
import { type DemoSettings, repairMerchant } from './demo/former-run.ts';
import { readJsonFile, writeWholeFile } from './storage/whole-file.ts';

/** Everything a person or a script needs to use the local service; stored as `credentials.json` in the data directory. */
export interface Credentials {
  readonly api: string;
  readonly adminKey: string;
  readonly initiatorKey: string;
  readonly merchants: readonly MerchantCredentials[];
}

/** Identifiers and secrets of one merchant, for its receiver. */
export interface MerchantCredentials {
  readonly merchantId: string;
  readonly merchantSecret: string;
  readonly receiverKey: string;
  readonly endpointId: string;
  readonly endpointSecret: string;
}

function credentialsFile(dataDir: string): string {
  return join(dataDir, 'credentials.json');
}

/** Reads the credentials of a data directory; `undefined` if no service has written them yet. */
export function readCredentials(dataDir: string): Credentials | undefined {
  return readJsonFile<Credentials>(credentialsFile(dataDir));
}

export interface CredentialOptions {
  readonly dataDir: string;
  readonly apiUrl: string;
  readonly adminKey: string;
  readonly demo?: DemoSettings;
}

/**
 * Creates the missing credentials and writes the file. The API shows a secret only once, so valid secrets of an
 * earlier run are kept. Secrets that are no longer valid are replaced.
 *
 * @param demo the demo's merchant and the URL of its receiver; `undefined` leaves `merchants` unchanged
 */
export async function provideCredentials(options: CredentialOptions): Promise<Credentials> {
  const { dataDir, apiUrl, adminKey, demo } = options;
  const api = createApi(apiUrl);
  const known = readCredentials(dataDir);
  const initiatorKey = await provideInitiatorKey(api, adminKey, known?.initiatorKey);
  let credentials: Credentials = { api: apiUrl, adminKey, initiatorKey, merchants: known?.merchants ?? [] };
  save(dataDir, credentials);
  if (demo === undefined) return credentials;
  const stored = credentials.merchants.find(({ merchantId }) => merchantId === demo.merchantId);
  const merchant =
    stored === undefined
      ? await createMerchant(api, adminKey, demo)
      : await repairMerchant(api, adminKey, { demo, stored });
  const others = credentials.merchants.filter((one) => one !== stored);
  credentials = { ...credentials, merchants: [merchant, ...others] };
  save(dataDir, credentials);
  return credentials;
}

/** Keeps the key of the previous run unless it was revoked. */
async function provideInitiatorKey(api: Api, adminKey: string, known: string | undefined): Promise<string> {
  const nothing = 'GET /v1/merchants/nobody/transactions/nothing';
  if (known !== undefined && (await api(known, nothing)).status !== 401) return known;
  return expectStatus(await api(adminKey, 'POST /v1/keys', { scope: 'initiator' }), 201).json.key;
}

/** Creates the demo's merchant. If a killed run left a merchant whose secret is unknown, the secret is rotated. */
async function createMerchant(api: Api, adminKey: string, demo: DemoSettings): Promise<MerchantCredentials> {
  const { merchantId, schedule, url } = demo;
  const path = `/v1/merchants/${merchantId}`;
  const created = expectStatus(
    await api(adminKey, 'POST /v1/merchants', { merchantId, name: 'Demo shop', schedule }),
    201,
    200,
  ).json;
  const rotate = () => api(adminKey, `POST ${path}/secrets`, { overlapSeconds: 0 });
  const merchantSecret = created.secret ?? expectStatus(await rotate(), 201).json.secret;
  const endpoint = expectStatus(await api(adminKey, `POST ${path}/endpoints`, { url }), 201).json;
  const key = expectStatus(await api(adminKey, `POST ${path}/keys`, { scope: 'receiver' }), 201).json;
  return {
    merchantId,
    merchantSecret,
    receiverKey: key.key,
    endpointId: endpoint.endpointId,
    endpointSecret: endpoint.secret,
  };
}

/** Writes the file atomically, readable by its owner only. */
function save(dataDir: string, credentials: Credentials): void {
  const file = credentialsFile(dataDir);
  writeWholeFile(file, `${JSON.stringify(credentials, null, 2)}\n`);
}
