import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signedHeaders } from '../../../lib/protocol/signing/signed-headers.ts';
import { storedSecretBytes } from '../../../lib/protocol/signing/webhook-keys.ts';
import { newSecret } from '../../../lib/receiver/testing/index.ts';

/** What happens to the callbacks of one transaction on their way. */
export type Fate = 'delivered' | 'lost' | 'repeated' | 'late' | 'forged';

/** One request as it was sent. */
interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface FaultyCallbacks {
  readonly url: string;
  /** How often each fate came about. */
  readonly counts: Readonly<Record<Fate, number>>;
  /** Statuses that forgeries were answered with. */
  readonly forgeries: ReadonlySet<number>;
  /** Statuses of genuine callbacks. */
  readonly genuine: ReadonlyMap<number, number>;
  /** The endpoint's secret: needed to sign what is genuine but too old. */
  setSecret(secret: string): void;
  close(): Promise<void>;
}

const HEADERS = ['content-type', 'webhook-id', 'webhook-timestamp', 'webhook-signature', 'tidings-attempt'];
/** Copies of one callback that arrive at the same moment. */
const COPIES = 3;
const TOO_OLD_SECONDS = 301;

/**
 * A network between the service and a receiver that loses, repeats, delays and forges callbacks.
 *
 * @param target the receiver's URL
 * @param fateOf decides by transaction id
 */
export async function openFaultyCallbacks(
  target: string,
  fateOf: (transactionId: string) => Fate,
): Promise<FaultyCallbacks> {
  const counts = { delivered: 0, lost: 0, repeated: 0, late: 0, forged: 0 };
  const forgeries = new Set<number>();
  const genuine = new Map<number, number>();
  const delayed = new Set<string>();
  let secret = '';

  const pass = async (sent: Sent): Promise<number> => {
    const { status } = await fetch(target, { method: 'POST', ...sent });
    genuine.set(status, (genuine.get(status) ?? 0) + 1);
    return status;
  };

  const handle = async (sent: Sent): Promise<number> => {
    const transactionId = transactionOf(sent.body);
    const fate = transactionId === undefined ? 'delivered' : fateOf(transactionId);
    const isFirst = sent.headers['tidings-attempt'] === '1';
    if (isFirst || fate === 'lost') counts[fate] += 1;
    switch (fate) {
      case 'delivered':
        return pass(sent);
      case 'lost':
        // Something on the way answers for the receiver: the service will not send it again.
        return 204;
      case 'repeated': {
        const statuses = await Promise.all(Array.from({ length: COPIES }, () => pass(sent)));
        return Math.max(...statuses);
      }
      case 'late':
        // Later ones overtake it: it comes again on the schedule.
        if (transactionId !== undefined && !delayed.has(transactionId)) {
          delayed.add(transactionId);
          return 503;
        }
        return pass(sent);
      case 'forged':
        for (const forgery of forgeriesOf(sent, secret)) {
          forgeries.add((await fetch(target, { method: 'POST', ...forgery })).status);
        }
        return pass(sent);
    }
  };

  const server = createServer(async (request, response) => {
    const status = await handle(await sentOf(request)).catch(() => 502);
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    counts,
    forgeries,
    genuine,
    setSecret: (text) => {
      secret = text;
    },
    close: () => closed(server),
  };
}

export function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

async function sentOf(request: IncomingMessage): Promise<Sent> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = HEADERS.map((name) => [name, String(request.headers[name] ?? '')]);
  return { headers: Object.fromEntries(headers), body: Buffer.concat(chunks).toString('utf8') };
}

function transactionOf(body: string): string | undefined {
  return (JSON.parse(body) as { readonly data: { readonly transactionId?: string } }).data.transactionId;
}

/** The same callback with another amount, in the ways in which somebody without the secret could send it. */
function forgeriesOf({ headers, body }: Sent, secret: string): readonly Sent[] {
  const other = body.replace(/"amount":\d+/, '"amount":1');
  const signedBy = (key: string, seconds: number): Sent => {
    const content = {
      id: headers['webhook-id'] ?? '',
      timestamp: Math.floor(Date.now() / 1_000) - seconds,
      body: other,
    };
    return {
      headers: { ...headers, ...signedHeaders(content, [{ scheme: 'v1', key: storedSecretBytes(key) }]) },
      body: other,
    };
  };
  const { 'webhook-signature': _, ...unsigned } = headers;
  return [
    { headers, body: other },
    { headers: unsigned, body: other },
    { headers: { ...headers, 'webhook-signature': 'v1,AAAA v1 ,' }, body: other },
    signedBy(newSecret(), 0),
    signedBy(secret, TOO_OLD_SECONDS),
  ];
}
