import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ephemeral port range: an outgoing connection could take a port there before the process listens on it. */
const FIRST_PORT = 20_000;
const LAST_PORT = 30_000;
const TRIES = 20;

/**
 * Returns a port on which another process can listen.
 * @throws Error if no free port was found after `TRIES` attempts
 */
export async function freePort(): Promise<number> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if (await isFree(port)) return port;
  }
  throw new Error(`No port from ${FIRST_PORT} to ${LAST_PORT} is free.`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port);
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
