import type { IncomingMessage } from 'node:http';

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Whether the `Host` header names this machine. A foreign site can resolve its own name to 127.0.0.1 (DNS rebinding),
 * so that a browser treats this server as part of that site. The browser still sends the foreign name as `Host`.
 */
export function isOwnHost(host: string | undefined, port: number | undefined): boolean {
  const names = LOOPBACK_NAMES.map((name) => (port === 80 ? name : `${name}:${port}`));
  return host !== undefined && names.includes(host.toLowerCase());
}

/** Whether a request names this machine and the port on which it arrived. */
export function isToOwnHost({ headers, socket }: IncomingMessage): boolean {
  return isOwnHost(headers.host, socket.localPort);
}
