import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ReceiverAddress, UsageError } from '../target.ts';

/** A request as a door received it: the body byte for byte. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Answers a request; undefined closes the connection without an answer, as a receiver that is away does. */
type Answerer = (received: Received) => DoorAnswer | undefined | Promise<DoorAnswer | undefined>;

export interface DoorAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** One server for all receivers of a run, so that one tunnel is enough. Each receiver has a path. */
export interface Receivers {
  /** Opens a path and returns its URL, as the target reaches it. */
  open(path: string, answer: Answerer): string;
  close(): Promise<void>;
}

/** @throws UsageError if the port is taken */
export async function listenForReceivers(address: ReceiverAddress): Promise<Receivers> {
  const doors = new Map<string, Answerer>();
  const server = createServer((request, response) => {
    const door = doors.get(request.url?.split('?')[0] ?? '');
    if (door === undefined) response.writeHead(404).end();
    else answerWith(door, request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.listenOn, resolve);
  }).catch((error: Error) => {
    throw new UsageError(
      `The receiver cannot listen on ${address.listenOn}:${address.port} (${error.message}). ` +
        'Choose another port with --receiver-port.',
    );
  });
  const url = address.urlOf((server.address() as AddressInfo).port);
  return {
    open(path, answer) {
      doors.set(`/${path}`, answer);
      return `${url}/${path}`;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answerWith(door: Answerer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const answer = await door({ headers: request.headers, body: Buffer.concat(chunks) });
  if (answer === undefined) request.socket.destroy();
  else response.writeHead(answer.status, answer.headers).end(answer.body);
}
