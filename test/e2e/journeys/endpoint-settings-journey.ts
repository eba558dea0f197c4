import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectStatus } from '../../../lib/local/api-client.ts';
import { eventually } from '../../support/eventually.ts';
import { journey, type Stage } from '../../support/running/npm-start-stage.ts';
import { payment } from '../../support/world.ts';

const TOKEN = 'Bearer sesame-7f3c9ad0e1';
/** Soon, and for as long as a busy machine may need. */
const SCHEDULE = [1, 1, 2, 2, 3, 3, ...Array(24).fill(15)];

interface Arrived {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly transactionId: string | undefined;
  readonly atMs: number;
}

interface Notification {
  readonly state: string;
  readonly nextAttemptAt?: string;
}

export function endpointSettingsJourney(stage: Stage): void {
  journey('settings of an endpoint, seen by a receiver on a socket', () => {
    const arrived: Arrived[] = [];
    let answer = 'fine';
    let server: Server;
    let url: string;
    beforeAll(async () => {
      server = createServer(async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const { transactionId } = JSON.parse(Buffer.concat(chunks).toString('utf8')).data;
        const { url: path = '', headers } = request;
        arrived.push({ path, headers, transactionId, atMs: Date.now() });
        response.writeHead(200).end(`${answer}${path === '/echo' ? JSON.stringify(headers) : ''}`);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const { api, adminKey } = stage.service;
      const shop = { merchantId: 'settings', name: 'Settings', schedule: SCHEDULE };
      expectStatus(await api(adminKey, 'POST /v1/merchants', shop), 201);
    });
    afterAll(async () => {
      server.closeAllConnections();
      server.close();
    });

    const admin = (request: string, body?: object) =>
      stage.service.api(stage.service.adminKey, request, body);
    const put = async (endpointId: string, settings: object) => {
      const made = await admin(`PUT /v1/merchants/settings/endpoints/${endpointId}`, settings);
      return expectStatus(made, made.status === 200 ? 200 : 201).json;
    };
    const record = async (id: string, changes: object = {}) => {
      const path = `PUT /v1/merchants/settings/transactions/${id}`;
      const answer = await stage.service.api(stage.service.credentials.initiatorKey, path, payment(changes));
      // 200 is said where the service repeated a write whose answer came too late: on a slow machine.
      expectStatus(answer, 200, 201);
    };
    const notificationsOf = async (id: string) =>
      expectStatus(await admin(`GET /v1/merchants/settings/transactions/${id}`), 200).json
        .notifications as readonly Notification[];

    it('sends custom headers to their endpoint only, and keeps their values from logs, rows and answers', async () => {
      const made = await put('sealed', { url: `${url}/echo`, headers: { Authorization: TOKEN } });
      expect(made.headers).toEqual([{ name: 'authorization', setAt: expect.any(String) }]);
      await record('pay_sealed', { notifyUrl: `${url}/notify` });
      await eventually(
        async () => arrived.filter(({ transactionId }) => transactionId === 'pay_sealed'),
        (calls) => expect(calls.map(({ path }) => path).sort()).toEqual(['/echo', '/notify']),
      );
      for (const { path, headers } of arrived) {
        expect(headers.authorization).toBe(path === '/echo' ? TOKEN : undefined);
      }
      const tested = expectStatus(await admin('POST /v1/merchants/settings/endpoints/sealed/test'), 200);
      expect(arrived.at(-1)?.headers.authorization).toBe(TOKEN);
      expect(tested.json.responseSnippet).toContain('[redacted]');
      await eventually(
        () => notificationsOf('pay_sealed'),
        (all) => expect(all.map(({ state }) => state)).toEqual(['delivered', 'delivered']),
      );
      const answers = [
        tested.json,
        await notificationsOf('pay_sealed'),
        (await admin('GET /v1/merchants/settings/endpoints')).json,
        (await admin('GET /v1/audit-log?merchantId=settings')).json,
      ];
      for (const text of [JSON.stringify(answers), ...filesIn(stage.dataDir)])
        expect(text).not.toContain('sesame');
      expectStatus(await admin('DELETE /v1/merchants/settings/endpoints/sealed'), 204);
    });

    it('accepts each of several bodies, and no other', async () => {
      await put('bodies', { url: `${url}/bodies`, expectBody: ['success', 'ok'] });
      answer = 'failed';
      await record('pay_bodies');
      const heard = () => arrived.filter(({ transactionId }) => transactionId === 'pay_bodies').length;
      await eventually(
        async () => heard(),
        (count) => expect(count).toBeGreaterThan(1),
      );
      expect((await notificationsOf('pay_bodies'))[0]?.state).toBe('retrying');
      answer = ' ok\n';
      await eventually(
        () => notificationsOf('pay_bodies'),
        ([one]) => expect(one?.state).toBe('delivered'),
      );
    });

    it('sends no faster than the rate, and shows what waits long as pending', async () => {
      await admin('DELETE /v1/merchants/settings/endpoints/bodies');
      await put('rated', { url: `${url}/rated`, ratePerSecond: 2 });
      const ids = Array.from({ length: 14 }, (_, n) => `pay_rated_${n}`);
      await Promise.all(ids.map((id) => record(id)));
      const heardAtMs = new Map<string, number>();
      await eventually(
        async () => {
          for (const { transactionId = '', path, atMs } of arrived) {
            if (path === '/rated') heardAtMs.set(transactionId, heardAtMs.get(transactionId) ?? atMs);
          }
          return heardAtMs.size;
        },
        (count) => expect(count).toBe(ids.length),
      );
      // At 2 a second, 14 take 6 s after the first two. A slow machine only takes longer.
      const spanMs = Math.max(...heardAtMs.values()) - Math.min(...heardAtMs.values());
      expect(spanMs).toBeGreaterThan(3_500);

      await put('rated', { url: `${url}/rated`, ratePerSecond: 0.1 });
      const slow = Array.from({ length: 12 }, (_, n) => `pay_slow_${n}`);
      await Promise.all(slow.map((id) => record(id)));
      await eventually(
        async () => (await Promise.all(slow.map(notificationsOf))).flat(),
        (all) => {
          const waiting = all.filter(
            ({ state, nextAttemptAt }) => state === 'pending' && nextAttemptAt !== undefined,
          );
          expect(waiting.length).toBeGreaterThan(2);
        },
      );
      expectStatus(await admin('DELETE /v1/merchants/settings/endpoints/rated'), 204);
    });
  });
}

/** The contents of all files in a data directory: tables, logs and queues of the local cloud. */
function filesIn(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'));
}
