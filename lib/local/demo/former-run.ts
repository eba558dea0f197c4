import { type Api, expectStatus } from '../api-client.ts';
import type { MerchantCredentials } from '../credentials.ts';
import { isSignedWith } from './merchant.ts';

/** What the demo needs of its merchant. */
export interface DemoSettings {
  readonly merchantId: string;
  readonly schedule: readonly number[];
  /** Of its receiver, which listens already. */
  readonly url: string;
}

/** An endpoint as the demo makes it, whatever somebody tried with it since. */
const AS_MADE = {
  enabled: true,
  types: ['*'],
  timeoutMs: 10_000,
  schedule: null,
  expectBody: null,
  signature: 'v1',
};

/**
 * The demo's merchant of a former run, with which people may have done whatever the API lets them: set up as the demo
 * needs it, and what is gone or known to nobody any more made anew.
 */
export async function mendMerchant(
  api: Api,
  adminKey: string,
  { demo, standing }: { readonly demo: DemoSettings; readonly standing: MerchantCredentials },
): Promise<MerchantCredentials> {
  const path = `/v1/merchants/${demo.merchantId}`;
  expectStatus(await api(adminKey, `PATCH ${path}`, { schedule: demo.schedule }), 200);
  const receiverKey = await mendReceiverKey(api, adminKey, { path, receiverKey: standing.receiverKey });
  const merchantSecret = await mendMerchantSecret(api, adminKey, {
    path,
    standing: { ...standing, receiverKey },
  });
  const endpoint = await mendEndpoint(api, adminKey, { path, demo, standing });
  return { ...standing, ...endpoint, receiverKey, merchantSecret };
}

async function mendReceiverKey(
  api: Api,
  adminKey: string,
  { path, receiverKey }: { readonly path: string; readonly receiverKey: string },
): Promise<string> {
  const answer = await api(receiverKey, 'GET /v1/transactions/nothing');
  if (answer.status !== 401) return receiverKey;
  return expectStatus(await api(adminKey, `POST ${path}/keys`, { scope: 'receiver' }), 201).json.key;
}

async function mendMerchantSecret(
  api: Api,
  adminKey: string,
  { path, standing }: { readonly path: string; readonly standing: MerchantCredentials },
): Promise<string> {
  const answer = await api(standing.receiverKey, 'GET /v1/transactions/nothing');
  if (isSignedWith(answer, standing.merchantSecret)) return standing.merchantSecret;
  return expectStatus(await api(adminKey, `POST ${path}/secrets`, { overlapSeconds: 0 }), 201).json.secret;
}

interface StandingEndpoint {
  readonly path: string;
  readonly demo: DemoSettings;
  readonly standing: MerchantCredentials;
}

async function mendEndpoint(
  api: Api,
  adminKey: string,
  options: StandingEndpoint,
): Promise<Pick<MerchantCredentials, 'endpointId' | 'endpointSecret'>> {
  const { path, demo, standing } = options;
  const { endpointId, endpointSecret } = standing;
  const settings = { ...AS_MADE, url: demo.url };
  const one = `${path}/endpoints/${endpointId}`;
  const changed = expectStatus(await api(adminKey, `PATCH ${one}`, settings), 200, 404);
  if (changed.status === 404) {
    const made = expectStatus(await api(adminKey, `POST ${path}/endpoints`, { url: demo.url }), 201).json;
    return { endpointId: made.endpointId, endpointSecret: made.secret };
  }
  // The receiver takes what the secret that we know has signed. No test so soon after another, and no doubt then.
  const tested = expectStatus(await api(adminKey, `POST ${one}/test`), 200, 429);
  if (tested.status === 429 || tested.json.error === undefined) return { endpointId, endpointSecret };
  const rotated = expectStatus(await api(adminKey, `POST ${one}/secrets`, { overlapSeconds: 0 }), 201).json;
  return { endpointId, endpointSecret: rotated.secret };
}
