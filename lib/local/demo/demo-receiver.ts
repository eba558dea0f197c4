import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isToOwnHost } from '../aws/host.ts';

/** Handles one request, as `node:http` passes it. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** A server that can stop and start again, as a real receiver's server does. */
export interface DemoReceiver {
  readonly url: string;
  readonly isOffline: boolean;
  /** Stops listening: connections are refused. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** @param port 0: any free port; the receiver keeps its port when it stops and starts again */
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
    get isOffline() {
      return server === undefined;
    },
    async stop() {
      const closing = server;
      server = undefined;
      if (closing === undefined) return;
      closing.closeAllConnections();
      await new Promise((resolve) => closing.close(resolve));
    },
    async start() {
      if (server === undefined) await listen();
    },
  };
}
