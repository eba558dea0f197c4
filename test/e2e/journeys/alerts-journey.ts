import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectStatus } from '../../../lib/local/api-client.ts';
import { eventually } from '../../support/eventually.ts';
import { journey, type Stage } from '../../support/running/npm-start-stage.ts';
import { payment } from '../../support/world.ts';

interface Taken {
  readonly id: string;
  readonly attempt: number;
  readonly body: string;
  readonly content: { readonly type: string; readonly data: Readonly<Record<string, unknown>> };
}

/** What the receiver of alerts answers, attempt by attempt. */
const ANSWERS = [503, 204];

export function alertsJourney(stage: Stage): void {
  journey('alerts, taken by a receiver on a socket', () => {
    const taken: Taken[] = [];
    const refused: string[] = [];
    let server: Server;
    let secret = '';
    let url = '';
    beforeAll(async () => {
      server = createServer(async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const { url: path = '', headers } = request;
        // Outcomes: one endpoint fails, and one is gone.
        if (path !== '/alerts') {
          response.writeHead(path === '/gone' ? 410 : 500).end();
          return;
        }
        const body = Buffer.concat(chunks).toString('utf8');
        try {
          const content = new Webhook(secret).verify(
            body,
            headers as Record<string, string>,
          ) as Taken['content'];
          const id = String(headers['webhook-id']);
          const attempt = Number(headers['tidings-attempt']);
          taken.push({ id, attempt, body, content });
          response.writeHead(ANSWERS[attempt - 1] ?? 204).end();
        } catch (error) {
          refused.push(String(error));
          response.writeHead(400).end();
        }
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      await admin('POST /v1/merchants', { merchantId: 'watched', name: 'Watched', schedule: [1] });
      secret = (await put('watch', { url: `${url}/alerts`, types: ['tidings.*'] })).secret;
      await put('failing', { url: `${url}/failing`, types: ['payment.*'] });
      await put('leaving', { url: `${url}/gone`, types: ['refund.*'] });
    });
    afterAll(async () => {
      server.closeAllConnections();
      server.close();
    });

    const admin = async (request: string, body?: object) => {
      const answer = await stage.service.api(stage.service.adminKey, request, body);
      return expectStatus(answer, answer.status === 200 ? 200 : 201).json;
    };
    const put = (endpointId: string, settings: object) =>
      admin(`PUT /v1/merchants/watched/endpoints/${endpointId}`, settings);
    const record = async (id: string, changes: object = {}) => {
      const path = `PUT /v1/merchants/watched/transactions/${id}`;
      const answer = await stage.service.api(stage.service.credentials.initiatorKey, path, payment(changes));
      // 200 is said where the service repeated a write whose answer came too late: on a slow machine.
      expectStatus(answer, 200, 201);
    };
    const alertsOf = (type: string) => taken.filter(({ content }) => content.type === type);

    it.each([
      {
        type: 'tidings.notification.exhausted',
        endpointId: 'failing',
        changes: {},
        data: { transactionId: 'pay_failing', version: 1 },
      },
      {
        type: 'tidings.endpoint.disabled',
        endpointId: 'leaving',
        changes: { transactionType: 'refund' },
        data: { reason: 'gone' },
      },
    ])('tell $type with a signature of the endpoint, and again until answered with 2xx', async (about) => {
      const { type, endpointId, changes, data } = about;
      await record(`pay_${endpointId}`, changes);
      const calls = await eventually(
        async () => alertsOf(type),
        (found) => expect(found.map(({ attempt }) => attempt)).toEqual([1, 2]),
      );
      expect(new Set(calls.map(({ id }) => id)).size).toBe(1);
      expect(new Set(calls.map(({ body }) => body)).size).toBe(1);
      expect(calls[0]?.content.data).toMatchObject({ merchantId: 'watched', endpointId, ...data });
      expect(refused).toEqual([]);
    });

    it('are listed with their deliveries, newest first, and are no outcomes', async () => {
      const { items } = await eventually(
        () => admin('GET /v1/merchants/watched/alerts'),
        ({ items: all }) =>
          expect(all).toMatchObject(
            Array(2).fill({ deliveries: [{ endpointId: 'watch', state: 'delivered', attempts: 2 }] }),
          ),
      );
      const ids = new Set(taken.map(({ id }) => id));
      expect(items.every(({ webhookId }: { webhookId: string }) => ids.has(webhookId))).toBe(true);
      const { items: undelivered } = await admin('GET /v1/merchants/watched/notifications?state=exhausted');
      expect(undelivered).toMatchObject([{ transactionId: 'pay_failing' }]);
    });
  });
}
