import { expectStatus } from '../../lib/local/api-client.ts';
import { createReceiver } from '../../lib/receiver/index.ts';
import type { LocalService } from '../../test/support/local-service.ts';
import { MERCHANT, startLoadedCloud } from '../load/target/local-cloud-target.ts';
import type { Contestant } from './contestant.ts';
import { findByWindows, type ReceiverAccess } from './trials/finding-by-windows.ts';
import { findInMemory } from './trials/finding-in-memory.ts';

const HOUR_MS = 3_600_000;

/** Starts Tidings as `npm start -- --no-demo` does, on an empty data directory, with the sink as its receiver. */
export async function startTidings(sinkUrl: string): Promise<Contestant> {
  const cloud = await startLoadedCloud();
  await cloud.api.prepare(sinkUrl);
  // An outcome may be listed a little earlier than this.
  const since = new Date(Math.floor(Date.now() / HOUR_MS - 1) * HOUR_MS).toISOString();
  return {
    target: cloud.api,
    find: async (orders) => findByWindows(await accessOf(cloud.service, since), orders),
    findAmong: (orders, { lost }) => findInMemory(orders, lost),
    killAndRestart: () => cloud.killAndRestart(),
    close: () => cloud.stop(),
  };
}

async function accessOf(
  { api, adminKey, credentials }: LocalService,
  since: string,
): Promise<ReceiverAccess> {
  const path = `/v1/merchants/${MERCHANT}`;
  const create = async (at: string, body: object) =>
    expectStatus(await api(adminKey, `POST ${path}/${at}`, body), 201).json;
  const { key } = await create('keys', { scope: 'receiver' });
  const { secret } = await create('secrets', { overlapSeconds: 0 });
  return {
    since,
    ask: (request) => api(key, request),
    receiver: (store) =>
      createReceiver({
        merchantId: MERCHANT,
        secrets: secret,
        store,
        onOutcome: () => undefined,
        service: { url: credentials.api, key, merchantSecrets: secret, since },
      }),
  };
}
