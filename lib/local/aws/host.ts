import type { IncomingMessage } from 'node:http';

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Whether a request was made to this machine by name. A page of a foreign site can make its own name point to 127.0.0.1
 * (DNS rebinding), and then a browser takes this server for a part of that site; but it says that name as `Host`.
 */
export function isOwnHost(host: string | undefined, port: number | undefined): boolean {
  const names = LOOPBACK_NAMES.map((name) => (port === 80 ? name : `${name}:${port}`));
  return host !== undefined && names.includes(host.toLowerCase());
}

export function isToOwnHost({ headers, socket }: IncomingMessage): boolean {
  return isOwnHost(headers.host, socket.localPort);
}
