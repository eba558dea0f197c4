import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { type Api, expectStatus } from '../../../lib/local/api-client.ts';
import { eventually, type Patience } from '../eventually.ts';

/** A merchant with a receiver on a real socket. It verifies every callback, and can go offline or answer errors. */
export interface Shop {
  readonly merchantId: string;
  readonly receiverKey: string;
  /** All verified callbacks by transaction, duplicates included. */
  readonly callbacks: ReadonlyMap<string, readonly Callback[]>;
  readonly refused: readonly string[];
  stop(): Promise<void>;
  /** Answers 500 to every request from now on. */
  err(): void;
  /** Ends `stop` and `err`. */
  start(): Promise<void>;
  /** Resolves when callbacks for `count` different transactions have arrived. */
  heardOf(count: number): Promise<void>;
  /** Resolves when a callback for this transaction has arrived. */
  heard(transactionId: string, patience?: Patience): Promise<void>;
}

interface Callback {
  readonly webhookId: string;
  readonly body: string;
  readonly attempt: number;
}

/** The API, and a key that may create merchants. */
interface Administration {
  readonly api: Api;
  readonly adminKey: string;
}

/** Creates the merchant with an endpoint and a receiver key, and starts its receiver. */
export async function openShop(
  { api, adminKey }: Administration,
  merchantId: string,
  settings: { readonly schedule: readonly number[] },
): Promise<Shop> {
  const callbacks = new Map<string, Callback[]>();
  const refused: string[] = [];
  let secret = '';
  let port = 0;
  let server: Server | undefined;
  let isErring = false;

  const start = async () => {
    isErring = false;
    if (server !== undefined) return;
    const next = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      if (isErring) {
        response.writeHead(500).end();
        return;
      }
      const body = Buffer.concat(chunks).toString('utf8');
      const headers = request.headers as Record<string, string>;
      try {
        const { data } = new Webhook(secret).verify(body, headers) as { data: { transactionId: string } };
        const callback = {
          webhookId: headers['webhook-id'] ?? '',
          body,
          attempt: Number(headers['tidings-attempt']),
        };
        callbacks.set(data.transactionId, [...(callbacks.get(data.transactionId) ?? []), callback]);
        response.writeHead(204).end();
      } catch (error) {
        refused.push(String(error));
        response.writeHead(400).end();
      }
    });
    await new Promise<void>((resolve) => next.listen(port, '127.0.0.1', resolve));
    port = (next.address() as AddressInfo).port;
    server = next;
  };

  await start();
  const path = `/v1/merchants/${merchantId}`;
  expectStatus(await api(adminKey, 'POST /v1/merchants', { merchantId, name: merchantId, ...settings }), 201);
  const url = `http://127.0.0.1:${port}/hooks`;
  secret = expectStatus(await api(adminKey, `POST ${path}/endpoints`, { url }), 201).json.secret;
  const key = expectStatus(await api(adminKey, `POST ${path}/keys`, { scope: 'receiver' }), 201).json.key;

  return {
    merchantId,
    receiverKey: key,
    callbacks,
    refused,
    start,
    err() {
      isErring = true;
    },
    async stop() {
      const open = server;
      server = undefined;
      if (open === undefined) return;
      open.closeAllConnections();
      await new Promise((resolve) => open.close(resolve));
    },
    async heard(transactionId, patience) {
      const look = () => ({ isTold: callbacks.has(transactionId), calls: count(callbacks) });
      await eventually(
        look,
        ({ isTold }) => {
          if (!isTold) throw new Error(`${merchantId} was never told of ${transactionId}.`);
        },
        patience,
      );
    },
    async heardOf(wanted) {
      const look = () => ({ told: callbacks.size, calls: count(callbacks) });
      await eventually(look, ({ told }) => {
        if (told < wanted)
          throw new Error(`${merchantId} was told of ${told} transactions, and not of ${wanted}.`);
      });
    },
  };
}

function count(callbacks: ReadonlyMap<string, readonly Callback[]>): number {
  return [...callbacks.values()].reduce((sum, calls) => sum + calls.length, 0);
}
