import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { removeDirectory, startService, temporaryDirectory } from '../../support/local-service.ts';

it('tells its story although somebody changed everything of the demo in the run before', async () => {
  const dataDir = temporaryDirectory();
  const start = () => startService(dataDir, ['--receiver-port', '0']);
  try {
    const before = await start();
    const { adminKey, initiatorKey, merchants } = before.credentials;
    const [demo] = merchants;
    if (demo === undefined) throw new Error('no demo');
    const path = '/v1/merchants/demo';
    const change = async (request: string, body?: object) =>
      expect((await before.api(adminKey, request, body)).status).toBeLessThan(300);
    const keyId = (key: string) => key.split('_')[1];
    await change(`PATCH ${path}`, { schedule: 'wechat' });
    await change(`POST ${path}/endpoints`, { url: 'http://127.0.0.1:1/nobody' });
    await change(`POST ${path}/endpoints/${demo.endpointId}/secrets`, { overlapSeconds: 0 });
    await change(`PATCH ${path}/endpoints/${demo.endpointId}`, { types: ['refund.*'], expectBody: 'ok' });
    await change(`POST ${path}/secrets`, { overlapSeconds: 0 });
    await change(`DELETE ${path}/keys/${keyId(demo.receiverKey)}`);
    await change(`DELETE /v1/keys/${keyId(initiatorKey)}`);
    await before.stop();

    const after = await start();
    const [mended] = after.credentials.merchants;
    if (mended === undefined) throw new Error('no demo');
    expect(mended.endpointId).toBe(demo.endpointId);
    for (const secret of ['receiverKey', 'merchantSecret', 'endpointSecret'] as const) {
      expect(mended[secret]).not.toBe(demo[secret]);
    }
    const { last } = JSON.parse(readFileSync(join(dataDir, 'demo.json'), 'utf8'));
    const told = async () => {
      const answer = await after.api(mended.receiverKey, `GET /v1/transactions/pay_${last + 1}`);
      const notifications: { endpointId: string; state: string }[] = answer.json.notifications ?? [];
      return notifications.find(({ endpointId }) => endpointId === mended.endpointId)?.state;
    };
    await eventually(told, (seen) => expect(seen).toBe('delivered'));
    await after.stop();
  } finally {
    removeDirectory(dataDir);
  }
});
