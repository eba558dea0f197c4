import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createApi } from '../../../lib/local/api-client.ts';
import {
  type Credentials,
  type MerchantCredentials,
  readCredentials,
} from '../../../lib/local/credentials.ts';
import { eventually } from '../../support/eventually.ts';

function demoOf({ merchants }: Credentials): MerchantCredentials {
  const [demo] = merchants;
  if (demo === undefined) throw new Error('There is no demo.');
  return demo;
}

/** The credentials of a running demo. */
export function credentialsOf(dataDir: string): Credentials {
  const credentials = readCredentials(dataDir);
  if (credentials === undefined) throw new Error('The service is ready, but there are no credentials.');
  return credentials;
}

/** Changes every setting, key and secret that the demo depends on. */
export async function changeEverything(credentials: Credentials): Promise<void> {
  const { api, adminKey, initiatorKey } = credentials;
  const { endpointId, receiverKey } = demoOf(credentials);
  const call = createApi(api);
  const path = '/v1/merchants/demo';
  const change = async (request: string, body?: object) =>
    expect((await call(adminKey, request, body)).status).toBeLessThan(300);
  const keyId = (key: string) => key.split('_')[1];
  await change(`PATCH ${path}`, { schedule: 'wechat' });
  await change(`POST ${path}/endpoints`, { url: 'http://127.0.0.1:1/nobody' });
  await change(`POST ${path}/endpoints/${endpointId}/secrets`, { overlapSeconds: 0 });
  await change(`PATCH ${path}/endpoints/${endpointId}`, { types: ['refund.*'], expectBody: 'ok' });
  await change(`POST ${path}/secrets`, { overlapSeconds: 0 });
  await change(`DELETE ${path}/keys/${keyId(receiverKey)}`);
  await change(`DELETE /v1/keys/${keyId(initiatorKey)}`);
}

/** The next run of the demo has mended all of that, and delivers its next order. */
export async function expectMended(before: Credentials, dataDir: string): Promise<void> {
  const after = credentialsOf(dataDir);
  const [demo, mended] = [demoOf(before), demoOf(after)];
  expect(mended.endpointId).toBe(demo.endpointId);
  for (const secret of ['receiverKey', 'merchantSecret', 'endpointSecret'] as const) {
    expect(mended[secret]).not.toBe(demo[secret]);
  }
  const { last } = JSON.parse(readFileSync(join(dataDir, 'demo.json'), 'utf8'));
  const call = createApi(after.api);
  const told = async () => {
    const answer = await call(mended.receiverKey, `GET /v1/transactions/pay_${last + 1}`);
    const notifications: { endpointId: string; state: string }[] = answer.json.notifications ?? [];
    return notifications.find(({ endpointId }) => endpointId === mended.endpointId)?.state;
  };
  await eventually(told, (seen) => expect(seen).toBe('delivered'));
}
