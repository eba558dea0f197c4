import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a receiver does with an accepted request. */
export type Behaviour =
  | { readonly kind: 'answers'; readonly afterMs: number }
  /** Accepts the request and never answers. */
  | { readonly kind: 'black-hole' };

export const PROMPT: Behaviour = { kind: 'answers', afterMs: 0 };

/** When an outcome was listed and when its first request arrived. Milliseconds since 1970. */
interface Arrival {
  readonly listedMs: number;
  readonly arrivedMs: number;
}

/** A merchant's receiver on its own socket. */
export interface Receiver {
  readonly url: string;
  /** First requests by transaction. */
  readonly arrivals: ReadonlyMap<string, Arrival>;
  /** Number of requests, of all attempts. */
  readonly requests: number;
  behave(next: Behaviour): void;
  close(): Promise<void>;
}

export async function openReceiver(): Promise<Receiver> {
  const arrivals = new Map<string, Arrival>();
  let requests = 0;
  let behaviour: Behaviour = PROMPT;
  const server = createServer(async (request, response) => {
    const arrivedMs = Date.now();
    requests += 1;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { data } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as CallbackBody;
    if (!arrivals.has(data.transactionId)) {
      arrivals.set(data.transactionId, { listedMs: Date.parse(data.listedAt), arrivedMs });
    }
    answer(response, behaviour);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    arrivals,
    get requests() {
      return requests;
    },
    behave: (next) => {
      behaviour = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface CallbackBody {
  readonly data: { readonly transactionId: string; readonly listedAt: string };
}

function answer(response: ServerResponse, behaviour: Behaviour): void {
  if (behaviour.kind === 'black-hole') return;
  if (behaviour.afterMs === 0) response.writeHead(204).end();
  else setTimeout(() => response.writeHead(204).end(), behaviour.afterMs);
}
