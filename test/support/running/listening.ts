import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type afterAll, afterEach } from 'vitest';

type StartServer = (listener: RequestListener) => Promise<string>;

/**
 * Returns a function that starts an HTTP server on this machine and resolves to its URL. The servers stop when the
 * test ends; those of tests that run at the same time stop when all have ended.
 */
export function useServer(stop: typeof afterEach | typeof afterAll = afterEach): StartServer {
  const servers: Server[] = [];
  stop(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
  return async (listener) => {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  };
}
