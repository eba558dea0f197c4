import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isToOwnHost } from '../aws/host.ts';

/** Takes one request, as `node:http` hands it over. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** A server that can go away and come back, as those of real receivers do. */
export interface DemoReceiver {
  readonly url: string;
  readonly isAway: boolean;
  /** Nobody listens any more: connections are refused. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
}

/** @param port 0 takes any free one; going away and coming back keeps it */
export async function startReceiver(options: {
  readonly port: number;
  readonly listener: Listener;
}): Promise<DemoReceiver> {
  let server: Server | undefined;
  let { port } = options;

  const listen = async () => {
    const next = createServer((request, response) => {
      if (isToOwnHost(request)) options.listener(request, response);
      else response.writeHead(403, { connection: 'close' }).end();
    });
    await new Promise<void>((resolve, reject) => {
      next.once('error', reject);
      next.listen(port, '127.0.0.1', resolve);
    });
    port = (next.address() as AddressInfo).port;
    server = next;
  };

  await listen();
  return {
    url: `http://127.0.0.1:${port}/callbacks`,
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
