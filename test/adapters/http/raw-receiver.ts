import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Exchange } from '../../../lib/core/deliver/attempt/sender.ts';
import { KEY } from './certificates.ts';

/** What a receiver does with a connection once `requests` whole requests have come on it. */
export type Behaviour = (socket: Socket, requests: number) => void;

export interface Receiver {
  readonly port: number;
  readonly url: string;
  /** Connections accepted, in order; for TLS, whether or not the handshake succeeded. */
  readonly sockets: readonly Socket[];
  /** Whole requests that came, as text. */
  readonly requests: readonly string[];
  /** Host names that came in TLS handshakes. */
  readonly serverNames: readonly string[];
  /** Settles when the given connection (from 0) has ended, however it ended. */
  closed(index: number): Promise<void>;
  stop(): Promise<void>;
}

export interface ReceiverOptions {
  /** Called after each whole request. */
  readonly onRequest?: Behaviour;
  /** Called as soon as a connection is accepted. */
  readonly onConnection?: (socket: Socket) => void;
  /** Speaks TLS with this certificate. */
  readonly certificate?: string;
}

/** A receiver on 127.0.0.1 that speaks raw bytes, so that it can say what no HTTP server would. */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const sockets: Socket[] = [];
  const closings: Promise<void>[] = [];
  const requests: string[] = [];
  const serverNames: string[] = [];
  const accept = (socket: Socket): void => {
    readRequests(socket, (request, count) => {
      requests.push(request);
      options.onRequest?.(socket, count);
    });
    options.onConnection?.(socket);
  };
  const server: Server =
    options.certificate === undefined
      ? createServer(accept)
      : createTlsServer(
          {
            cert: options.certificate,
            key: KEY,
            SNICallback: (name, callback) => {
              serverNames.push(name);
              callback(null);
            },
          },
          accept,
        );
  server.on('connection', (socket: Socket) => {
    sockets.push(socket);
    closings.push(new Promise((resolve) => socket.once('close', () => resolve())));
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    url: `${options.certificate === undefined ? 'http' : 'https'}://localhost:${port}/callback`,
    sockets,
    requests,
    serverNames,
    closed: (index) => closings[index] ?? Promise.reject(new Error(`there was no connection ${index}`)),
    async stop() {
      const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await stopped;
    },
  };
}

/** Splits what comes into requests by their content-length. */
function readRequests(socket: Socket, onRequest: (request: string, count: number) => void): void {
  let text = '';
  let count = 0;
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    for (;;) {
      const head = text.indexOf('\r\n\r\n');
      if (head === -1) return;
      const length = Number(/content-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0);
      const end = head + 4 + length;
      if (text.length < end) return;
      count += 1;
      const request = text.slice(0, end);
      text = text.slice(end);
      onRequest(request, count);
    }
  });
}

/** Writes the same bytes until the other side ends the connection, waiting whenever it does not read. */
export function writeForever(socket: Socket, bytes: string | Buffer): void {
  const write = (): void => {
    while (!socket.destroyed && socket.write(bytes));
    if (!socket.destroyed) socket.once('drain', write);
  };
  write();
}

/** Writes one piece every 20 ms until the other side ends the connection. */
export function drip(socket: Socket, piece: string): void {
  const timer = setInterval(() => socket.write(piece), 20);
  socket.once('close', () => clearInterval(timer));
}

/** A whole answer that leaves the connection open. */
export function answer(statusCode: number, body = '', headers = ''): string {
  return `HTTP/1.1 ${statusCode} Whatever\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

type WithoutDuration<T> = T extends unknown ? Omit<T, 'durationMs'> : never;

/** What an exchange came to, without its duration. */
export function meaningOf({ durationMs: _, ...meaning }: Exchange): WithoutDuration<Exchange> {
  return meaning as WithoutDuration<Exchange>;
}
