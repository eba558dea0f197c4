import type * as z from 'zod';
import { printable } from '../../../lib/printable.ts';
import { createLoadClient } from '../../load/target/http-requests.ts';

/** A fault of a peer in one plain sentence that begins with its name. Nobody needs its stack trace. */
export class PeerFault extends Error {
  override readonly name = 'PeerFault';
}

/** One request to a peer. */
interface PeerRequest<Answer> {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Path and query, such as `/api/v1/publish`. */
  readonly path: string;
  readonly body?: object;
  /** The documented statuses of success. */
  readonly statuses: readonly number[];
  /** What the bench needs of the answer. */
  readonly answer: z.ZodType<Answer>;
}

interface PeerAnswer<Answer> {
  readonly value: Answer;
  readonly bytes: number;
}

/** Sends requests to one peer with its key. */
export interface PeerHttp {
  /** @throws PeerFault if the peer is down, refuses the key, or answers what its documentation does not describe */
  call<Answer>(request: PeerRequest<Answer>): Promise<PeerAnswer<Answer>>;
  close(): Promise<void>;
}

export interface PeerAddress {
  readonly name: string;
  readonly url: string;
  readonly key: string;
}

const KEY_REFUSED = new Set([401, 403]);
const SHOWN_CHARACTERS = 200;

/** All three products take their key as a bearer token. */
export function createPeerHttp(peer: PeerAddress): PeerHttp {
  const client = createLoadClient();
  const headers = { authorization: `Bearer ${peer.key}`, 'content-type': 'application/json' };
  return {
    async call({ method, path, body, statuses, answer }) {
      const request = `${method} ${path.replace(/\?.*/, '')}`;
      const { status, text } = await client
        .send({
          method,
          url: `${peer.url}${path}`,
          headers,
          ...(body !== undefined && { body: JSON.stringify(body) }),
        })
        .catch((error: Error) => {
          throw new PeerFault(`${peer.name} does not answer at ${peer.url}: ${reasonOf(error)}.`);
        });
      if (KEY_REFUSED.has(status)) {
        throw new PeerFault(`${peer.name} refuses its key: it answered ${request} with ${status}.`);
      }
      if (!statuses.includes(status)) {
        throw new PeerFault(`${peer.name} answered ${request} with ${status}: ${shown(text)}`);
      }
      const parsed = answer.safeParse(jsonOrUndefined(text));
      if (parsed.success) return { value: parsed.data, bytes: Buffer.byteLength(text) };
      const [issue] = parsed.error.issues;
      throw new PeerFault(
        `${peer.name} answered ${request} in a shape that this bench does not know` +
          ` (${[...(issue?.path ?? []), issue?.message].join(': ')}): ${shown(text)}`,
      );
    },
    close: () => client.close(),
  };
}

function reasonOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.message;
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The start of an answer on one line, without control characters. */
function shown(text: string): string {
  const line = printable(text.replaceAll(/\s+/g, ' ').trim());
  if (line === '') return '(no body)';
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line;
}
