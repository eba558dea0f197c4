import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** A callback as it came in, verified. */
export interface ReceivedCallback {
  readonly webhookId: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly transactionId: string;
  readonly status: string;
}

const MAX_BODY_BYTES = 65_536;

/** A merchant's receiver, which can go away and come back as real ones do. */
export interface DemoReceiver {
  readonly url: string;
  /** By transaction: the first callback of each that was received; later ones are duplicates. */
  readonly received: ReadonlyMap<string, ReceivedCallback>;
  readonly isAway: boolean;
  /** Nobody listens any more: connections are refused. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
}

/**
 * @param secret of the endpoint; asked for at each callback, since the URL must exist before the secret does
 * @param port 0 takes any free one; going away and coming back keeps it
 */
export async function startReceiver(options: {
  readonly port: number;
  readonly secret: () => string;
  readonly onCallback?: (callback: ReceivedCallback) => void;
}): Promise<DemoReceiver> {
  const received = new Map<string, ReceivedCallback>();
  let server: Server | undefined;
  let { port } = options;

  const listen = async () => {
    const next = createServer(async (request, response) => {
      response.statusCode = await take(request);
      response.end();
    });
    await new Promise<void>((resolve, reject) => {
      next.once('error', reject);
      next.listen(port, '127.0.0.1', resolve);
    });
    port = (next.address() as AddressInfo).port;
    server = next;
  };

  /** 2xx only for what was verified: anything else comes again. */
  async function take(request: IncomingMessage): Promise<number> {
    const body = await bodyOf(request);
    if (body === undefined) return 413;
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    try {
      const { type, data } = new Webhook(options.secret()).verify(body, headers) as {
        readonly type: string;
        readonly data: { readonly transactionId: string; readonly status: string };
      };
      if (type === 'tidings.test') return 204;
      const webhookId = headers['webhook-id'] ?? '';
      const callback = { webhookId, headers, body, transactionId: data.transactionId, status: data.status };
      if (!received.has(data.transactionId)) received.set(data.transactionId, callback);
      options.onCallback?.(callback);
      return 204;
    } catch {
      return 400;
    }
  }

  await listen();
  return {
    url: `http://127.0.0.1:${port}/callbacks`,
    received,
    get isAway() {
      return server === undefined;
    },
    async goAway() {
      const closing = server;
      server = undefined;
      if (closing === undefined) return;
      closing.closeAllConnections();
      await new Promise((resolve) => closing.close(resolve));
    },
    async comeBack() {
      if (server === undefined) await listen();
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
