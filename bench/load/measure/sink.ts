import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export type SinkRequest =
  /** How many orders of a series wait to be taken. Late ones of an earlier series do not count. */
  | { readonly ask: 'count'; readonly series: string }
  /** All that wait. */
  | { readonly ask: 'take' };

export type SinkMessage =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'count'; readonly waiting: number }
  | {
      readonly kind: 'arrivals';
      readonly arrivals: readonly (readonly [string, number])[];
      readonly requests: number;
      readonly unknown: number;
    };

/** What came to the sink since the last call. */
export interface Taken {
  /** When the first request for each order came, on the clock of `nowMs`. */
  readonly arrivals: ReadonlyMap<string, number>;
  /** All requests, repeated ones included. */
  readonly requests: number;
  /** Requests whose body contains no order. */
  readonly unknown: number;
}

/** A receiver in a process of its own that answers 200 at once. */
export interface Sink {
  readonly url: string;
  readonly pid: number;
  /** The number of orders of a series (`seriesOf`) that arrived since the last `take`. */
  count(series: string): Promise<number>;
  take(): Promise<Taken>;
  close(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('./sink-process.ts', import.meta.url));

export async function openSink(): Promise<Sink> {
  const child = fork(PROGRAM, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], serialization: 'advanced' });
  const { port } = await answerOf(child, 'listening');
  const ask = <Kind extends SinkMessage['kind']>(request: SinkRequest, kind: Kind) => {
    const answer = answerOf(child, kind);
    child.send(request);
    return answer;
  };
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    pid: child.pid ?? 0,
    count: async (series) => (await ask({ ask: 'count', series }, 'count')).waiting,
    async take() {
      const { arrivals, requests, unknown } = await ask({ ask: 'take' }, 'arrivals');
      return { arrivals: new Map(arrivals), requests, unknown };
    },
    async close() {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}

/** @throws Error if the sink ends before it answers */
async function answerOf<Kind extends SinkMessage['kind']>(
  child: ChildProcess,
  kind: Kind,
): Promise<Extract<SinkMessage, { kind: Kind }>> {
  const ending = new AbortController();
  const { signal } = ending;
  try {
    const [message] = await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }).then(([code]) => {
        throw new Error(`The sink ended with ${code}.`);
      }),
    ]);
    if ((message as SinkMessage).kind !== kind)
      throw new Error(`The sink answered ${JSON.stringify(message)}`);
    return message as Extract<SinkMessage, { kind: Kind }>;
  } finally {
    ending.abort();
  }
}
