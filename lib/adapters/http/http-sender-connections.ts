import Client from 'undici/lib/dispatcher/client.js';
import { type Connect, ConnectFailure } from './guarded-connector.ts';

/** Bounds on what is kept open between requests. */
const MAX_IDLE = 128;
const MAX_IDLE_PER_ORIGIN = 16;

/** How long a connection stays idle, and how long at most where the receiver's `Keep-Alive` asks for more. */
const IDLE_TIMEOUT_MS = 10_000;
const MAX_IDLE_TIMEOUT_MS = 30_000;

/** Bound on a response's header fields, counted together, and on those after a chunked body. */
const MAX_HEADER_BYTES = 16_384;

/** One undici client, held to one socket in its life, and lent to one request at a time. */
export interface Connection {
  readonly origin: string;
  readonly client: Client;
  /** Requests begun on it so far; above 0, the receiver may have closed it in the meantime. */
  requests: number;
}

/** Lends connections, and keeps a bounded number of them open in between. */
export interface Connections {
  /** An idle connection, the one used last, since it is the likeliest to be alive; or else a new one. */
  take(origin: string): Connection;
  /** A connection on which nothing was sent yet. */
  open(origin: string): Connection;
  /** Takes a connection back after a whole answer. */
  give(connection: Connection): void;
  /** Ends a connection and whatever it is at, including its connecting. */
  discard(connection: Connection): void;
  /** Ends all connections. */
  close(): void;
}

/**
 * One client for each connection rather than undici's Agent, for three reasons. A request must know whether
 * its socket was used before, to tell a stale one from a receiver that hangs up. Its deadline must end the
 * connecting too, which in an Agent belongs to no request, and a request that waits there cannot be taken out.
 * And an Agent at its bound of origins fails the next merchant, where here the oldest idle connection goes.
 */
export function createConnections(connect: Connect): Connections {
  const open = new Map<Connection, AbortController>();
  /** In the order in which they became idle. */
  const idle: Connection[] = [];

  const openConnection = (origin: string): Connection => {
    const controller = new AbortController();
    let hasConnected = false;
    const client = new Client(origin, {
      connect: ({ protocol, hostname, port }, callback) => {
        if (hasConnected) {
          // Left to itself, undici would replace a lost socket; the sender does that, and bounds it.
          callback(new ConnectFailure('connection_reset'), null);
          return;
        }
        hasConnected = true;
        connect({ protocol, hostname, port: portOf(protocol, port), signal: controller.signal }, callback);
      },
      allowH2: false,
      useMilo: false,
      pipelining: 1,
      maxHeaderSize: MAX_HEADER_BYTES,
      keepAliveTimeout: IDLE_TIMEOUT_MS,
      keepAliveMaxTimeout: MAX_IDLE_TIMEOUT_MS,
      // The sender's one deadline bounds the whole exchange, so undici's own are off.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const connection: Connection = { origin, client, requests: 0 };
    client.on('disconnect', () => {
      if (idle.includes(connection)) discard(connection);
    });
    open.set(connection, controller);
    return connection;
  };

  const discard = (connection: Connection): void => {
    const index = idle.indexOf(connection);
    if (index !== -1) idle.splice(index, 1);
    open.get(connection)?.abort();
    open.delete(connection);
    void connection.client.destroy();
  };

  return {
    open: openConnection,
    discard,
    take(origin) {
      const index = idle.findLastIndex((connection) => connection.origin === origin);
      const [kept] = index === -1 ? [] : idle.splice(index, 1);
      return kept ?? openConnection(origin);
    },
    give(connection) {
      idle.push(connection);
      const sameOrigin = idle.filter(({ origin }) => origin === connection.origin);
      const surplus = sameOrigin.length > MAX_IDLE_PER_ORIGIN ? sameOrigin[0] : undefined;
      if (surplus !== undefined) discard(surplus);
      const oldest = idle.length > MAX_IDLE ? idle[0] : undefined;
      if (oldest !== undefined) discard(oldest);
    },
    close() {
      for (const connection of [...open.keys()]) discard(connection);
    },
  };
}

function portOf(protocol: string, port: string): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}
