import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LocalCloudError, messageOf } from '../errors.ts';

const HOST = '127.0.0.1';
/** Clients keep their connections for as long. Node's 5 s would close one at the moment at which it is used again. */
const KEEP_ALIVE_MS = 75_000;

/**
 * Listens on the loopback interface only.
 * @param port 0: any free port
 * @returns `http://127.0.0.1:<port>`
 * @throws LocalCloudError `port_in_use`
 */
export async function listen(server: Server, port: number): Promise<string> {
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, HOST, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    throw new LocalCloudError('port_in_use', `Cannot listen on ${HOST}:${port}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return `http://${HOST}:${(server.address() as AddressInfo).port}`;
}

/** Listens on the preferred port, or on any free port if that one is in use. */
export async function listenPreferring(server: Server, preferredPort: number): Promise<string> {
  try {
    return await listen(server, preferredPort);
  } catch (error) {
    if (preferredPort === 0) throw error;
    return await listen(server, 0);
  }
}

/** Closes a server together with its idle and active connections. */
export async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
