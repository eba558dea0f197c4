import type { IncomingMessage } from 'node:http';
import type { RequestHead } from './authentication.ts';

/** The head of a request that Node's server has read. */
export function headOf({ method = 'GET', url = '/', headers, socket }: IncomingMessage): RequestHead {
  return { method, target: url, headers, port: socket.localPort };
}
