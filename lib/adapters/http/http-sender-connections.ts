import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { Connect } from './guarded-connector.ts';

/**
 * Maximum number of idle connections kept open between requests: in total, and per origin. An instance with several events
 * at once needs dozens to a busy receiver: to close and open them costs both sides more than the request.
 */
const MAX_IDLE = 128;
const MAX_IDLE_PER_ORIGIN = 64;

/** How long a connection stays idle: by default, and at most if the receiver's `Keep-Alive` allows more. */
const IDLE_TIMEOUT_MS = 10_000;
const MAX_IDLE_TIMEOUT_MS = 30_000;
/** Closes a connection this much earlier than the receiver would. A request in flight at that moment would be lost. */
const IDLE_MARGIN_MS = 2_000;

/** One socket, lent to one request at a time. */
export interface Connection {
  readonly origin: string;
  readonly socket: Socket;
  /** Ends it; called on any event while it is idle. */
  readonly end: () => void;
}

/** A connection pool that keeps a bounded number of idle connections open. */
export interface Connections {
  /**
   * Takes the idle connection that was used last, since it is the most likely to be alive. Waits one turn of the event loop
   * first, so that an end that arrived unnoticed, such as while the function was frozen, is noticed now.
   */
  take(origin: string): Promise<Connection | undefined>;
  /**
   * A new connection.
   *
   * @throws ConnectFailure if connecting failed or `signal` aborted it
   */
  open(url: URL, signal: AbortSignal): Promise<Connection>;
  /** Returns a connection after a whole answer, with the answer's `Keep-Alive` header. */
  give(connection: Connection, keepAlive: string | undefined): void;
  /** Ends a connection, and any request on it. */
  discard(connection: Connection): void;
  /** Ends all idle connections. */
  close(): void;
}

/**
 * A pool of our own rather than Node's Agent, for three reasons. A request must know whether its socket was used before,
 * to tell a stale one from a receiver that hangs up. An Agent bounds idle sockets of one host, not of all hosts. And an
 * Agent ignores data on an idle socket: an unsolicited answer would be taken for the next one.
 */
export function createConnections(connect: Connect): Connections {
  /** In the order in which they became idle. */
  const idle: Connection[] = [];

  const forget = (connection: Connection): void => {
    const index = idle.indexOf(connection);
    if (index !== -1) idle.splice(index, 1);
  };
  const discard = (connection: Connection): void => {
    forget(connection);
    connection.socket.destroy();
  };

  return {
    discard,
    async take(origin) {
      for (;;) {
        const connection = idle.findLast((one) => one.origin === origin);
        if (connection === undefined) return undefined;
        forget(connection);
        await setImmediate();
        if (connection.socket.destroyed) continue;
        wake(connection);
        return connection;
      }
    },
    async open(url, signal) {
      const { protocol, origin } = url;
      const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
      const socket = await connect({ protocol, hostname, port: portOf(url), signal });
      const connection: Connection = { origin, socket, end: () => discard(connection) };
      return connection;
    },
    give(connection, keepAlive) {
      const timeoutMs = idleTimeoutMs(keepAlive);
      if (timeoutMs <= 0) return discard(connection);
      idle.push(connection);
      rest(connection, timeoutMs);
      const sameOrigin = idle.filter(({ origin }) => origin === connection.origin);
      const surplus = sameOrigin.length > MAX_IDLE_PER_ORIGIN ? sameOrigin[0] : undefined;
      if (surplus !== undefined) discard(surplus);
      const oldest = idle.length > MAX_IDLE ? idle[0] : undefined;
      if (oldest !== undefined) discard(oldest);
    },
    close() {
      for (const connection of [...idle]) discard(connection);
    },
  };
}

/** Events that end an idle connection. No data is expected on it: data is an unsolicited answer. */
const ENDS_IDLE = ['data', 'end', 'close', 'timeout'] as const;

function rest({ socket, end }: Connection, timeoutMs: number): void {
  for (const event of ENDS_IDLE) socket.on(event, end);
  socket.setTimeout(timeoutMs);
  // An idle connection must not keep the process alive.
  socket.unref();
}

function wake({ socket, end }: Connection): void {
  for (const event of ENDS_IDLE) socket.off(event, end);
  socket.setTimeout(0);
  socket.ref();
}

function idleTimeoutMs(keepAlive: string | undefined): number {
  const seconds = /\btimeout=(\d+)/i.exec(keepAlive ?? '')?.[1];
  if (seconds === undefined) return IDLE_TIMEOUT_MS;
  return Math.min(Number(seconds) * 1_000 - IDLE_MARGIN_MS, MAX_IDLE_TIMEOUT_MS);
}

function portOf({ protocol, port }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}
