import { type Api, expectStatus } from '../api-client.ts';
import type { MerchantCredentials } from '../credentials.ts';
import { isSignedWith } from './merchant.ts';

/** The settings that the demo needs its merchant to have. */
export interface DemoSettings {
  readonly merchantId: string;
  readonly schedule: readonly number[];
  /** URL of the demo's receiver, which is already listening. */
  readonly url: string;
}

/** The endpoint settings that the demo restores. Users may have changed them since. */
const AS_MADE = {
  enabled: true,
  types: ['*'],
  timeoutMs: 10_000,
  schedule: null,
  expectBody: null,
  headers: null,
  ratePerSecond: null,
  signature: 'v1',
};

/**
 * Repairs the demo's merchant of an earlier run. Users may have changed anything that the API allows. Restores the
 * settings that the demo needs, and re-creates what was deleted and secrets that are no longer known.
 */
export async function repairMerchant(
  api: Api,
  adminKey: string,
  { demo, stored }: { readonly demo: DemoSettings; readonly stored: MerchantCredentials },
): Promise<MerchantCredentials> {
  const path = `/v1/merchants/${demo.merchantId}`;
  expectStatus(await api(adminKey, `PATCH ${path}`, { schedule: demo.schedule }), 200);
  const receiverKey = await repairReceiverKey(api, adminKey, { path, receiverKey: stored.receiverKey });
  const merchantSecret = await repairMerchantSecret(api, adminKey, {
    path,
    stored: { ...stored, receiverKey },
  });
  const endpoint = await repairEndpoint(api, adminKey, { path, demo, stored });
  return { ...stored, ...endpoint, receiverKey, merchantSecret };
}

async function repairReceiverKey(
  api: Api,
  adminKey: string,
  { path, receiverKey }: { readonly path: string; readonly receiverKey: string },
): Promise<string> {
  const answer = await api(receiverKey, 'GET /v1/transactions/nothing');
  if (answer.status !== 401) return receiverKey;
  return expectStatus(await api(adminKey, `POST ${path}/keys`, { scope: 'receiver' }), 201).json.key;
}

async function repairMerchantSecret(
  api: Api,
  adminKey: string,
  { path, stored }: { readonly path: string; readonly stored: MerchantCredentials },
): Promise<string> {
  const answer = await api(stored.receiverKey, 'GET /v1/transactions/nothing');
  if (isSignedWith(answer, stored.merchantSecret)) return stored.merchantSecret;
  return expectStatus(await api(adminKey, `POST ${path}/secrets`, { overlapSeconds: 0 }), 201).json.secret;
}

interface StoredEndpoint {
  readonly path: string;
  readonly demo: DemoSettings;
  readonly stored: MerchantCredentials;
}

async function repairEndpoint(
  api: Api,
  adminKey: string,
  options: StoredEndpoint,
): Promise<Pick<MerchantCredentials, 'endpointId' | 'endpointSecret'>> {
  const { path, demo, stored } = options;
  const { endpointId, endpointSecret } = stored;
  const settings = { ...AS_MADE, url: demo.url };
  const one = `${path}/endpoints/${endpointId}`;
  const changed = expectStatus(await api(adminKey, `PATCH ${one}`, settings), 200, 404);
  if (changed.status === 404) {
    const made = expectStatus(await api(adminKey, `POST ${path}/endpoints`, { url: demo.url }), 201).json;
    return { endpointId: made.endpointId, endpointSecret: made.secret };
  }
  // Tests that the receiver accepts what the known secret signs. 429 means that a test ran a moment ago; that is
  // accepted too.
  const tested = expectStatus(await api(adminKey, `POST ${one}/test`), 200, 429);
  if (tested.status === 429 || tested.json.error === undefined) return { endpointId, endpointSecret };
  const rotated = expectStatus(await api(adminKey, `POST ${one}/secrets`, { overlapSeconds: 0 }), 201).json;
  return { endpointId, endpointSecret: rotated.secret };
}
