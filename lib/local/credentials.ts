import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Api, createApi, expectStatus } from './api-client.ts';

/** What a person or a script needs to use the local service; kept in `credentials.json` of the data directory. */
export interface Credentials {
  readonly api: string;
  readonly adminKey: string;
  readonly initiatorKey: string;
  readonly merchants: readonly MerchantCredentials[];
}

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

export function readCredentials(dataDir: string): Credentials | undefined {
  const file = credentialsFile(dataDir);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Credentials) : undefined;
}

/**
 * Makes what is missing and writes the file. Secrets are shown by the API only once, so what an earlier run
 * wrote is kept.
 *
 * @param demo the demo's merchant and the URL of its receiver; undefined leaves `merchants` as it is
 */
export async function provideCredentials(options: {
  readonly dataDir: string;
  readonly apiUrl: string;
  readonly adminKey: string;
  readonly demo?: { readonly merchantId: string; readonly schedule: readonly number[]; readonly url: string };
}): Promise<Credentials> {
  const { dataDir, apiUrl, adminKey, demo } = options;
  const api = createApi(apiUrl);
  const known = readCredentials(dataDir);
  const initiatorKey = known?.initiatorKey ?? (await createInitiatorKey(api, adminKey));
  let credentials: Credentials = { api: apiUrl, adminKey, initiatorKey, merchants: known?.merchants ?? [] };
  save(dataDir, credentials);
  const standing = credentials.merchants.find(({ merchantId }) => merchantId === demo?.merchantId);
  if (demo !== undefined && standing !== undefined) {
    // The receiver may listen on another port than in the run before.
    const path = `/v1/merchants/${demo.merchantId}/endpoints/${standing.endpointId}`;
    const answer = await api(adminKey, `PATCH ${path}`, { url: demo.url, enabled: true });
    if (answer.status !== 200) {
      throw new Error("The demo's endpoint is not there any more. Start again with npm start -- --fresh.");
    }
  }
  if (demo !== undefined && standing === undefined) {
    const merchant = await createMerchant(api, adminKey, demo);
    credentials = { ...credentials, merchants: [...credentials.merchants, merchant] };
    save(dataDir, credentials);
  }
  return credentials;
}

async function createInitiatorKey(api: Api, adminKey: string): Promise<string> {
  return expectStatus(await api(adminKey, 'POST /v1/keys', { scope: 'initiator' }), 201).json.key;
}

/** The name carries no promise: where a killed run left a merchant whose secret nobody has, the secret is rotated. */
async function createMerchant(
  api: Api,
  adminKey: string,
  demo: { readonly merchantId: string; readonly schedule: readonly number[]; readonly url: string },
): Promise<MerchantCredentials> {
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

/** Whole or not at all, and for this user's eyes only. */
function save(dataDir: string, credentials: Credentials): void {
  const file = credentialsFile(dataDir);
  writeFileSync(`${file}.new`, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
